import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { graphql, parse } from 'graphql'
import { geography, SmallMesh } from './small-mesh.js'

/** Requests nested so deeply that whoever goes down in them by calling himself ends. */

const ECHO = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  scalar JSON
  input Node { below: Node  nodes: [Node]  any: JSON }
  type Query {
    plain: String
    any(value: JSON): String
    list(value: [Int]): String
    lists(value: [[[Int]]]): String
    node(value: Node): String
    nodes(value: [Node]): String
    echo: Query
  }`

let folder: string
let subgraph: Server
let mesh: SmallMesh
const asked: string[] = []
beforeAll(async () => {
  const told = (_: unknown, { value }: { value: unknown }) => JSON.stringify(value)
  const resolvers = { Query: { plain: () => 'p', any: told, list: told, lists: told, node: told, nodes: told } }
  const schema = buildSubgraphSchema({ typeDefs: parse(ECHO), resolvers: resolvers as never })
  subgraph = createServer(async (incoming, outgoing) => {
    const { query, variables } = JSON.parse(await text(incoming))
    asked.push(query)
    outgoing.end(JSON.stringify(await graphql({ schema, source: query, variableValues: variables })))
  })
  await new Promise<void>(resolve => subgraph.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(subgraph.address() as AddressInfo).port}/graphql`
  const { supergraphSdl } = composeServices([{ name: 'echo', url, typeDefs: parse(ECHO) }])
  folder = await mkdtemp(path.join(os.tmpdir(), 'terrane-deep-'))
  const supergraph = path.join(folder, 'supergraph.graphql')
  await writeFile(supergraph, supergraphSdl!)
  mesh = await SmallMesh.start(() => [], { supergraph, demo: false, limits: { bodyBytes: 4 * 1024 * 1024 } })
})
afterAll(async () => {
  await mesh.stop()
  subgraph.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => {
  asked.length = 0
  mesh.log.length = 0
})

async function send(body: string, headers: Record<string, string> = {}, to = mesh) {
  const response = await fetch(`${to.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  const answer = await response.text()
  return { status: response.status, text: answer, ...(answer.startsWith('{') ? JSON.parse(answer) : {}) }
}

const TOO_DEEP = {
  message: 'The variables are nested more than 500 levels deep.',
  extensions: { code: 'BAD_USER_INPUT' },
}

/** More than whoever calls himself for each level comes through. */
const LEVELS = 200_000
const lists = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`
const objects = (levels: number, key: string, inside = 'null') =>
  `${`{${key}:`.repeat(levels)}${inside}${'}'.repeat(levels)}`

describe('variables', () => {
  const DECLARED: [string, string][] = [
    ['JSON', 'query ($value: JSON) { any(value: $value) }'],
    ['[Int]', 'query ($value: [Int]) { list(value: $value) }'],
    ['[[[Int]]]', 'query ($value: [[[Int]]]) { lists(value: $value) }'],
    ['Node', 'query ($value: Node) { node(value: $value) }'],
    ['[Node]', 'query ($value: [Node]) { nodes(value: $value) }'],
    ['nothing', '{ plain }'],
  ]
  const VALUES = [
    lists(LEVELS),
    objects(LEVELS, '"below"'),
    objects(1, '"any"', lists(LEVELS)),
    `${'{"nodes":['.repeat(LEVELS / 2)}null${']}'.repeat(LEVELS / 2)}`,
  ]

  test.each(DECLARED)('declared as %s are refused, at first and again', async (_, query) => {
    const known = await send(`{"query":${JSON.stringify(query)}}`)
    expect([known.status, known.errors]).toEqual([200, undefined])
    // A comment makes it a text that is met for the first time.
    for (const text of [query, `${query} # again`])
      for (const value of VALUES) {
        asked.length = 0
        const { status, errors } = await send(`{"query":${JSON.stringify(text)},"variables":{"value":${value}}}`)
        expect([status, errors]).toEqual([400, [TOO_DEEP]])
        expect(asked).toEqual([])
      }
    expect(mesh.log.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('as deep as anybody means are answered', async () => {
    const value = objects(200, '"below"')
    const query = 'query ($value: Node) { node(value: $value) }'
    const { data, errors } = await send(`{"query":${JSON.stringify(query)},"variables":{"value":${value}}}`)
    expect([data?.node, errors]).toEqual([value, undefined])
  })

  test('of a subscription are refused', async () => {
    const products = await SmallMesh.start(trust => [geography(trust)])
    const query = 'subscription ($after: Int) { referenceGeographyPublished(after: $after) { publication } }'
    const body = `{"query":${JSON.stringify(query)},"variables":{"after":1,"other":${lists(LEVELS)}}}`
    const { text } = await send(body, { accept: 'text/event-stream' }, products)
    expect(text).toContain(`data: ${JSON.stringify({ errors: [TOO_DEEP] })}`)
    expect(text).toContain('event: complete')
    await products.stop()
  })
})

test('what else a request has is passed over, or refused as what it is', async () => {
  for (const value of [lists(LEVELS), objects(LEVELS, '"below"')]) {
    const extensions = await send(`{"query":"{ plain }","extensions":{"of":${value}}}`)
    expect([extensions.status, extensions.data]).toEqual([200, { plain: 'p' }])
    for (const body of [
      value,
      `[${value}]`,
      `{"query":${value}}`,
      `{"query":"{ plain }","operationName":${value}}`,
      `{"query":"{ plain }","extensions":[${value}]}`,
      `{"query":"{ plain }","variables":[${value}]}`,
    ])
      expect((await send(body)).status).toBe(400)
  }
})

describe('a text', () => {
  const nested = (levels: number): [string, string][] => [
    ['selections', `${'{echo'.repeat(levels)}{plain}${'}'.repeat(levels)}`],
    ['fragments', `${'{...'.repeat(levels)}{plain}${'}'.repeat(levels)}`],
    ['lists', `{any(value: ${lists(levels)})}`],
    ['objects', `{any(value: ${objects(levels, 'a')})}`],
    ['input objects', `{node(value: ${objects(levels, 'below')})}`],
    ['a default', `query($value: JSON = ${lists(levels)}) {any(value: $value)}`],
    ['a directive', `{plain @include(if: ${lists(levels)})}`],
    ['a type', `query($value: ${'['.repeat(levels)}Int${']'.repeat(levels)}) {list(value: $value)}`],
  ]
  const LARGE = ['OPERATION_TOO_LARGE', 'GRAPHQL_PARSE_FAILED']

  test.each([1_500, 9_000, 200_000])('of %i levels is refused, whatever is nested in it', async levels => {
    for (const [what, query] of nested(levels))
      for (const accept of ['application/graphql-response+json', 'text/event-stream, */*']) {
        const { status, errors } = await send(JSON.stringify({ query }), { accept })
        expect([what, status, LARGE.includes(errors?.[0]?.extensions.code)]).toEqual([what, 400, true])
        expect(errors?.[0]?.message).not.toMatch(/stack/i)
      }
    expect(asked).toEqual([])
    expect(mesh.log.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('with lists in lists, for each of which the planner takes twice as long, is refused', async () => {
    for (const query of [
      `{any(value: ${lists(30)})}`,
      `{nodes(value: ${'[{nodes:'.repeat(30)}[]${'}]'.repeat(30)})}`,
    ]) {
      const { status, errors } = await send(JSON.stringify({ query }))
      expect([status, errors?.[0]?.extensions]).toEqual([400, { code: 'OPERATION_TOO_LARGE', limit: 'tokens' }])
    }
    const query = `{any(value: ${lists(8)}) nodes(value: ${'[{nodes:'.repeat(7)}[]${'}]'.repeat(7)})}`
    expect((await send(JSON.stringify({ query }))).data?.any).toBe(lists(8))
  })
})
