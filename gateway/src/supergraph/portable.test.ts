import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { composeSupergraph, type Subgraph } from '@terrane/schema/composition'
import { composePortable } from './portable.js'

/** What composes and Apollo's own gateway does not load is refused, and who brought it is named. */

const subgraph = (name: string, version: string, imports: string, sdl: string): Subgraph => ({
  name,
  url: `http://127.0.0.1:9/${name}`,
  sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/${version}", import: [${imports}]) ${sdl}`,
})
const plain = (name: string) =>
  subgraph(name, 'v2.9', '"@key"', `type Query { ${name}: Int } type Country @key(fields: "code") { code: ID! }`)
const cached = subgraph('cached', 'v2.12', '"@cacheTag"', 'type Query { cached: Int @cacheTag(format: "all") }')
const connected: Subgraph = {
  name: 'connected',
  url: 'http://127.0.0.1:9/connected',
  sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12")
      @link(url: "https://specs.apollo.dev/connect/v0.3", import: ["@connect"])
    type Query { connected: [Int] @connect(http: { GET: "http://127.0.0.1:9/" }, selection: "$") }`,
}
const refused = (subgraphs: string, reason: RegExp) => ({
  code: 'SUPERGRAPH_NOT_PORTABLE',
  message: expect.stringMatching(new RegExp(`because of ${subgraphs}: .*${reason.source}`)),
})
const CACHE_TAG = /feature https:\/\/specs.apollo.dev\/cacheTag\/v0.1 is for: EXECUTION but is unsupported/

/** That each composes is what makes it a matter of this check. */
async function problemsOf(...subgraphs: Subgraph[]) {
  const { supergraph, problems } = composeSupergraph(subgraphs)
  expect(problems).toEqual([])
  const portable = await composePortable(subgraphs)
  expect(portable.supergraph).toBe(portable.problems.length === 0 ? supergraph : undefined)
  return portable.problems
}

test('what is left to routers to enforce is no reason, nor is what it does not execute', async () => {
  const guarded = subgraph(
    'guarded',
    'v2.9',
    '"@authenticated", "@requiresScopes", { name: "@policy", as: "@grant" }',
    `type Query { a: Int @authenticated  b: Int @requiresScopes(scopes: [["s"]])  c: Int @grant(policies: [["p"]]) }`,
  )
  const inContext = subgraph(
    'contexts',
    'v2.9',
    '"@key", "@context", "@fromContext"',
    `type Query { shop: Shop } type Shop @key(fields: "id") @context(name: "shop") { id: ID!  currency: String  item: Item }
      type Item @key(fields: "id") { id: ID!  price(currency: String @fromContext(field: "$shop { currency }")): Int }`,
  )
  expect(await problemsOf(plain('plain'), guarded, inContext)).toEqual([])
})

test.each([
  ['cached', cached, CACHE_TAG],
  ['connected', connected, /connect\/v0.3 is for: EXECUTION but is unsupported/],
  [
    'endless',
    subgraph('endless', 'v2.9', '', 'type Query { endless(with: Endless): Int } input Endless { with: Endless = {} }'),
    /Maximum call stack size exceeded/,
  ],
])('%s is', async (name, one, reason) => {
  expect(await problemsOf(plain('before'), one, plain('after'))).toMatchObject([refused(name, reason)])
})

test('each of several is named', async () => {
  const problems = await problemsOf(cached, plain('plain'), connected)
  expect(problems).toMatchObject([refused('cached', CACHE_TAG), refused('connected', /connect/)])
})

test('so is one that is nothing without another', async () => {
  const leaning = subgraph(
    'leaning',
    'v2.12',
    '"@key", "@external", "@requires", "@cacheTag"',
    `type Query { leaning: Int @cacheTag(format: "all") }
      type Item @key(fields: "id") { id: ID!  weight: Int @external  freight: Int @requires(fields: "weight") }`,
  )
  const items = subgraph(
    'items',
    'v2.9',
    '"@key"',
    'type Query { i: Item } type Item @key(fields: "id") { id: ID!  weight: Int }',
  )
  expect(await problemsOf(items, leaning)).toMatchObject([refused('leaning', CACHE_TAG)])
})

test('what does not compose says what composing says', async () => {
  const twice = [plain('one'), plain('one')]
  expect((await composePortable(twice)).problems).toMatchObject([{ code: 'SUPERGRAPH_NAME_TWICE' }])
})

test('nobody is asked: no subgraph, and not Apollo', async () => {
  const sockets: unknown[] = []
  const count = (socket: unknown) => void sockets.push(socket)
  subscribe('net.client.socket', count)
  try {
    await composePortable([plain('plain')])
    await composePortable([plain('plain'), cached])
  } finally {
    unsubscribe('net.client.socket', count)
  }
  expect(sockets).toEqual([])
})
