/**
 * No gateway: what it would have to do for these three questions, written by hand on `node:http` and undici. Nothing is
 * parsed, planned, validated, checked or decided, no entity asked for twice. What a gateway on Node could at best be.
 */
const http = require('node:http')
const { Pool } = require('undici')
const { QUESTIONS } = require('../mesh.js')

const [, , port, url] = process.argv
const pool = new Pool(url)

const HEADERS = { 'content-type': 'application/json' }

/** The `data` of one subgraph's answer. */
const ask = (subgraph, query, variables) =>
  new Promise((resolve, reject) => {
    const pieces = []
    pool.dispatch(
      { path: `/${subgraph}`, method: 'POST', headers: HEADERS, body: JSON.stringify({ query, variables }) },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData: (_, piece) => pieces.push(piece),
        onResponseEnd: () => resolve(JSON.parse(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces)).data),
        onResponseError: (_, error) => reject(error),
      },
    )
  })

const KEYS = { User: 'id', Product: 'upc' }

/** Entities of one type in one subgraph, by key; each is asked for once in a request. `needs`: what is sent along. */
function entities(subgraph, type, selection, needs = []) {
  const key = KEYS[type]
  const query = `query($these: [_Any!]!) { _entities(representations: $these) { ... on ${type} { ${selection} } } }`
  const known = new Map()
  return async all => {
    const missing = [...new Map(all.map(one => [one[key], one])).values()].filter(one => !known.has(one[key]))
    if (missing.length > 0) {
      const these = missing.map(one => ({
        __typename: type,
        [key]: one[key],
        ...Object.fromEntries(needs.map(name => [name, one[name]])),
      }))
      const found = ask(subgraph, query, { these }).then(({ _entities }) => _entities)
      missing.forEach((one, index) => {
        known.set(
          one[key],
          found.then(list => list[index]),
        )
      })
    }
    await Promise.all(all.map(async one => Object.assign(one, await known.get(one[key]))))
  }
}

const users = page => ask('accounts', 'query($page: Int!) { users(page: $page) { id username name } }', { page })
const topProducts = page =>
  ask('products', 'query($page: Int!) { topProducts(page: $page) { upc name price weight } }', { page })
const reviewsOf = all => all.flatMap(({ reviews }) => reviews)

async function heavy({ page }) {
  const people = entities('accounts', 'User', 'username name')
  const things = entities('products', 'Product', 'name price weight')
  const stock = entities('inventory', 'Product', 'inStock shippingEstimate', ['price', 'weight'])
  const ofUsers = entities('reviews', 'User', 'reviews { id body product { upc } }')
  const ofProducts = entities('reviews', 'Product', 'reviews { id body author { id } }')

  const completed = async products => {
    await things(products)
    await stock(products)
  }
  /** Users with their reviews and what these are of, and so on below where `onwards` says so. */
  const withReviews = async (all, onwards) => {
    // An entity that is asked for once is one object, and what is put below it another for every place.
    await ofUsers(all)
    for (const one of all) one.reviews = one.reviews.map(review => ({ ...review, product: { ...review.product } }))
    const products = reviewsOf(all).map(({ product }) => product)
    await Promise.all([completed(products), onwards ? withAuthors(products) : undefined])
  }
  const withAuthors = async products => {
    await ofProducts(products)
    for (const one of products) one.reviews = one.reviews.map(review => ({ ...review, author: { ...review.author } }))
    const authors = reviewsOf(products).map(({ author }) => author)
    await Promise.all([people(authors), withReviews(authors, false)])
  }
  const [ofAll, ofTop] = await Promise.all([
    users(page).then(async found => {
      await withReviews(found.users, true)
      return found.users
    }),
    topProducts(page).then(async found => {
      await Promise.all([stock(found.topProducts), withAuthors(found.topProducts)])
      return found.topProducts
    }),
  ])
  return { users: ofAll, topProducts: ofTop }
}

async function hop({ page }) {
  const found = await ask('accounts', 'query($page: Int!) { users(page: $page) { id name } }', { page })
  await entities('reviews', 'User', 'reviews { id body }')(found.users)
  return found
}

const light = ({ page }) => ask('accounts', 'query($page: Int!) { users(page: $page) { id name } }', { page })

const written = new Map([
  [QUESTIONS.heavy, heavy],
  [QUESTIONS.hop, hop],
  [QUESTIONS.light, light],
])
/** The first question, which every gateway is asked to see whether it answers. */
const anything = ({ page = 0 } = {}) => light({ page })

const server = http.createServer((incoming, outgoing) => {
  const pieces = []
  incoming.on('data', piece => pieces.push(piece))
  incoming.on('end', async () => {
    const { query, variables } = JSON.parse(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces))
    const answer = Buffer.from(JSON.stringify({ data: await (written.get(query) ?? anything)(variables) }))
    outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
    outgoing.end(answer)
  })
})
server.listen(Number(port), '127.0.0.1')
