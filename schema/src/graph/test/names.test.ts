import { graphNames } from '../names.js'
import { productGraph } from '../product-graph.js'
import { camelCase, constantCase, pascalCase } from '../words.js'
import { dataset, europeSales, geography, product, property, refersTo, ukSales } from './products.js'

test.each([
  ['by_country_and_month', 'byCountryAndMonth', 'ByCountryAndMonth', 'BY_COUNTRY_AND_MONTH'],
  ['OrderID', 'orderId', 'OrderId', 'ORDER_ID'],
  ['2nd-name', '_2ndName', '_2ndName', '_2ND_NAME'],
  ['Größe (cm)', 'grosseCm', 'GrosseCm', 'GROSSE_CM'],
  ['__typename', 'typename', 'Typename', 'TYPENAME'],
  ['数', '', '', ''],
])('%s is %s, %s, %s', (name, camel, pascal, constant) => {
  expect([camelCase(name), pascalCase(name), constantCase(name)]).toEqual([camel, pascal, constant])
})

test('names lead there and back', () => {
  const graph = graphNames(ukSales)
  const orders = graph.dataset('orders')!
  expect([graph.field, graph.type, graph.control]).toEqual(['ukSales', 'UkSales', 'UkSalesControl'])
  expect([orders.list, orders.one, orders.aggregate, orders.types.row]).toEqual([
    'orders',
    'order',
    'ordersAggregate',
    'UkSalesOrder',
  ])
  expect(orders.byField('country')!.property.name).toBe('country_code')
  expect(orders.byField('customerEmail')!.property.name).toBe('customer_email')
  expect(orders.dimension('ORDERED_AT_MONTH')).toMatchObject({ part: 'MONTH', property: { name: 'ordered_at' } })
  expect(graphNames(geography).byType('Country')!.dataset.name).toBe('countries')
  const months = graphNames(europeSales).dataset('by_country_and_month')!
  expect([months.list, months.one, months.types.row]).toEqual([
    'byCountryAndMonth',
    undefined,
    'EuropeSalesByCountryAndMonth',
  ])
})

test("a property of a date part's name keeps it", () => {
  const rows = dataset('rows', [property('sold', 'date'), property('sold_month', 'string')])
  const names = graphNames(product('p', [rows])).dataset('rows')!
  expect(names.dimension('SOLD_MONTH')!.property.name).toBe('sold_month')
  expect(names.dimension('SOLD_YEAR')!.part).toBe('YEAR')
  expect(productGraph(product('p', [rows])).problems).toEqual([])
})

describe('two names that become one', () => {
  const at = (line: number) => ({ place: { file: 'c.yaml', line, column: 1 } })
  const problemsOf = (...datasets: Parameters<typeof product>[1]) =>
    productGraph(product('p', datasets)).problems.map(({ code, message, line }) => ({ code, message, line }))

  test('properties', () => {
    const rows = dataset('rows', [property('order_id', 'string', at(4)), property('OrderID', 'string', at(9))])
    expect(problemsOf(rows)).toEqual([
      {
        code: 'GRAPH_NAME_COLLISION',
        message:
          'property order_id of rows (c.yaml:4) and property OrderID of rows both become `orderId` in the graph.',
        line: 9,
      },
    ])
  })

  test('a property and a reference', () => {
    const rows = dataset('rows', [
      property('country', 'string', at(1)),
      property('country_code', 'string', { ...at(2), ...refersTo('Country', 'code', 'country') }),
    ])
    expect(problemsOf(rows)).toMatchObject([
      {
        message:
          'property country of rows (c.yaml:1) and the reference of country_code both become `country` in the graph.',
      },
    ])
  })

  test('datasets, of which one is the singular of the other', () => {
    const problems = problemsOf(
      dataset('orders', [property('id', 'string')], { primaryKey: ['id'] }),
      dataset('order', [property('id', 'string')]),
    )
    expect(problems[0]!.message).toMatch(/dataset orders .* and dataset order both become `order`/)
  })

  test('`product`, operators and types that every product has', () => {
    expect(problemsOf(dataset('product', [property('id', 'string')]))[0]!.message).toMatch(
      /`product`, which every product has/,
    )
    expect(problemsOf(dataset('rows', [property('and', 'string')]))[0]!.message).toMatch(/both become `and`/)
    const rows = dataset('rows', [property('id', 'string')], { entity: 'PageInfo' })
    expect(problemsOf(rows)[0]!.message).toMatch(/a type of the fixed API and dataset rows both become `PageInfo`/)
    expect(productGraph(product('data-product', [])).problems[0]!.message).toMatch(/`DataProduct`/)
  })

  test('an entity of its own and one of another product', () => {
    const rows = dataset('orders', [property('x_id', 'string', refersTo('POrdersWhere', 'id', 'x'))])
    expect(problemsOf(rows)[0]!.message).toMatch(/both become `POrdersWhere`/)
  })
})

test('a name without a usable letter is told, with its place', () => {
  const { problems, sdl } = productGraph(product('p', [dataset('rows', [property('数', 'integer')])]))
  expect(sdl).toBe('')
  expect(problems).toMatchObject([{ code: 'GRAPH_NAME_UNUSABLE', file: 'contract.odcs.yaml', line: 1 }])
})

test('an entity that is none, and one that cannot be referred to', () => {
  const { problems } = productGraph(
    product('p', [
      dataset('a', [property('id', 'string')], { entity: 'not a name', primaryKey: ['id'] }),
      dataset('b', [property('id', 'string')], { entity: 'Thing' }),
    ]),
  )
  expect(problems.map(({ code, file }) => [code, file])).toEqual([
    ['GRAPH_NAME_UNUSABLE', 'a.odcs.yaml'],
    ['GRAPH_ENTITY_WITHOUT_KEY', 'b.odcs.yaml'],
  ])
})

test('the contract may say the singular itself', () => {
  const names = graphNames(
    product('p', [dataset('data', [property('id', 'string')], { singular: 'datum', primaryKey: ['id'] })]),
  )
  expect(names.datasets[0]).toMatchObject({ list: 'data', one: 'datum', types: { row: 'PDatum' } })
})

test('a reference within the product must be to the primary key', () => {
  const { problems } = productGraph(
    product('p', [
      dataset('countries', [
        property('code', 'string'),
        property('continent', 'string', refersTo('Continent', 'name', 'in')),
      ]),
      dataset('continents', [property('code', 'string'), property('name', 'string')], {
        primaryKey: ['code'],
        entity: 'Continent',
      }),
    ]),
  )
  expect(problems).toMatchObject([{ code: 'GRAPH_REFERENCE_NOT_KEY' }])
})
