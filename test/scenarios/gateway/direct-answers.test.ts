import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { GatewayKeys } from '@terrane/schema'
import { Deferred } from '../../../gateway/src/deferred.js'
import { geography, SmallMesh, ukSales } from './small-mesh.js'
import { SmallProduct } from './small-product.js'

/**
 * What is asked again is answered without Apollo Server. Nobody can tell: each question is asked as it is met for the first
 * time, as it is known, and in a text that differs by a comment, which is met for the first time again.
 */

let mesh: SmallMesh
beforeAll(async () => {
  mesh = await SmallMesh.start(trust => [ukSales(trust), geography(trust)], { limits: { cost: 200, aliases: 5 } })
})
afterAll(() => mesh.stop())

interface Told {
  status: number | undefined
  headers: Record<string, unknown>
  body: string
  /** What the audit says of it. */
  audit: Record<string, unknown> | undefined
}

/** Over a bare socket's client, which adds no `accept` of its own. */
async function send(body: unknown, headers: Record<string, string>): Promise<Told> {
  const sent = typeof body === 'string' ? body : JSON.stringify(body)
  const length = String(Buffer.byteLength(sent))
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(`${mesh.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': length, ...headers },
    })
    asked.on('response', resolve).on('error', reject).end(sent)
  })
  const told = await text(answer)
  // `age`: seconds pass.
  const { date: _, age: __, 'x-request-id': requestId, ...rest } = answer.headers
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/)
  const line = mesh.log.find(event => event.requestId === requestId && event.message === 'Operation')
  return { status: answer.statusCode, headers: rest, body: told, audit: line && audited(line) }
}

/** Without what differs between two requests by itself. */
function audited({ requestId: _, milliseconds, queryHash, ...line }: Record<string, unknown>): Record<string, unknown> {
  expect(milliseconds).toEqual(expect.any(Number))
  return { ...line, hashed: typeof queryHash === 'string' }
}

const ORDERS = '{ ukSales { orders { nodes { orderId amount customerEmail country { code name } } totalCount } } }'
const BY_ID = 'query Order($id: ID!) { ukSales { order(orderId: $id) { orderId amount } } }'

const TWELVE_NAMES = [...'abcdefghijkl']
const TWELVE = `query (${TWELVE_NAMES.map(name => `$${name}: Boolean!`).join(' ')}) {
  ukSales { ${TWELVE_NAMES.map(name => `publication @skip(if: $${name})`).join(' ')} }
}`

const BODIES: [string, Record<string, unknown>][] = [
  ['an answer', { query: '{ referenceGeography { countries { code name } } }' }],
  ['a name and nothing else', { query: 'query Countries { referenceGeography { countries { code } } }' }],
  ['denied fields, an error of a subgraph', { query: ORDERS }],
  ['a hidden field', { query: '{ ukSales { orders { nodes { margin } } } }' }],
  ['no such field', { query: '{ ukSales { nothing } }' }],
  ['several that are wrong', { query: '{ a b c }' }],
  ['no GraphQL', { query: '{ ukSales {' }],
  ['variables', { query: BY_ID, variables: { id: '1' } }],
  ['variables and its name', { query: BY_ID, variables: { id: '2' }, operationName: 'Order' }],
  ['another name', { query: BY_ID, variables: { id: '2' }, operationName: 'Nobody' }],
  ['an empty name', { query: BY_ID, variables: { id: '2' }, operationName: '' }],
  ['a name that is none', { query: BY_ID, variables: { id: '2' }, operationName: 7 }],
  ['no name as null', { query: BY_ID, variables: { id: '2' }, operationName: null }],
  ['variables that lack', { query: BY_ID, variables: {} }],
  ['variables as null', { query: BY_ID, variables: null }],
  ['variables that do not fit', { query: BY_ID, variables: { id: { no: 'id' } } }],
  ['variables as text', { query: BY_ID, variables: '{"id":"1"}' }],
  ['variables as a list', { query: BY_ID, variables: [1] }],
  ['variables of another prototype', { query: BY_ID, variables: { id: '1', ['__proto__']: { id: '2' } } }],
  ['more bad variables than are told', { query: TWELVE, variables: {} }],
  ['several operations, one named', { query: 'query A { ukSales { publication } } query B { b }', operationName: 'A' }],
  [
    'several operations, none named',
    { query: 'query A { ukSales { publication } } query B { ukSales { publication } }' },
  ],
  ['a fragment and no operation', { query: 'fragment F on UkSales { publication }' }],
  ['a mutation', { query: 'mutation { ukSales { run } }' }],
  ['a subscription', { query: 'subscription { publications { product } }' }],
  ['introspection', { query: '{ __schema { queryType { name } } __typename }' }],
  [
    'what is skipped',
    { query: 'query ($s: Boolean!) { ukSales { publication @skip(if: $s) } }', variables: { s: true } },
  ],
  ['too many aliases', { query: `{ ukSales { ${[...'abcdef'].map(a => `${a}: publication`).join(' ')} } }` }],
  ['too deep', { query: `{ ukSales ${'{ orders { nodes { country '.repeat(6)} { code } ${'} } }'.repeat(6)} }` }],
  ['an answer in parts', { query: '{ ukSales { ... @defer { publication } } }' }],
  ['extensions', { query: '{ ukSales { publication } }', extensions: { clientLibrary: { name: 'a' } } }],
  ['extensions as null', { query: '{ ukSales { publication } }', extensions: null }],
  ['extensions as text', { query: '{ ukSales { publication } }', extensions: 'a' }],
  ['a persisted query', { query: '{ ukSales { publication } }', extensions: { persistedQuery: { version: 1 } } }],
  ['an empty question', { query: '' }],
  ['nothing', {}],
]

/** The same question in a text that was not met yet. */
const anew = (body: Record<string, unknown>) =>
  typeof body.query === 'string' && body.query !== '' ? { ...body, query: `${body.query}\n# again` } : body

const WHO: [string, string | undefined][] = [
  ['a visitor', undefined],
  ['an analyst', 'analyst'],
  ['a steward', 'steward'],
]

describe.each(WHO)('%s', (_, as) => {
  test.each(BODIES)('is told the same of %s', async (_, body) => {
    const authorization: Record<string, string> =
      as === undefined ? {} : { authorization: `Bearer ${await mesh.token(as)}` }
    for (const accept of [undefined, 'application/json', 'application/graphql-response+json']) {
      const headers: Record<string, string> = { ...authorization, ...(accept === undefined ? {} : { accept }) }
      const first = await send(body, headers)
      const known = await send(body, headers)
      expect(known).toEqual(first)
      const forced = await send(body, { ...headers, 'content-type': 'Application/JSON' })
      expect(forced).toEqual(first)
      expect((await send(anew(body), headers)).status).toEqual(first.status)
    }
  })
})

test.each([
  ...['*/*', 'text/html', 'text/html, */*', 'application/json, text/plain, */*', 'application/json; charset=utf-8'],
  ...[
    'application/graphql-response+json, application/json',
    'application/graphql-response+json,application/json;q=0.9',
  ],
  ...['application/graphql-response+json, application/json;q=0.9', 'application/json;q=0.1, */*', 'APPLICATION/JSON'],
  ...['application/graphql-response+json; charset=utf-8, application/json; charset=utf-8', 'multipart/mixed', ''],
  'application/graphql-response+json; charset=utf-8',
])('whatever is taken: %s', async accept => {
  for (const query of ['{ referenceGeography { countries { code } } }', '{ nothing }']) {
    const first = await send({ query }, { accept, 'content-type': 'Application/JSON' })
    await send({ query }, { accept })
    expect(await send({ query }, { accept })).toEqual(first)
  }
})

test('who must not get in does not get in by a question that is known', async () => {
  const question = { query: ORDERS }
  const steward = { authorization: `Bearer ${await mesh.token('steward')}` }
  await send(question, steward)
  const known = await send(question, steward)
  expect(known.body).toContain('ada@example.com')

  for (const authorization of ['Bearer nonsense', 'Basic YTpi', `${steward.authorization}x`]) {
    const { status, body, audit } = await send(question, { authorization })
    expect([status, JSON.parse(body).errors[0].extensions.code, audit]).toEqual([401, 'UNAUTHENTICATED', undefined])
  }
  for (const as of [undefined, 'analyst']) {
    const { body } = await send(question, as ? { authorization: `Bearer ${await mesh.token(as)}` } : {})
    expect(body).not.toContain('ada@example.com')
  }
})

test('a form of another site is refused, known question or not', async () => {
  const query = '{ referenceGeography { countries { code } } }'
  await send({ query }, {})
  for (const type of ['text/plain', 'text/plain;application/json', 'application/x-www-form-urlencoded'])
    expect((await send({ query }, { 'content-type': type })).status).toBeGreaterThanOrEqual(400)
})

test('explanations are told of known questions too', async () => {
  const query = '{ referenceGeography { countries { code } } }'
  await send({ query }, {})
  const { body } = await send({ query }, { 'terrane-explain': 'cost' })
  expect(JSON.parse(body).extensions.terrane.explain.cost).toMatchObject({ limit: 200 })
})

test('who calls the operation by the empty name spoils the question for nobody', async () => {
  const query = '{ referenceGeography { countries { name code } } }'
  expect((await send({ query, operationName: '' }, {})).status).toBe(400)
  expect((await send({ query }, {})).status).toBe(200)
  expect((await send({ query, operationName: '' }, {})).status).toBe(400)
})

test('several questions in one body are refused, known or not', async () => {
  const query = '{ referenceGeography { countries { code } } }'
  await send({ query }, {})
  expect((await send([{ query }, { query }], {})).status).toBe(400)
})

test('whoever leaves while his known question is answered is counted out, and the audit says so', async () => {
  const entered = new Deferred<void>()
  let closed: Promise<void> | undefined
  const gate = new Deferred<void>()
  const left = new Deferred<Record<string, unknown>>()
  const waiting = (trust: GatewayKeys['jwks']) =>
    new SmallProduct(
      {
        name: 'waiting',
        domain: 'reference',
        visibility: 'public',
        coordinates: ['Query.waiting', 'Waiting'],
        sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
          type Query { waiting: Waiting }
          type Waiting { done: Boolean }`,
        resolvers: {
          Waiting: {
            done: async () => {
              if (closed) entered.resolve()
              await closed
              return true
            },
          },
          Query: { waiting: () => ({}) },
        },
        datasets: [],
        grants: [],
      },
      trust,
    )
  const slow = await SmallMesh.start(trust => [waiting(trust)], {
    log: event => {
      if (event.message === 'Operation' && (event.errors as string[]).length > 0) left.resolve(event)
    },
  })
  try {
    const query = 'query Wait { waiting { done } }'
    expect((await slow.ask(query)).text).toContain('"done":true')
    closed = gate.promise
    const body = JSON.stringify({ query })
    const asked = request(`${slow.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': String(body.length) },
    })
    asked.on('error', () => undefined).end(body)
    await entered.promise
    asked.destroy()
    expect(await left.promise).toMatchObject({ operationName: 'Wait', errors: ['OPERATION_ABORTED'] })
    const figures = await (await fetch(`${slow.gateway.url}/metrics`)).text()
    expect(figures).toContain('terrane_gateway_operations_in_flight 0')
  } finally {
    gate.resolve()
    await slow.stop()
  }
})
