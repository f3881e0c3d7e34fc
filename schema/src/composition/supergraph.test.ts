import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { buildSchema, type GraphQLObjectType, parse, validate } from 'graphql'
import { readProduct } from '../contracts/index.js'
import { productGraph } from '../graph/product-graph.js'
import { dataset, europeSales, geography, product, property, refersTo, ukSales } from '../graph/test/products.js'
import { composeSupergraph } from './supergraph.js'

const subgraph = (of: typeof ukSales) => ({ name: of.name, url: `http://${of.name}.test`, sdl: productGraph(of).sdl })
const keyed = (name: string) =>
  dataset(name, [property('id', 'string'), property('x', 'string')], { primaryKey: ['id'] })

/** What clients see of a supergraph, near enough: its types without the directives of its machinery. */
function apiOf(supergraph: string) {
  return buildSchema(supergraph, { assumeValid: true })
}

const DEMO_QUESTION = parse(`{
  europeSales { byCountryAndMonth(where: {month: {gte: "2026-01-01"}}, first: 5) { nodes { country { code name continent { name } } month orderCount revenue margin } } }
  ukSales { orders(first: 3, orderBy: [{amount: DESC}]) { totalCount nodes { orderId orderedAt amount currency customerEmail country { name } } }
    ordersAggregate(groupBy: [PRODUCT_CATEGORY]) { group { productCategory } count sum { amount } }
    product { name version owner { name } quality { passed failed } freshness } } }`)

