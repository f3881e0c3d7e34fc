import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { type GraphQLSchema, graphql, NoSchemaIntrospectionCustomRule, parse, validate } from 'graphql'
import { geography, SmallMesh, ukSales } from '../gateway/small-mesh.js'
import { endAll, terrane } from '../processes/processes.js'

/** `terrane crawl`: what a mesh, a product or any GraphQL endpoint tells of itself, and nothing more than that is taken. */

let mesh: SmallMesh
const servers: Server[] = []

beforeAll(async () => {
  mesh = await SmallMesh.start(trust => [geography(trust), ukSales(trust)])
})
afterAll(async () => {
  await endAll()
  await mesh?.stop()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

type Answering = (request: IncomingMessage, body: string, response: ServerResponse) => unknown

async function serve(answering: Answering): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    const answer = await answering(request, body, response)
    if (answer === undefined) return
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answer))
  })
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const serveGraph = (schema: GraphQLSchema, introspection = true) =>
  serve(async (request, body, response) => {
    if (request.url !== '/graphql') {
      response.writeHead(404).end()
      return undefined
    }
    const { query } = JSON.parse(body) as { query: string }
    const errors = introspection ? [] : validate(schema, parse(query), [NoSchemaIntrospectionCustomRule])
    return errors.length > 0 ? { errors } : graphql({ schema, source: query })
  })

const crawl = (...args: string[]) => terrane(['crawl', ...args]).end
const facts = async (...args: string[]) => {
  const { out, err, exit } = await crawl(...args, '--json')
  expect([exit, err]).toEqual([0, ''])
  return JSON.parse(out)
}

describe('a guest takes care', () => {
  test('a token goes to the place that was given and to no other, and a place elsewhere takes a word', async () => {
    const tokens: (string | undefined)[] = []
    const other = await serve(({ headers }) => {
      tokens.push(headers.authorization)
      return { products: [{ name: 'elsewhere', address: '/data/x/elsewhere/1' }] }
    })
    const first = await serve(({ headers }, _body, response) => {
      tokens.push(headers.authorization)
      response.writeHead(302, { location: `${other}/.well-known/data-mesh` }).end()
      return undefined
    })
    const refused = await crawl(first, '--token', 'secret')
    expect(refused).toMatchObject({ exit: 2, out: '', err: expect.stringContaining(other) })
    expect(tokens).toEqual(['Bearer secret'])
    expect((await facts(first, '--token', 'secret', '--anywhere')).products).toMatchObject([{ name: 'elsewhere' }])
    expect(tokens).toEqual(['Bearer secret', 'Bearer secret', undefined])
  })

  test('a next page elsewhere is not read, and a list without an end is left', async () => {
    let asked = 0
    const elsewhere = await serve(() => ({ products: [], next: 'http://192.0.2.1/list' }))
    expect(await crawl(elsewhere)).toMatchObject({ exit: 2, err: expect.stringContaining('http://192.0.2.1') })
    const endless = await serve(() => ({ products: [], next: `/.well-known/data-mesh?after=${asked++}` }))
    expect(await crawl(endless)).toMatchObject({ exit: 3, err: expect.stringContaining('does not end') })
    expect(asked).toBeLessThan(150)
  })

  test('what is too long, too slow or in circles is not waited for', async () => {
    const long = await serve((_request, _body, response) => {
      const flood = () => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', flood)
      }
      flood()
      return undefined
    })
    expect(await crawl(long)).toMatchObject({ exit: 3, err: expect.stringContaining('20000000 bytes') })
    const slow = await serve(() => undefined)
    expect(await crawl(slow, '--timeout', '0.3')).toMatchObject({ exit: 3, err: expect.stringContaining('0.3 s') })
    const round = await serve((_request, _body, response) => {
      response.writeHead(307, { location: '/.well-known/data-mesh' }).end()
      return undefined
    })
    expect(await crawl(round)).toMatchObject({ exit: 3, err: expect.stringContaining('redirects') })
  })

  test('what others wrote does not reach the terminal as more than text', async () => {
    const rude = await serve(() => ({
      products: [{ name: 'a\u001b[2Jb', address: '/data/x/a/1', owner: { name: 'x\u0007\r\ny' } }, 'none', { name: 1 }],
    }))
    const { out, exit } = await crawl(rude)
    expect(exit).toBe(0)
    expect(out.split('\n').filter(Boolean)).toHaveLength(2)
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })
})

