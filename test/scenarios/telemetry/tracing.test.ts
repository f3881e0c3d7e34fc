import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { graphql, parse } from 'graphql'
import { endAll, productFolder, terrane } from '../processes/processes.js'
import { attributesOf, Collector, type Span } from './collector.js'

/** What a tracing back end is told of one request, and what it must not be told. */

const OURS = { trace: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' }
const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])'
const BOOKS = `${LINK} type Query { book(isbn: ID!): Book } type Book @key(fields: "isbn") { isbn: ID!  title: String }`
const STARS = `${LINK} type Book @key(fields: "isbn") { isbn: ID!  stars: Int }`
const QUERY =
  'query OneBook($isbn: ID!) { book(isbn: $isbn) { title stars } literal: book(isbn: "literal-value") { isbn } }'

const servers: Server[] = []
const seen: { subgraph: string; headers: IncomingHttpHeaders }[] = []
let folder: string
let supergraph: string
let collector: Collector

async function serve(subgraph: string, sdl: string, resolvers: object): Promise<string> {
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never })
  const server = createServer(async (incoming, outgoing) => {
    let body = ''
    for await (const piece of incoming) body += piece
    const { query, variables } = JSON.parse(body)
    seen.push({ subgraph, headers: incoming.headers })
    outgoing.setHeader('content-type', 'application/json')
    outgoing.end(JSON.stringify(await graphql({ schema, source: query, variableValues: variables })))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-tracing-'))
  supergraph = path.join(folder, 'supergraph.graphql')
  const books = await serve('books', BOOKS, {
    Query: { book: (_: unknown, { isbn }: { isbn: string }) => ({ isbn, title: 'answered-value' }) },
  })
  const stars = await serve('stars', STARS, { Book: { __resolveReference: async (b: object) => ({ ...b, stars: 5 }) } })
  const composed = composeServices([
    { name: 'books', url: books, typeDefs: parse(BOOKS) },
    { name: 'stars', url: stars, typeDefs: parse(STARS) },
  ])
  writeFileSync(supergraph, composed.supergraphSdl!)
})
beforeEach(() => {
  seen.length = 0
  collector = new Collector()
})
afterEach(async () => {
  await endAll()
  collector.close()
})
afterAll(() => {
  for (const server of servers) server.closeAllConnections()
  for (const server of servers) server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** One question to a process of the command line, which then ends and sends what it has to tell. */
async function ask(args: string[], query: string, env: Record<string, string> = {}, sampled = true): Promise<string> {
  const endpoint = await collector.listen()
  const running = terrane([...args, '--port', '0'], {
    TERRANE_HOME: path.join(folder, 'home'),
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_SERVICE_NAME: 'a-mesh',
    OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    ...env,
  })
  const response = await fetch(`${await running.url()}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      traceparent: `00-${OURS.trace}-${OURS.span}-0${sampled ? 1 : 0}`,
      tracestate: 'vendor=1',
      baggage: 'secret=of-the-client',
    },
    body: JSON.stringify({ query, variables: { isbn: 'variable-value' } }),
  })
  const answer = await response.text()
  await running.stop()
  return answer
}

/** Of a gateway in one process. What a worker sends is what the first test sees. */
const ALONE = () => ['gateway', '--supergraph', supergraph, '--workers', '0']

const one = (spans: Span[], name: string): Span => {
  const found = spans.filter(span => span.name === name)
  if (found.length !== 1) throw new Error(`${found.length} of ${name} among ${spans.map(span => span.name).join(', ')}`)
  return found[0]!
}

test('the tree of one request under its client’s span, on to the subgraphs, and nothing of what was asked or answered', async () => {
  expect(await ask(['gateway', '--supergraph', supergraph], QUERY)).toContain('answered-value')
  const { spans } = collector
  const request = one(spans, 'POST /graphql')
  expect([request.traceId, request.parentSpanId]).toEqual([OURS.trace, OURS.span])
  expect(attributesOf(request)).toMatchObject({
    'http.response.status_code': 200,
    'graphql.operation.name': 'OneBook',
    'graphql.operation.type': 'query',
  })
  const below = spans.filter(span => span.parentSpanId === request.spanId).map(({ name }) => name)
  expect(below.sort()).toEqual([
    'fetch books',
    'fetch stars',
    'graphql.decide',
    'graphql.parse',
    'graphql.plan',
    'graphql.project',
    'graphql.validate',
  ])
  expect(attributesOf(one(spans, 'fetch books'))).toMatchObject({
    'terrane.outcome': 'answered',
    'http.response.status_code': 200,
  })
  // Each subgraph goes on under the fetch that asked it.
  expect(seen.map(({ subgraph, headers }) => [subgraph, headers.traceparent, headers.tracestate])).toEqual(
    ['books', 'stars'].map(name => [name, `00-${OURS.trace}-${one(spans, `fetch ${name}`).spanId}-01`, 'vendor=1']),
  )
  expect(seen.some(({ headers }) => headers.baggage)).toBe(false)
  const sent = collector.bodies.map(({ bytes }) => bytes.toString()).join()
  expect(sent).toContain('a-mesh')
  for (const secret of ['literal-value', 'variable-value', 'answered-value', 'of-the-client', 'title'])
    expect(sent).not.toContain(secret)
})

test.each([
  ['decides nothing: he cannot have himself traced', { OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, true, false],
  ['decides nothing: he cannot leave himself out', {}, false, true],
  [
    'decides where he is trusted',
    { OTEL_TRACES_SAMPLER: 'parentbased_always_off', TERRANE_TRUST_TRACEPARENT: 'true' },
    true,
    true,
  ],
] as [string, Record<string, string>, boolean, boolean][])('a caller %s', async (_, env, asked, traced) => {
  await ask(ALONE(), QUERY, env, asked)
  expect(collector.spans.some(({ name }) => name === 'POST /graphql')).toBe(traced)
  expect(seen).toHaveLength(2)
  for (const { headers } of seen)
    expect(headers.traceparent).toMatch(new RegExp(`^00-${OURS.trace}-[0-9a-f]{16}-0${traced ? 1 : 0}$`))
})

test('what a trusted caller leaves out is not told, but its identity goes on', async () => {
  await ask(ALONE(), QUERY, { TERRANE_TRUST_TRACEPARENT: 'true' }, false)
  expect(collector.bodies).toEqual([])
  for (const { headers } of seen) expect(headers.traceparent).toMatch(new RegExp(`^00-${OURS.trace}-[0-9a-f]{16}-00$`))
})

test('switched off, nothing is sent and nothing goes on', async () => {
  await ask(ALONE(), QUERY, { OTEL_SDK_DISABLED: 'true' })
  expect(collector.bodies).toEqual([])
  expect(seen.map(({ headers }) => headers.traceparent)).toEqual([undefined, undefined])
})

test('a product’s query is a span under the fetch that asked it; protobuf where nothing else is said', async () => {
  const product = ['serve', productFolder('reference-geography'), '--no-run']
  await ask(product, '{ referenceGeography { product { name } } }', { OTEL_EXPORTER_OTLP_PROTOCOL: '' })
  expect(collector.bodies.map(({ path: at, type }) => [at, type])).toEqual([['/v1/traces', 'application/x-protobuf']])
  const { bytes } = collector.bodies[0]!
  expect(bytes.includes('graphql reference-geography')).toBe(true)
  expect(bytes.includes(Buffer.from(OURS.span, 'hex'))).toBe(true)
})