describe('three products in one supergraph', () => {
  const { supergraph = '', problems } = composeSupergraph([ukSales, geography, europeSales].map(subgraph))

  test('compose, and the policies are still there', () => {
    expect(problems).toEqual([])
    expect(supergraph).toMatch(/policy\/v0\.1", for: SECURITY/)
    expect(supergraph).toMatch(/requiresScopes\/v0\.1", for: SECURITY/)
    for (const key of ['uk-sales/orders', 'uk-sales/orders/margin', 'europe-sales/by_country_and_month/margin']) {
      expect(supergraph).toContain(`@policy(policies: [["${key}"]])`)
    }
    expect(supergraph).toMatch(/type UkSalesOrder\n[^{]*@policy\(policies: \[\["uk-sales\/orders"\]\]\)/)
  })

  test('answer the question that the demo asks', () => {
    expect(validate(apiOf(supergraph), DEMO_QUESTION)).toEqual([])
  })

  test('share one entity, owned by one of them', () => {
    expect(supergraph).toMatch(
      /type Country\n {2}@join__type\(graph: EUROPE_SALES, key: "code", resolvable: false\)\n {2}@join__type\(graph: REFERENCE_GEOGRAPHY, key: "code"\)/,
    )
  })
})

test("the demo's own products compose and answer it", async () => {
  const folder = join(__dirname, '../../../subgraphs')
  const names = (await readdir(folder)).filter(name => name !== 'runtime')
  expect(names).toHaveLength(9)
  const read = await Promise.all(names.map(name => readProduct(join(folder, name), {})))
  expect(read.flatMap(each => each.problems)).toEqual([])
  const { supergraph = '', problems } = composeSupergraph(read.map(each => subgraph(each.product!)))
  expect(problems).toEqual([])
  expect(validate(apiOf(supergraph), DEMO_QUESTION)).toEqual([])
})

test('a product of another version of the fixed API composes: what not all serve is left out, for all', () => {
  // As it was served once: without `freshness` and `managementPorts`, with a field that has gone since.
  const sdl = readFileSync(join(__dirname, 'testing/uk-sales.previous.graphql'), 'utf8')
  const fieldsOf = (text: string) => Object.keys((apiOf(text).getType('DataProduct') as GraphQLObjectType).getFields())
  const now = composeSupergraph([geography, europeSales].map(subgraph))
  const mixed = composeSupergraph([...[geography, europeSales].map(subgraph), { ...subgraph(ukSales), sdl }])
  expect([now.problems, mixed.problems]).toEqual([[], []])
  expect(fieldsOf(mixed.supergraph!)).toEqual(
    fieldsOf(now.supergraph!).filter(name => !['freshness', 'managementPorts'].includes(name)),
  )
  expect(fieldsOf(composeSupergraph([{ ...subgraph(ukSales), sdl }]).supergraph!)).toContain('maturity')
})

test('a way back from another product composes, and so does an entity that takes a grant', () => {
  const reference = refersTo('Country', 'code', 'country', { reverse: true })
  const sales = product('sales', [
    dataset('orders', [property('id', 'string'), property('country_code', 'string', reference)], {
      primaryKey: ['id'],
    }),
  ])
  const internal = {
    ...geography,
    datasets: geography.datasets.map(each => ({ ...each, visibility: 'internal' as const })),
  }
  const { supergraph = '', problems } = composeSupergraph([sales, internal, ukSales].map(subgraph))
  expect(problems).toEqual([])
  expect(supergraph).toMatch(/salesOrders\([^)]*\): SalesOrdersConnection @join__field\(graph: SALES\) @policy/)
  expect(supergraph).toMatch(/type Country\n[^{]*@policy\(policies: \[\["reference-geography\/countries"\]\]\)/)
  expect(
    validate(
      apiOf(supergraph),
      parse('{ ukSales { orders { nodes { country { name salesOrders { totalCount } } } } } }'),
    ),
  ).toEqual([])
})

test('of nothing there is no supergraph, but a reason', () => {
  expect(composeSupergraph([]).problems).toHaveLength(1)
})

describe('what cannot be one supergraph', () => {
  const problemsOf = (...products: (typeof ukSales)[]) => composeSupergraph(products.map(subgraph)).problems

  test('prefixes that become one, each told once with both products', () => {
    const problems = problemsOf(product('uk-sales', [keyed('orders')]), product('uk', [keyed('sales-orders')]))
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      ['SUPERGRAPH_NAME_COLLISION', '`UkSalesOrdersConnection` is made by both uk-sales and uk.'],
      ['SUPERGRAPH_NAME_COLLISION', '`UkSalesOrder` is made by both uk-sales and uk.'],
    ])
  })

  test('two products whose names become one root field', () => {
    const messages = problemsOf(product('uk-sales', []), product('uk_sales', [])).map(({ message }) => message)
    expect(messages).toContain('`Query.ukSales` is made by both uk-sales and uk_sales.')
  })

  test('an entity of two owners', () => {
    const countries = (name: string, other: string) =>
      product(name, [
        dataset('countries', [property('code', 'string'), property(other, 'string')], {
          primaryKey: ['code'],
          entity: 'Country',
        }),
      ])
    expect(problemsOf(countries('a', 'x'), countries('b', 'y')).map(({ message }) => message)).toEqual([
      '`Country` is made by both a and b.',
    ])
  })

  test('two products of one name', () => {
    expect(problemsOf(ukSales, ukSales)).toMatchObject([{ code: 'SUPERGRAPH_NAME_TWICE' }])
  })

  test('a subgraph that is no GraphQL, named', () => {
    const broken = { name: 'broken', url: 'http://broken.test', sdl: 'type Query {' }
    const { supergraph, problems } = composeSupergraph([subgraph(ukSales), broken])
    expect(supergraph).toBeUndefined()
    expect(problems).toMatchObject([
      { code: 'SUPERGRAPH_SUBGRAPH_INVALID', message: expect.stringMatching(/broken.*Syntax Error/) },
    ])
  })

  test('a subgraph that is not valid in itself, named with the reason', () => {
    const wrong = { name: 'wrong', url: 'http://wrong.test', sdl: 'type Query { a: Missing }' }
    expect(composeSupergraph([subgraph(ukSales), wrong]).problems).toMatchObject([
      { code: 'SUPERGRAPH_SUBGRAPH_INVALID', message: expect.stringMatching(/wrong .*Missing/) },
    ])
  })

  test('a reference by a key that the owner does not have', () => {
    const numbered = {
      ...geography,
      name: 'geo',
      datasets: [keyed('countries')].map(each => ({ ...each, entity: 'Country' })),
    }
    const problems = problemsOf(ukSales, numbered)
    expect(problems[0]).toMatchObject({ code: 'SUPERGRAPH_COMPOSITION', message: expect.stringMatching(/Country/) })
  })
})

test('subgraphs that Terrane did not make compose with those that it made', () => {
  const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
    type Query { reviews: [Review!] }
    type Review @key(fields: "id") { id: ID! text: String order: UkSalesOrder }
    type UkSalesOrder @key(fields: "orderId", resolvable: false) { orderId: ID! }`
  expect(() => buildSubgraphSchema(parse(sdl))).not.toThrow()
  const { problems } = composeSupergraph([
    subgraph(ukSales),
    subgraph(geography),
    { name: 'reviews', url: 'http://r.test', sdl },
  ])
  expect(problems).toEqual([])
})
