import { buildSchema, type GraphQLSchema, getIntrospectionQuery, getOperationAST, parse } from 'graphql'
import { COST_LIMIT, operationCost, tooCostly } from '../operation-cost.js'
import { productGraph } from '../product-graph.js'
import { inMemory } from './memory.js'
import { geography, ukSales } from './products.js'

const graphOf = (product: typeof geography) => productGraph(product, inMemory({}).resolvers).schema
const places = graphOf(geography)
const sales = graphOf(ukSales)

function costOf(schema: GraphQLSchema, query: string, variables: Record<string, unknown> = {}) {
  const document = parse(query)
  return operationCost(schema, document, getOperationAST(document)!, variables)
}
const refused = (schema: GraphQLSchema, query: string, variables = {}) =>
  tooCostly(costOf(schema, query, variables), COST_LIMIT)

const NESTED = `continent { countries(first: 1000) { nodes { continent { countries(first: 1000) { nodes { name } } } } } }`

test('connections in connections are refused, with the cost, the limit and where it comes from', () => {
  const query = `{ referenceGeography { continents { nodes { countries(first: 1000) { nodes { ${NESTED} } } } } } }`
  const error = refused(places, query)!
  expect(error.extensions).toMatchObject({
    code: 'OPERATION_TOO_COSTLY',
    limit: COST_LIMIT,
    heaviest: ['continents (first: 50 by default)', ...Array(3).fill('countries (first: 1000)')],
    http: { status: 400 },
  })
  expect(error.extensions.cost).toBeGreaterThan(50 * 1000 ** 3)
  expect(error.message).toContain('Most of it comes from continents (first: 50 by default) > countries (first: 1000)')
})

test('a size by variable, by the default of a variable and null for the default of the field', () => {
  const query = `query ($n: Int = 7) { referenceGeography { countries(first: $n) { nodes { name } } } }`
  // The namespace 1 + 1, the connection 10 + 1 + 1, its list 1, each row 1 + 1.
  const cost = (rows: number) => 2 + 12 + 1 + 2 * rows
  expect(costOf(places, query).cost).toBe(cost(7))
  expect(costOf(places, query, { n: 1000 }).cost).toBe(cost(1000))
  expect(costOf(places, query, { n: null }).cost).toBe(cost(50))
})

test('aliases and fragments add up', () => {
  const one = 'orders(first: 1000) { nodes { ...F } }'
  const fragment = 'fragment F on UkSalesOrder { orderId amount currency quantity }'
  const aliases = (count: number) => Array.from({ length: count }, (_, at) => `a${at}: ${one}`).join(' ')
  const few = costOf(sales, `{ ukSales { ${aliases(3)} } } ${fragment}`).cost
  expect(few).toBe(2 + 3 * (costOf(sales, `{ ukSales { ${one} } } ${fragment}`).cost - 2))
  expect(refused(sales, `{ ukSales { ${aliases(30)} } } ${fragment}`)).toBeDefined()
})

test('a fan of fragments and a circle of them end at once', () => {
  const fan = Array.from({ length: 60 }, (_, at) => `fragment F${at} on UkSales { ...F${at + 1} ...F${at + 1} }`)
  expect(refused(sales, `{ ukSales { ...F0 } } ${fan.join(' ')} fragment F60 on UkSales { __typename order(orderId: 1) { amount } }`)).toBeDefined() // biome-ignore format: one question
  expect(costOf(sales, '{ ukSales { ...A } } fragment A on UkSales { ...A }').cost).toBeLessThan(10)
})

test('representations count as many as there are', () => {
  const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Country { name area } } }`
  const cost = (count: number) => costOf(places, query, { r: Array(count).fill({}) }).cost
  expect(cost(1000) - cost(0)).toBe(3000)
})

test('what people ask is far below the limit', () => {
  const fields =
    'orderId orderedAt amount currency customerName customerEmail countryCode country { code } quantity labels'
  const page = `{ ukSales { orders(first: 1000) { nodes { ${fields} a: orderId b: amount c: currency d: quantity e: labels f: orderedAt g: customerName h: countryCode } } } }`
  expect(refused(sales, page)).toBeUndefined()
  const both = `{ ukSales { orders(first: 3) { totalCount nodes { ${fields} } } ordersAggregate(groupBy: [PRODUCT_CATEGORY]) { group { productCategory } count sum { amount } } } }`
  expect(costOf(sales, both).cost).toBeLessThan(COST_LIMIT / 500)
  expect(refused(places, '{ referenceGeography { continents { nodes { name countries(first: 300) { nodes { code name } } } } } }')).toBeUndefined() // biome-ignore format: one question
  expect(costOf(places, getIntrospectionQuery()).cost).toBeLessThan(COST_LIMIT / 5)
})

test('lists of a foreign graph count for a few: five levels pass, eight do not', () => {
  const foreign = buildSchema(`
    type Query { users: [User!]  page(limit: Int): [User!]  __proto: User  tags: [[String!]!] }
    interface Named { name: String }
    type User implements Named { name: String friends: [User!] any: [Named!] grid: [[User!]!] }`)
  const levels = (count: number): string => (count === 0 ? 'name' : `name friends { ${levels(count - 1)} }`)
  expect(refused(foreign, `{ users { ${levels(4)} } tags }`)).toBeUndefined()
  expect(refused(foreign, `{ users { ${levels(8)} } }`)?.extensions.heaviest).toHaveLength(9)
  expect(refused(foreign, '{ page(limit: 100) { name friends { name } } }')).toBeUndefined()
  expect(refused(foreign, '{ page(limit: 1000000) { name } }')).toBeDefined()
  const cost = costOf(foreign, '{ users { any { ... on User { grid { name } } ... on Named { name } } } }').cost
  expect(cost).toBe(1 + 5 * (1 + (1 + 5 * (1 + (1 + 25 * 2) + 1))))
})

test('unknown fields cost one, whatever stands below them: nothing hidden is told by its price', () => {
  const cost = (query: string) => costOf(sales, query).cost
  expect(cost('{ ukSales { secrets(first: 1000) { nodes { a b c } } } }')).toBe(cost('{ ukSales { secrets } }'))
})
