import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { SmallMesh } from './small-mesh.js'

/** Numbers of scalars that are numbers, beyond what JavaScript's hold: a ledger's accounts, and their owners beside it. */
const FEDERATION = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'
const LEDGER = `${FEDERATION} scalar Long  scalar Any
  type Query { accounts(of: Long, any: Any, in: [Long!], limit: Float): [Account!]  any: Any  sure: Any!  anys: [Any]
    float: Float  floats: [Float]  int: Int  ints: [Int]  id: ID  strict: [Float!] }
  type Account @key(fields: "number") { number: Long!  balance: Long }`
const OWNERS = `${FEDERATION} scalar Long
  type Account @key(fields: "number") { number: Long!  owner: String }`

/** What the ledger answers, as text, and what both were asked, as text. */
let ledger: string
const asked: string[] = []
const servers: Server[] = []
let mesh: SmallMesh
let folder: string

async function serve(answer: (body: string) => string): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    asked.push(body)
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer(body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
}

/** In the order of their representations, each says by which number it was asked for. */
function owners(body: string): string {
  const numbers = [...body.matchAll(/"number":([^},]+)/g)].map(([, number]) => number)
  return `{"data":{"_entities":[${numbers.map(number => `{"owner":"of ${number}"}`).join()}]}}`
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'terrane-numbers-'))
  const { supergraphSdl, errors } = composeServices([
    { name: 'ledger', url: await serve(() => ledger), typeDefs: parse(LEDGER) },
    { name: 'owners', url: await serve(owners), typeDefs: parse(OWNERS) },
  ])
  if (!supergraphSdl) throw new Error(errors?.join('\n'))
  const supergraph = path.join(folder, 'supergraph.graphql')
  await writeFile(supergraph, supergraphSdl)
  mesh = await SmallMesh.start(() => [], { supergraph, demo: false })
})
afterAll(async () => {
  await mesh?.stop()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => {
  asked.length = 0
})

const post = async (body: string) => {
  const response = await fetch(`${mesh.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  return { status: response.status, text: await response.text() }
}
const ask = async (query: string) => (await post(JSON.stringify({ query }))).text

test('a number comes to the client as the subgraph wrote it, and to another subgraph as a key', async () => {
  ledger =
    '{"data":{"accounts":[{"__typename":"Account","number":9007199254740993,"balance":-12345678901234567890},' +
    '{"__typename":"Account","number":9007199254740992,"balance":7},{"__typename":"Account","number":9007199254740993,"balance":null}]}}'
  const account = (number: string, balance: string) =>
    `{"number":${number},"balance":${balance},"owner":"of ${number}"}`
  expect(await ask('{ accounts { number balance owner } }')).toBe(
    `{"data":{"accounts":[${account('9007199254740993', '-12345678901234567890')},` +
      `${account('9007199254740992', '7')},${account('9007199254740993', 'null')}]}}\n`,
  )
  // Two accounts, of which one stands at two places.
  expect(asked[1]!.match(/"number":\d+/g)).toEqual(['"number":9007199254740993', '"number":9007199254740992'])
})

test('within any JSON, too', async () => {
  ledger = '{"data":{"any":{"a":[9007199254740993,"9007199254740993",0.1000000000000000000001,1.50]}}}'
  expect(await ask('{ any }')).toBe(
    '{"data":{"any":{"a":[9007199254740993,"9007199254740993",0.1000000000000000000001,1.5]}}}\n',
  )
})

test('an ID may be a long number, a Float is a double, and no Int is as long', async () => {
  ledger = '{"data":{"id":9007199254740993,"float":0.1000000000000000000001,"int":9007199254740993}}'
  const answer = JSON.parse(await ask('{ id float int }'))
  expect(answer.data).toEqual({ id: '9007199254740993', float: 0.1, int: null })
  expect(answer.errors).toMatchObject([{ path: ['int'], message: 'Invalid value found for field Query.int.' }])
})

const QUERY =
  'query ($of: Long, $any: Any, $in: [Long!], $limit: Float) { accounts(of: $of, any: $any, in: $in, limit: $limit) { balance } }'
const VARIABLES =
  '{"of":9007199254740993,"any":{"a":[9007199254740993,"9007199254740993"]},"in":[9007199254740993,1],"limit":0.5}'

test('a client’s numbers come to the subgraph as he wrote them, the first time and again, in a body or in an address', async () => {
  ledger = '{"data":{"accounts":[]}}'
  for (let time = 0; time < 3; time++) {
    const body = `{"query":${JSON.stringify(`${QUERY} # written`)},"variables":${VARIABLES}}`
    expect(await post(body)).toEqual({ status: 200, text: '{"data":{"accounts":[]}}\n' })
  }
  const search = new URLSearchParams({ query: QUERY, variables: VARIABLES })
  const got = await fetch(`${mesh.gateway.url}/graphql?${search}`, { headers: { 'apollo-require-preflight': '1' } })
  expect(await got.text()).toBe('{"data":{"accounts":[]}}\n')
  expect(asked).toHaveLength(4)
  for (const body of asked) expect(body).toContain(`"variables":${VARIABLES}`)
})

test('a body that is to poison prototypes is refused as ever', async () => {
  const { status } = await post(`{"query":"{ any }","variables":{"a":9007199254740993,"__proto__":{"b":1}}}`)
  expect(status).toBe(400)
})

test('literals and defaults come to the subgraph as they are written', async () => {
  ledger = '{"data":{"accounts":[],"a":[],"b":[]}}'
  await ask(`query ($of: Long = 9007199254740997) {
    accounts(of: 9007199254740993, any: {a: [9007199254740995, "x", $of]}, in: [1, 9007199254740993]) { balance }
    a: accounts(of: 9007199254740993, any: {a: [{b: 9007199254740995}, E, 1.50]}, in: 9007199254740999) { balance }
    b: accounts(of: $of) { balance }
  }`)
  const [query, given] = asked[0]!.split('"variables":')
  const variables: object = JSON.parse(given!.slice(0, -1).replace(/\d{16}/g, '"$&"'))
  // As a `Long` and as a `Long!`; what a client's variable stands beside is left where it is.
  const literals = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, JSON.stringify(value)]))
  expect(Object.values(literals).sort()).toEqual([
    '"9007199254740993"',
    '"9007199254740993"',
    '"9007199254740997"',
    '"9007199254740999"',
    '{"a":[{"b":"9007199254740995"},"E",1.5]}',
  ])
  expect(query).toContain('$of')
})

test.each([
  ['{ any }', '{"any":1e400}', { any: null }, [['any']]],
  ['{ any }', '{"any":{"a":[1,-1e400]}}', { any: null }, [['any']]],
  ['{ any }', '{"any":[1e400,9007199254740993]}', { any: null }, [['any']]],
  ['{ anys }', '{"anys":[1,1e400]}', { anys: [1, null] }, [['anys', 1]]],
  [
    '{ float floats }',
    '{"float":1e400,"floats":[1,-1e400]}',
    { float: null, floats: [1, null] },
    [['float'], ['floats', 1]],
  ],
  ['{ int ints }', '{"int":1e400,"ints":[1e400,2]}', { int: null, ints: [null, 2] }, [['int'], ['ints', 0]]],
  ['{ id }', '{"id":1e400}', { id: null }, [['id']]],
  ['{ strict any }', '{"strict":[1,1e400],"any":1}', { strict: null, any: 1 }, [['strict', 1]]],
  ['{ sure }', '{"sure":1e400}', null, [['sure']]],
])('%s of %s is valid JSON, with an error where a number is beyond all', async (query, data, told, paths) => {
  ledger = `{"data":${data}}`
  const { data: got, errors } = JSON.parse(await ask(query))
  expect(got).toEqual(told)
  expect([...new Set(errors.map(({ path }: { path: unknown }) => JSON.stringify(path)))]).toEqual(
    paths.map(one => JSON.stringify(one)),
  )
})

test.each([
  '{"query":"{ accounts(any: 1e999) { balance } }"}',
  '{"query":"{ accounts(any: {a: [-1e999]}) { balance } }"}',
  '{"query":"{ accounts(limit: 1e999) { balance } }"}',
  '{"query":"query ($a: Any = 1e999) { accounts(any: $a) { balance } }"}',
  '{"query":"query ($a: Any) { accounts(any: $a) { balance } }","variables":{"a":{"b":[1e999]}}}',
  '{"query":"query ($a: Any) { accounts(any: $a) { balance } }","variables":{"a":[-1e999,9007199254740993]}}',
  '{"query":"query ($a: Float) { accounts(limit: $a) { balance } }","variables":{"a":1e999}}',
])('%s is the client’s mistake', async body => {
  const { status, text } = await post(body)
  expect(status).toBe(400)
  expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
  expect(text).toContain('too large')
  expect(asked).toEqual([])
})