test('a mesh by its list: what the caller may know of, page after page', async () => {
  expect((await facts(mesh.gateway.url)).products.map(({ name }: { name: string }) => name)).toEqual([
    'reference-geography',
  ])
  const { out, exit } = await crawl(mesh.gateway.url, '--token', await mesh.token('steward'))
  expect(exit).toBe(0)
  const [head, ...rows] = out
    .trim()
    .split('\n')
    .map(line => line.split(/ {2,}/))
  expect(head).toEqual(['domain', 'product', 'major', 'datasets', 'address', 'freshness', 'owner'])
  expect(rows).toEqual([
    [
      'reference',
      'reference-geography',
      '1',
      'countries',
      '/data/reference/reference-geography/1',
      'UNKNOWN',
      'Owners of reference-geography',
    ],
    ['europe/uk', 'uk-sales', '1', 'orders', '/data/europe/uk/uk-sales/1', 'UNKNOWN', 'Owners of uk-sales'],
  ])
  const many = Array.from({ length: 5 }, (_, at) => ({
    name: `p${at}`,
    address: `/data/d/p${at}/2`,
    freshness: 'LATE',
  }))
  const paged = await serve(({ url }) => {
    const after = Number(new URL(url!, 'http://x').searchParams.get('after') ?? 0)
    return { products: many.slice(after, after + 2), ...(after < 4 ? { next: `?after=${after + 2}` } : {}) }
  })
  const { products } = await facts(paged)
  expect(products).toHaveLength(5)
  expect(products[4]).toMatchObject({ name: 'p4', major: 2, freshness: 'LATE', datasets: [] })
})

test('a product by what stands at its process', async () => {
  const product = ukSales({ keys: [] })
  const found = await facts(await product.listen())
  await product.die()
  expect(found).toMatchObject({ kind: 'product', products: [{ name: 'uk-sales', domain: 'europe/uk' }] })
})

describe('any other GraphQL', () => {
  const typeDefs = parse(`
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    type Query { books: [Book] }
    type Mutation { buy(isbn: ID!): Book }
    type Book @key(fields: "isbn") @key(fields: "shelf { row }") { isbn: ID! shelf: Shelf }
    type Shelf { row: Int }`)

  test('a subgraph: its types, its entities with their keys, its SDL', async () => {
    const url = await serveGraph(buildSubgraphSchema({ typeDefs }))
    const found = await facts(url)
    expect(found).toMatchObject({
      kind: 'subgraph',
      url: `${url}/graphql`,
      queries: ['books'],
      mutations: ['buy'],
      entities: [{ name: 'Book', keys: ['isbn', 'shelf { row }'] }],
      sdl: expect.stringContaining('type Book'),
    })
    expect(found.types).toContainEqual({ name: 'Shelf', kind: 'object' })
    expect((await crawl(`${url}/graphql`)).out).toMatch(/federation subgraph +http.*\nqueries +books\n/)
  })

  test('where introspection is closed, what is open is told, and that the rest is closed', async () => {
    const url = await serveGraph(buildSubgraphSchema({ typeDefs }), false)
    expect(await facts(url)).toMatchObject({
      types: [],
      entities: [{ name: 'Book' }],
      closed: expect.stringMatching(/introspection/i),
    })
  })
})

test('a product of which a visitor sees nothing is said to be one, and what it is called is not', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'terrane-crawl-'))
  const env = { TERRANE_HOME: path.join(folder, 'home') }
  const product = path.join(folder, 'hidden-sales')
  writeFileSync(path.join(folder, 'orders.csv'), 'id,amount\n1,2.50\n')
  expect((await terrane(['init', product, '--from', path.join(folder, 'orders.csv')], env).end).exit).toBe(0)
  const serving = terrane(['serve', product, '--port', '0'], env)
  const url = await serving.url()
  const { exit, out } = await crawl(url)
  expect([exit, out]).toEqual([
    0,
    expect.stringMatching(/is a Terrane product, of which this caller sees nothing[\s\S]*--token/),
  ])
  expect(out).not.toMatch(/hidden/)
  expect(await facts(url)).toEqual({ kind: 'product', url: `${url}/`, products: [] })
  await serving.stop()
  rmSync(folder, { recursive: true })
})

test('nobody there is 3; somebody else, or a token that does not hold, is 2; each says what to do', async () => {
  // Where nobody listens: what was free a moment ago may be another test's by now.
  expect(await crawl('http://127.0.0.1:2')).toMatchObject({
    exit: 3,
    out: '',
    err: expect.stringMatching(/ECONNREFUSED.*\n {2}Check/),
  })
  const other = await serve(() => ({ hello: 'world' }))
  expect(await crawl(other)).toMatchObject({ exit: 2, err: expect.stringMatching(/neither a mesh.*\n {2}Give/) })
  expect(await crawl(mesh.gateway.url, '--token', 'no')).toMatchObject({
    exit: 2,
    err: expect.stringMatching(/HTTP 401.*\n {2}Give a token/),
  })
  expect(await crawl('not an address')).toMatchObject({ exit: 2 })
})
