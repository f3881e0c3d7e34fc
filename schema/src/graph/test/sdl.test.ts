import { parse } from 'graphql'
import { FIXED_TYPES } from '../fixed-types.js'
import { graphNames } from '../names.js'
import { productGraph } from '../product-graph.js'
import { productTypes } from '../product-types.js'
import { expectGolden } from './golden.js'
import { dataset, europeSales, geography, product, property, refersTo, ukSales } from './products.js'

describe('the subgraph of a product', () => {
  test.each([ukSales, geography, europeSales])('$name is as it is written down', each => {
    const { sdl, problems } = productGraph(each)
    expect(problems).toEqual([])
    expectGolden(each.name, sdl)
  })

  test('carries its policy on every output field of a property that is not public', () => {
    const fields = [...productGraph(ukSales).sdl.matchAll(/^ +margin: (?!SortOrder|Terrane)(.*)$/gm)].map(
      match => match[1],
    )
    expect(fields.length).toBe(7)
    for (const field of fields) expect(field).toContain('@policy(policies: [["uk-sales/orders/margin"]])')
  })

  test('leaves public properties and keys to the grant of their dataset', () => {
    const { sdl } = productGraph(ukSales)
    expect(sdl).toContain('  amount: Decimal\n')
    expect(sdl).toContain('  orderId: ID!\n')
    expect(sdl).not.toContain('uk-sales/orders/amount')
    expect(sdl).not.toContain('uk-sales/orders/order_id')
  })

  test('of a public dataset protects what is not classified, and nothing else', () => {
    const { sdl } = productGraph(geography)
    const keys = [...sdl.matchAll(/reference-geography\/[\w/]+/g)].map(match => match[0])
    expect(new Set(keys)).toEqual(
      new Set([
        'reference-geography/countries/notes',
        'reference-geography/exchange_rates',
        'reference-geography/exchange_rates/rate',
      ]),
    )
  })

  test('imports exactly what it uses', () => {
    const imports = (each: typeof ukSales) => /import: (\[.*?\])/.exec(productGraph(each).sdl)![1]
    expect(imports(ukSales)).toBe('["@key","@policy","@requiresScopes","@shareable"]')
    expect(imports(product('empty', []))).toBe('["@shareable"]')
  })

  test('does not promise what a grant may deny: only keys are non-null', () => {
    const strict = dataset(
      'orders',
      [property('id', 'string', { required: true }), property('amount', 'decimal', { required: true })],
      {
        primaryKey: ['id'],
      },
    )
    const { sdl } = productGraph(product('p', [strict]))
    expect(sdl).toMatch(/type POrder [^}]*id: ID!\n {2}amount: Decimal @policy/)
  })

  test('has a look-up only by a key, and none where the singular is the plural', () => {
    const keyless = dataset('events', [property('id', 'string')])
    const news = dataset('news', [property('id', 'string')], { primaryKey: ['id'] })
    const nested = dataset('trees', [property('path', 'array')], { primaryKey: ['path'] })
    const { sdl } = productGraph(product('p', [keyless, news, nested]))
    expect(sdl).not.toMatch(/^ {2}(event|tree)\(/m)
    expect(sdl.match(/^ {2}news\(/gm)).toHaveLength(1)
    expect(sdl).toContain('type PNews @key(fields: "id")')
    expect(sdl).not.toMatch(/type P(Event|Tree) @key/)
  })

  test('leads back from another product only where the contract asks for it', () => {
    const orders = (reverse: boolean) =>
      dataset(
        'orders',
        [
          property('id', 'string'),
          property('country_code', 'string', refersTo('Country', 'code', 'country', { reverse })),
        ],
        {
          primaryKey: ['id'],
        },
      )
    expect(productGraph(product('p-s', [orders(false)])).sdl).toContain(
      'type Country @key(fields: "code", resolvable: false) {\n  code: ID!\n}',
    )
    const { sdl } = productGraph(product('p-s', [orders(true)]))
    expect(sdl).toMatch(/type Country @key\(fields: "code"\) \{\n {2}code: ID!\n {2}pSOrders\(/)
    expect(sdl).toContain('@policy(policies: [["p-s/orders", "p-s/orders/country_code"]])')
  })

  test('makes room for an older major beside the newest', () => {
    const { sdl } = productGraph(ukSales, undefined, { olderMajor: 1 })
    expect(sdl).toContain('ukSalesV1: UkSalesV1')
    expect(sdl).toContain('type UkSalesV1Order ')
    expect(sdl).toContain('[["uk-sales/orders"]]')
  })

  test('may name properties as JavaScript names its own', () => {
    const names = ['constructor', 'to_string', 'has_own_property', 'prototype', 'length', 'name']
    const { sdl, problems } = productGraph(
      product('p', [
        dataset(
          'rows',
          names.map(name => property(name, 'string')),
        ),
      ]),
    )
    expect(problems).toEqual([])
    expect(sdl).toMatch(/input PRowsWhere \{[^}]*constructor: TerraneStringFilter\n/)
  })

  test('the list of fixed types is complete', () => {
    const own = new Set(productTypes(graphNames(geography)).map(type => type.name))
    const all = productGraph(geography).sdl
    const made = parse(all).definitions.flatMap(definition =>
      'name' in definition && definition.name && !own.has(definition.name.value) ? [definition.name.value] : [],
    )
    expect(made.filter(name => !FIXED_TYPES.includes(name))).toEqual([])
  })
})
