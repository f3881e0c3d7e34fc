/**
 * The same subgraphs as data products: beside answering they say who may read them and what is published, and of each
 * answer that it can be given again. What it takes of a product for a gateway to keep whole answers, and no more.
 */
const http = require('node:http')
const { createHash } = require('node:crypto')
const { inflateRawSync } = require('node:zlib')
const { SUBGRAPHS } = require('./mesh.js')

const PUBLICATION = 1
const PUBLICATION_ID = 'the-only-one'
const BEAT_MILLISECONDS = 2000
const IDENTITY_HEADER = 'terrane-identity'

/** `answers`: by path of the subgraph, from question to text. */
exports.serveProducts = answers =>
  new Promise(resolve => {
    const server = http.createServer((incoming, outgoing) => {
      const [, name, ...rest] = incoming.url.split('/')
      const respond = ROUTES[`/${rest.join('/')}`]
      if (!respond || !Object.hasOwn(SUBGRAPHS, name)) return outgoing.writeHead(404).end()
      return respond({ name, incoming, outgoing, answer: answers[`/${name}`] })
    })
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`))
  })

const json = (outgoing, value) => outgoing.setHeader('content-type', 'application/json').end(JSON.stringify(value))

const ROUTES = {
  '/.well-known/data-product/name': ({ name, outgoing }) => json(outgoing, { name }),
  '/.well-known/data-product': ({ name, outgoing }) =>
    json(outgoing, { name, version: '1.0.0', domain: 'bench', address: `/data/bench/${name}/1`, datasets: [] }),
  '/.well-known/data-product/policy': ({ name, outgoing }) => json(outgoing, policyOf(name)),
  '/.well-known/data-product/publications': ({ name, outgoing }) => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' })
    const event = {
      specversion: '1.0',
      type: 'terrane.publication',
      data: { product: name, publication: PUBLICATION, publicationId: PUBLICATION_ID },
    }
    outgoing.write(`event: publication\ndata: ${JSON.stringify(event)}\n\n`)
    const beat = setInterval(() => outgoing.write(': \n\n'), BEAT_MILLISECONDS)
    outgoing.once('close', () => clearInterval(beat))
  },
  '/.well-known/data-product/repeats': async ({ incoming, outgoing }) => {
    for await (const _ of incoming);
    outgoing.writeHead(204).end()
  },
  '/graphql': async ({ name, incoming, outgoing, answer }) => {
    let body = ''
    for await (const piece of incoming) body += piece
    const { query, variables } = JSON.parse(body)
    if (query.includes('_service'))
      return json(outgoing, { data: { _service: { sdl: SUBGRAPHS[name].sdl('product') } } })
    const text = answer(query, variables)
    const terrane = {
      publications: { [name]: PUBLICATION },
      repeatable: { decision: decisionIn(incoming.headers[IDENTITY_HEADER]), publicationId: PUBLICATION_ID, reads: [] },
    }
    return outgoing
      .setHeader('content-type', 'application/json')
      .end(`${text.slice(0, -1)},"extensions":${JSON.stringify({ terrane })}}`)
  },
}

/** Whoever has a token reads. */
function policyOf(product) {
  const types = [...SUBGRAPHS[product].sdl('product').matchAll(/type (\w+)/g)].map(([, type]) => type)
  const dataset = {
    name: 'data',
    visibility: 'internal',
    discover: 'visible',
    primaryKey: ['id'],
    properties: [{ name: 'id', discover: 'visible' }],
    coordinates: types.filter(type => type !== 'Query'),
    propertyCoordinates: {},
  }
  const grant = { id: 'all', effect: 'allow', subject: '*', actions: ['read'], dataset: '*', origin: 'declared' }
  const version = createHash('sha256').update(product).digest('hex')
  const grants = [{ ...grant, by: 'bench', at: '2026-01-01T00:00:00Z' }]
  return { product, domain: 'bench', version, visibility: 'internal', datasets: [dataset], coordinates: [], grants }
}

/** Fingerprint of the decision that the gateway signed. Not verified: nothing is protected here. */
function decisionIn(identity) {
  if (identity === undefined) return ''
  const { said } = JSON.parse(Buffer.from(identity.split('.')[1], 'base64url').toString())
  return JSON.parse(inflateRawSync(Buffer.from(said, 'base64url')).toString()).decision.fingerprint
}
