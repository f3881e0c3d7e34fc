import type { GraphQLDataSource } from '@apollo/gateway'
import * as fc from 'fast-check'
import { parse, print, validate } from 'graphql'
import { type FetchDescription, fetchesOf } from '../../gateway/src/executor/plan/described/description.js'
import { planExecutor } from '../../gateway/src/executor/planned.js'
import { Federation } from '../../gateway/src/supergraph/federation.js'
import { answer, generateMesh } from './generated/mesh.js'
import { generateQuestion } from './generated/question.js'
import { openGraph } from './small-graph.js'

const MESHES = Number(process.env.TERRANE_DIFFERENTIAL_MESHES ?? 8)
const entity = async (given: object) => given
const asSent = (subgraph: string, query: string) => `${subgraph}: ${print(parse(query, { noLocation: true }))}`

/** Of every field with a value, `__typename` apart, which any fetch brings. */
function pathsOf(value: unknown, path: string[]): string[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(item => pathsOf(item, [...path, '@']))
  return Object.entries(value).flatMap(([key, of]) => {
    const here = [...path, key]
    return of === null || key === '__typename' || key === 'used' ? [] : [here.join('.'), ...pathsOf(of, here)]
  })
}

test('whatever a subgraph is asked stands in the plan that is told, and every field that was answered has its fetch', async () => {
  let asked = 0
  let parts = 0
  await fc.assert(
    fc.asyncProperty(fc.gen(), async gen => {
      const mesh = generateMesh(gen)
      if (!mesh) return
      const sent: string[] = []
      const source = (name: string): GraphQLDataSource => ({
        process: async ({ request }) => {
          sent.push(asSent(name, request.query!))
          return answer(mesh, name, request.query!, request.variables)
        },
      })
      const federation = new Federation(mesh.supergraphSdl, ({ name }) => source(name))
      const execute = planExecutor(schema => federation.of(schema))
      await federation.gateway.load()
      const schema = federation.current.apiSchema
      for (let index = 0; index < 5; index++) {
        const { query, variables } = generateQuestion(mesh.monolith, gen)
        const document = parse(query)
        if (validate(schema, document).length > 0) continue
        const request = { request: { query, variables }, document, queryHash: query, schema, context: {} } as never
        sent.length = 0
        // Which fields have moved is drawn for each operation: the plan that is told is of the same draw.
        const drawn = jest.spyOn(Math, 'random').mockReturnValue(index % 2 === 0 ? 0.3 : 0.7)
        const { data } = await execute(request)
        const described = await execute.describe(request)
        drawn.mockRestore()
        const told = new Set(fetchesOf(described.plan).map(one => asSent(one.subgraph, one.operation)))
        for (const one of sent) expect([...told]).toContain(one)
        asked += sent.length
        parts += fetchesOf(described.plan).filter(({ id }) => id.includes('.')).length
        const origins = new Set(described.fields.flatMap(({ path, fetches }) => (fetches.length > 0 ? [path] : [])))
        const answered = [...new Set(pathsOf(JSON.parse(JSON.stringify(data)), []))]
        expect(answered.filter(path => !origins.has(path))).toEqual([])
      }
    }),
    { numRuns: MESHES, seed: 7, endOnFailure: true },
  )
  expect(asked).toBeGreaterThan(MESHES)
  expect(parts).toBeGreaterThan(0)
}, 300_000)

test('requirements with arguments are told as the subgraphs know them, and fetched apart where they must be', async () => {
  const graph = await openGraph({
    catalogue: {
      sdl: 'type Query { product: Product } type Product @key(fields: "id") { id: ID!  price(currency: String!): Float }',
      resolvers: { Query: { product: () => ({ id: '1' }) }, Product: { __resolveReference: entity, price: () => 1 } },
    },
    customs: {
      sdl: `type Product @key(fields: "id") { id: ID!  price(currency: String!): Float @external
        dollars: String @requires(fields: "price(currency: \\"USD\\")")
        euros: String @requires(fields: "price(currency: \\"EUR\\")")  origin: String }`,
      resolvers: { Product: { __resolveReference: entity, dollars: () => 'd', euros: () => 'e', origin: () => 'o' } },
    },
  })
  const { plan, fields } = await graph.describe(
    'query Prices { product { price(currency: "GBP") dollars euros origin } }',
  )
  expect(plan).toMatchObject({ kind: 'sequence', steps: [{ kind: 'fetch', subgraph: 'catalogue', at: [] }, {}] })
  const [, customs] = (plan as { steps: FetchDescription[] }).steps
  expect(customs).toMatchObject({ id: '2', subgraph: 'customs', at: ['product'], parts: { when: 'always' } })
  expect(customs!.requires).toContain('price(currency:"USD")')
  expect(customs!.parts!.fetches.map(({ id }) => id)).toEqual(['2.1', '2.2', '2.3'])
  expect(JSON.stringify([plan, fields])).not.toContain('__required_0"')
  expect(fields.map(({ path, subgraphs, fetches }) => [path, subgraphs, fetches])).toEqual([
    ['product', ['catalogue'], ['1']],
    ['product.price', ['catalogue'], ['1']],
    ['product.dollars', ['customs'], ['2.2']],
    ['product.euros', ['customs'], ['2.3']],
    ['product.origin', ['customs'], ['2.1']],
  ])
})

test('parallel fetches, conditions, lists and what the context gives', async () => {
  const graph = await openGraph({
    orders: {
      sdl: `type Query { orders: [Order!] }
        type Order @key(fields: "id") @context(name: "order") { id: ID!  currency: String!  lines: [[Line!]] }
        type Line @key(fields: "id") { id: ID!  price(currency: String @fromContext(field: "$order { currency }")): String }`,
      resolvers: {},
    },
    other: {
      sdl: 'type Query { other(first: Int): Int } type Line @key(fields: "id") { id: ID!  weight: Int }',
      resolvers: {},
    },
  })
  const { operation, plan, fields } = await graph.describe(
    'query ($n: Int, $with: Boolean!) { orders { lines { ...L } } x: other(first: $n) @include(if: $with) } fragment L on Line { price weight }',
  )
  expect(operation).toEqual({ type: 'query' })
  expect(plan).toMatchObject({
    kind: 'parallel',
    steps: expect.arrayContaining([
      {
        kind: 'condition',
        variable: 'with',
        whenTrue: expect.objectContaining({ subgraph: 'other', variables: ['n'] }),
      },
    ]),
  })
  const fetches = fetchesOf(plan)
  expect(fetches.find(({ context }) => context)).toMatchObject({ subgraph: 'orders', variables: [] })
  expect(fetches.filter(({ requires }) => requires).map(({ at }) => at)).toEqual(
    Array(2).fill(['orders', '@', 'lines', '@', '@']),
  )
  expect(fields.map(({ path, coordinate, subgraphs }) => [path, coordinate, subgraphs])).toEqual([
    ['orders', 'Query.orders', ['orders']],
    ['orders.@.lines', 'Order.lines', ['orders']],
    ['orders.@.lines.@.@.price', 'Line.price', ['orders']],
    ['orders.@.lines.@.@.weight', 'Line.weight', ['other']],
    ['x', 'Query.other', ['other']],
  ])
})
