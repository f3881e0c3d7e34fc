/** Four subgraphs, four types: what a gateway is measured with. All data follows from the page that is asked for. */
const FEDERATION =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires"'

/** How many different pages there are; each has users, products and reviews of its own. */
const PAGES = 1000
const USERS = 6
const PRODUCTS = 9
const TOP_PRODUCTS = 5
/** Two of each user, four of each of the first three products. */
const REVIEWS = 12
const REVIEWS_OF_PRODUCT = 4
/** Characters of a review's text, over and over. */
const BODIES = [460, 330, 310, 170]
const SENTENCE = 'It came when it was said to come, it does what it is said to do, and I would have it again any day. '

const digits = (number, length) => String(number).padStart(length, '0')
const range = length => Array.from({ length }, (_, index) => index)

/** Every value that a gateway can be asked for differs from page to page; its length hardly does. */
function pageOf(page) {
  const of = digits(page, 4)
  const users = range(USERS).map(index => ({
    id: `u${of}-${index}`,
    name: `Reader ${of}-${index}`,
    username: `reader-${of}-${index}`,
  }))
  const products = range(PRODUCTS).map(index => ({
    upc: `p${of}-${index}`,
    name: `Product ${of}-${index}`,
    price: 1000 + ((page * 7 + index * 370) % 9000),
    weight: 100 + ((page * 3 + index * 130) % 900),
    inStock: (page + index) % 3 !== 0,
  }))
  const reviews = range(REVIEWS).map(index => ({
    id: `r${of}-${digits(index, 2)}`,
    body: `${of}-${digits(index, 2)}: ${SENTENCE.repeat(5)}`.slice(0, BODIES[index % BODIES.length]),
    author: users[index % USERS],
    product: products[Math.floor(index / REVIEWS_OF_PRODUCT)],
  }))
  for (const user of users) user.reviews = reviews.filter(({ author }) => author === user)
  for (const product of products) product.reviews = reviews.filter(one => one.product === product)
  return { users, products, topProducts: products.slice(0, TOP_PRODUCTS) }
}
const pages = range(PAGES).map(pageOf)
const index = (list, key) => new Map(pages.flatMap(page => page[list]).map(one => [one[key], one]))
const users = index('users', 'id')
const products = index('products', 'upc')

/** As the service behind would: from the price and the weight that the gateway brought along. */
const shippingEstimate = (price, weight) => (price > 5000 ? 0 : Math.round(weight / 2))
for (const product of products.values()) product.shippingEstimate = shippingEstimate(product.price, product.weight)

function estimated(given) {
  const product = products.get(given.upc)
  const { price, weight } = given
  if (price === undefined || (price === product?.price && weight === product?.weight)) return product
  return { ...product, shippingEstimate: shippingEstimate(price, weight) }
}

const USER = { User: given => users.get(given.id) }
const PRODUCT = { Product: given => products.get(given.upc) }

/**
 * By name: `sdl(rights)` with or without the directives that say who may read what (not every gateway takes a supergraph
 * that has them), or as a data product has them (`product`); `roots`, from arguments to objects; `entities`, from a representation to its object.
 */
exports.SUBGRAPHS = {
  accounts: {
    sdl: rights => `${head(rights)}
      type Query { users(page: Int!): [User] }
      type User @key(fields: "id") ${signedIn(rights, 'accounts')} { id: ID!  name: String  username: String }`,
    roots: { users: ({ page }) => pages[page].users },
    entities: USER,
  },
  products: {
    sdl: rights => `${head(rights)}
      type Query { topProducts(page: Int!): [Product] }
      type Product @key(fields: "upc") { upc: String!  name: String  price: Int ${scope(rights, 'products')}  weight: Int }`,
    roots: { topProducts: ({ page }) => pages[page].topProducts },
    entities: PRODUCT,
  },
  inventory: {
    sdl: rights => `${head(rights)}
      type Product @key(fields: "upc") { upc: String!  price: Int @external  weight: Int @external  inStock: Boolean
        shippingEstimate: Int @requires(fields: "price weight") ${scope(rights, 'inventory', 'products')} }`,
    roots: {},
    entities: { Product: estimated },
  },
  reviews: {
    sdl: rights => `${head(rights)}
      type Review @key(fields: "id") { id: ID!  body: String  author: User  product: Product }
      type User @key(fields: "id") { id: ID!  reviews: [Review] }
      type Product @key(fields: "upc") { upc: String!  reviews: [Review] }`,
    roots: {},
    entities: { ...USER, ...PRODUCT },
  },
}

function head(rights) {
  const imports = { false: '', true: ', "@authenticated", "@requiresScopes"', product: ', "@policy"' }
  return `${FEDERATION}${imports[rights]}])`
}

/** What one is computed of must be granted as well. */
const granted = (...products) => `@policy(policies: [[${products.map(product => `"${product}/data"`)}]])`

function signedIn(rights, product) {
  if (rights === 'product') return granted(product)
  return rights ? '@authenticated' : ''
}

function scope(rights, ...products) {
  if (rights === 'product') return granted(...products)
  return rights ? '@requiresScopes(scopes: [["read"]])' : ''
}

const FRAGMENTS = `
  fragment Person on User { id username name }
  fragment Text on Review { id body }
  fragment Thing on Product { inStock name price shippingEstimate upc weight }`

exports.PAGES = PAGES
/** Kinds of load, in which no two questions under way are the same, and in which all are. */
exports.KINDS = {
  distinct: `${PAGES} distinct values`,
  identical: 'Identical requests',
}
exports.QUESTIONS = {
  heavy: `query Heavy($page: Int!) {
    users(page: $page) { ...Person reviews { ...Text product { ...Thing reviews { ...Text author { ...Person reviews { ...Text product { ...Thing } } } } } } }
    topProducts(page: $page) { ...Thing reviews { ...Text author { ...Person reviews { ...Text product { ...Thing } } } } }
  } ${FRAGMENTS}`,
  hop: 'query Hop($page: Int!) { users(page: $page) { id name reviews { id body } } }',
  light: 'query Light($page: Int!) { users(page: $page) { id name } }',
}
