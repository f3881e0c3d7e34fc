import { type GraphQLSchema, graphql } from 'graphql'
import type { Product } from '../../contracts/model.js'
import { productGraph } from '../product-graph.js'
import { inMemory } from './memory.js'
import { dataset, geography, product, property, refersTo, ukSales } from './products.js'

const orders = [
  { order_id: 'o1', amount: '19.90', country_code: 'GB', margin: '1.00' },
  { order_id: 'o2', amount: '5.00', country_code: null, margin: '0.10' },
]
const places = {
  countries: [
    { code: 'GB', name: 'United Kingdom', continent_code: 'EU' },
    { code: 'FR', name: 'France', continent_code: 'EU' },
    { code: 'AQ', name: 'Antarctica', continent_code: 'XX' },
  ],
  continents: [{ code: 'EU', name: 'Europe' }],
  exchange_rates: [{ currency: 'GBP', day: '2026-01-31', rate: '1.17' }],
}

/** Building takes longer than asking: one graph for each product, whose questions are counted anew by each test. */
const built = new Map<Product, ReturnType<typeof inMemory> & { schema: GraphQLSchema }>()

function ask(of = ukSales, rows: Parameters<typeof inMemory>[0] = { orders }) {
  if (!built.has(of)) {
    const memory = inMemory(rows)
    const { schema, problems } = productGraph(of, memory.resolvers)
    expect(problems).toEqual([])
    built.set(of, { ...memory, schema })
  }
  const { schema, asked } = built.get(of)!
  asked.length = 0
  const run = async (source: string, variableValues?: Record<string, unknown>) => {
    const { data, errors } = await graphql({ schema, source, variableValues, contextValue: { caller: 'anna' } })
    return {
      data: JSON.parse(JSON.stringify(data ?? null)),
      errors: errors?.map(({ message, extensions }) => ({ message, ...extensions })),
    }
  }
  return { run, asked }
}

describe('a list', () => {
  test('asks in the names of the contract', async () => {
    const { run, asked } = ask()
    await run(`{ ukSales { orders(
      where: {or: [{countryCode: {eq: "GB"}}, {not: {amount: {gte: 10.5, lt: "20"}}}], orderedAt: {gte: "2026-01-01T01:00:00+01:00"}},
      orderBy: [{amount: DESC}, {orderId: ASC}], first: 3, after: "c0", asOf: 7) { nodes { amount country { code } } } } }`)
    expect(asked).toEqual([
      {
        what: 'page',
        dataset: 'orders',
        context: { caller: 'anna' },
        args: {
          where: {
            and: [
              {
                or: [
                  { property: 'country_code', op: 'eq', value: 'GB' },
                  {
                    not: {
                      and: [
                        { property: 'amount', op: 'gte', value: '10.5' },
                        { property: 'amount', op: 'lt', value: '20' },
                      ],
                    },
                  },
                ],
              },
              { property: 'ordered_at', op: 'gte', value: '2026-01-01T00:00:00.000000Z' },
            ],
          },
          orderBy: [
            { property: 'amount', direction: 'DESC' },
            { property: 'order_id', direction: 'ASC' },
          ],
          first: 3,
          after: 'c0',
          asOf: 7,
          properties: ['order_id', 'amount', 'country_code'],
        },
      },
    ])
  })

  test('asks for what is selected, through fragments, aliases and conditions, and no more', async () => {
    const { run, asked } = ask()
    const source = `query ($no: Boolean!) { ukSales { orders {
      edges { node { ...A  margin @include(if: $no) } }
      n: nodes { x: quantity ... on UkSalesOrder @skip(if: $no) { customerName } currency @skip(if: true) } } } }
      fragment A on UkSalesOrder { productCategory __typename }`
    await run(source, { no: false })
    expect(asked[0]!.args).toMatchObject({ properties: ['order_id', 'customer_name', 'product_category', 'quantity'] })
  })

  test('answers in the names of the graph, with a reference by key for another product', async () => {
    const { run } = ask()
    const { data } = await run(
      '{ ukSales { orders(first: 1) { totalCount nodes { orderId amount country { __typename code } } edges { cursor node { orderId } } pageInfo { hasNextPage startCursor endCursor } } } }',
    )
    expect(data.ukSales.orders).toEqual({
      totalCount: 2,
      nodes: [{ orderId: 'o1', amount: '19.90', country: { __typename: 'Country', code: 'GB' } }],
      edges: [{ cursor: 'c0', node: { orderId: 'o1' } }],
      pageInfo: { hasNextPage: true, startCursor: 'c0', endCursor: 'c0' },
    })
  })

  test('counts only where it is asked, and then reads no page for it', async () => {
    const { run, asked } = ask()
    await run('{ ukSales { orders { nodes { orderId } } } }')
    expect(asked.map(each => each.what)).toEqual(['page'])
    asked.length = 0
    const { data } = await run('{ ukSales { orders(where: {orderId: {eq: "o1"}}) { totalCount } } }')
    expect(data.ukSales.orders.totalCount).toBe(1)
    expect(asked.map(each => each.what)).toEqual(['totalCount'])
  })

  test.each([
    ['orders(first: 1001) { totalCount }', /between 0 and 1000, not 1001/],
    ['orders(first: -1) { totalCount }', /between 0 and 1000/],
    ['orders(orderBy: [{amount: ASC, orderId: DESC}]) { totalCount }', /exactly one member, not 2/],
    ['orders(orderBy: [{}]) { totalCount }', /exactly one member, not 0/],
    ['orders(where: {margin: {eq: null}}) { totalCount }', /must not be null/],
    ['ordersAggregate(orderBy: [{group: {currency: ASC}}]) { count }', /which `groupBy` does not/],
    ['ordersAggregate(orderBy: [{sum: {amount: ASC, margin: ASC}}]) { count }', /exactly one member/],
    ['ordersAggregate(first: 10001) { count }', /between 0 and 10000/],
  ])('%s is the asker’s mistake', async (field, message) => {
    const { run, asked } = ask()
    const { errors } = await run(`{ ukSales { ${field} } }`)
    expect(errors).toEqual([{ message: expect.stringMatching(message), code: 'BAD_USER_INPUT' }])
    expect(asked).toEqual([])
  })

  test.each([
    '{orderedAt: {eq: "yesterday"}}',
    '{orderedAt: {eq: "2026-02-30T00:00:00Z"}}',
    '{orderedAt: {eq: "2026-01-01T00:00:00.0000001Z"}}',
    '{amount: {eq: "1,5"}}',
    '{amount: {eq: true}}',
    '{quantity: {eq: "1"}}',
    '{nothing: {eq: 1}}',
  ])('where %s is refused before anything is asked', async where => {
    const { run, asked } = ask()
    const { errors } = await run(`{ ukSales { orders(where: ${where}) { totalCount } } }`)
    expect(errors).toHaveLength(1)
    expect(asked).toEqual([])
  })
})

describe('a look-up', () => {
  test('by key, in the publication asked for', async () => {
    const { run, asked } = ask()
    const { data } = await run(
      '{ ukSales { order(orderId: "o2", asOf: 4) { amount country { code } } none: order(orderId: "-") { amount } } }',
    )
    expect(data.ukSales).toEqual({ order: { amount: '5.00', country: null }, none: null })
    expect(asked[0]!.args).toEqual({ key: ['o2'], properties: ['order_id', 'amount', 'country_code'], asOf: 4 })
  })

  test('by a key of several, in key order', async () => {
    const { run, asked } = ask(geography, places)
    const { data } = await run('{ referenceGeography { exchangeRate(day: "2026-01-31", currency: "GBP") { rate } } }')
    expect(data.referenceGeography.exchangeRate.rate).toBe('1.17')
    expect(asked[0]!.args).toMatchObject({ key: ['GBP', '2026-01-31'] })
  })

  test('by a number, of which a text that is none finds nothing', async () => {
    const rows = dataset('lines', [property('id', 'integer'), property('as_of', 'date')], { primaryKey: ['id'] })
    const { run, asked } = ask(product('p', [rows]), { lines: [{ id: 7, as_of: null }] })
    const { data } = await run('{ p { line(id: "7") { id } none: line(id: "7x") { id } } }')
    expect(data.p).toEqual({ line: { id: '7' }, none: null })
    expect(asked).toHaveLength(1)
  })

  test('by a key that is itself called as_of', async () => {
    const rows = dataset('balances', [property('account', 'string'), property('as_of', 'date')], {
      primaryKey: ['account', 'as_of'],
    })
    const { run, asked } = ask(product('p', [rows]), { balances: [{ account: 'a', as_of: '2026-01-01' }] })
    const { data } = await run('{ p { balance(account: "a", asOf: "2026-01-01") { account } } }')
    expect(data.p.balance).toEqual({ account: 'a' })
    expect(asked[0]!.args).toMatchObject({ key: ['a', '2026-01-01'], asOf: undefined })
  })
})

describe('entities', () => {
  test('are found by representation; an unknown one costs itself, and is told', async () => {
    const { run } = ask(geography, places)
    const { data, errors } = await run(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Country { name continent { name } } } }',
      { r: ['FR', 'ZZ', 'AQ'].map(code => ({ __typename: 'Country', code })) },
    )
    // In whatever order the two are noticed.
    expect(
      (errors as unknown as { code: string; message: string }[])
        .map(({ message, code }) => `${code}: ${message}`)
        .sort(),
    ).toEqual([
      'ENTITY_NOT_FOUND: There is no Continent of the key XX that you may see.',
      'ENTITY_NOT_FOUND: There is no Country of the key ZZ that you may see.',
    ])
    expect(data._entities).toEqual([
      { name: 'France', continent: { name: 'Europe' } },
      null,
      { name: 'Antarctica', continent: null },
    ])
  })

  test('a store that throws costs the entity, with its error', async () => {
    const { resolvers } = inMemory(places)
    const { schema } = productGraph(geography, {
      ...resolvers,
      row: (_dataset, key) => {
        if (key[0] === 'GB') throw new Error('gone')
        return Promise.resolve({ code: 'FR', name: 'France' })
      },
    })
    const { data, errors } = await graphql({
      schema,
      source: 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Country { name } } }',
      variableValues: { r: ['GB', 'FR'].map(code => ({ __typename: 'Country', code })) },
    })
    expect(JSON.parse(JSON.stringify(data))).toEqual({ _entities: [null, { name: 'France' }] })
    expect(errors?.map(error => error.path)).toEqual([['_entities', 0]])
  })

  test('of a key of several', async () => {
    const { run } = ask(geography, places)
    const { data } = await run(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on ReferenceGeographyExchangeRate { rate } } }',
      {
        r: ['2026-01-31', '2026-02-01', 'never'].map(day => ({
          __typename: 'ReferenceGeographyExchangeRate',
          currency: 'GBP',
          day,
        })),
      },
    )
    expect(data._entities).toEqual([{ rate: '1.17' }, null, null])
  })

  test('of another product lead to what refers to them here, where the contract asks for it', async () => {
    const reference = refersTo('Country', 'code', 'country', { reverse: true })
    const sales = dataset('orders', [property('order_id', 'string'), property('country_code', 'string', reference)], {
      primaryKey: ['order_id'],
    })
    const { run, asked } = ask(product('uk-sales', [sales]))
    const { data, errors } = await run(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Country { code ukSalesOrders(where: {not: {orderId: {eq: "-"}}}) { nodes { orderId } } } } }',
      { r: [{ __typename: 'Country', code: 'GB' }] },
    )
    expect(errors).toBeUndefined()
    expect(data._entities).toEqual([{ code: 'GB', ukSalesOrders: { nodes: [{ orderId: 'o1' }] } }])
    expect(asked[0]!.args).toMatchObject({
      where: {
        and: [
          { property: 'country_code', op: 'eq', value: 'GB' },
          { not: { property: 'order_id', op: 'eq', value: '-' } },
        ],
      },
    })
  })

  test('lead back to what refers to them, in the same publication', async () => {
    const { run, asked } = ask(geography, places)
    const { data } = await run(
      '{ referenceGeography { continent(code: "EU", asOf: 3) { countries(where: {name: {eq: "France"}}) { totalCount nodes { code continent { name } } } } } }',
    )
    expect(data.referenceGeography.continent.countries).toEqual({
      totalCount: 1,
      nodes: [{ code: 'FR', continent: { name: 'Europe' } }],
    })
    expect(asked.map(each => (each.args as { asOf?: number }).asOf)).toEqual([3, 3, 3, 3])
  })
})

test('aggregates ask for the measures that are selected or sorted by', async () => {
  const { run, asked } = ask()
  const { data } = await run(
    `{ ukSales { ordersAggregate(groupBy: [PRODUCT_CATEGORY, ORDERED_AT_MONTH], where: {countryCode: {in: ["GB"]}},
         orderBy: [{sum: {amount: DESC}}, {max: {orderedAt: ASC}}, {group: {orderedAtMonth: ASC}}, {count: DESC}], first: 5, asOf: 2) {
       group { productCategory month: orderedAtMonth customerName } count sum { amount } countDistinct { customerEmail } } } }`,
  )
  expect(asked[0]!.args).toEqual({
    groupBy: [{ property: 'product_category' }, { property: 'ordered_at', part: 'MONTH' }],
    measures: [
      { fn: 'count' },
      { fn: 'sum', property: 'amount' },
      { fn: 'countDistinct', property: 'customer_email' },
      { fn: 'max', property: 'ordered_at' },
    ],
    where: { property: 'country_code', op: 'in', value: ['GB'] },
    orderBy: [
      { measure: { fn: 'sum', property: 'amount' }, direction: 'DESC' },
      { measure: { fn: 'max', property: 'ordered_at' }, direction: 'ASC' },
      { dimension: { property: 'ordered_at', part: 'MONTH' }, direction: 'ASC' },
      { measure: { fn: 'count' }, direction: 'DESC' },
    ],
    first: 5,
    asOf: 2,
  })
  expect(data.ukSales.ordersAggregate).toEqual([
    {
      group: { productCategory: 'g0', month: 'g1', customerName: null },
      count: 1,
      sum: { amount: '2' },
      countDistinct: { customerEmail: 3 },
    },
  ])
})

describe('the fixed API', () => {
  test('describes the product and tells its audit', async () => {
    const { run, asked } = ask()
    const { data, errors } = await run(
      '{ ukSales { product { name freshness quality { passed } owner { name } grants { id } audit(first: 2, where: {dataset: "orders"}) { subject outcome } } } }',
    )
    expect(errors).toBeUndefined()
    expect(data.ukSales.product).toEqual({
      name: 'uk-sales',
      freshness: 'FRESH',
      quality: { passed: 3 },
      owner: { name: 'UK' },
      grants: null,
      audit: [{ subject: 'user:anna', outcome: 'allowed' }],
    })
    expect(asked).toEqual([{ what: 'audit', args: { dataset: 'orders', limit: 2 } }])
  })

  test('refuses more of the audit than a page', async () => {
    const { run } = ask()
    const { errors } = await run('{ ukSales { product { audit(first: 1001) { subject } } } }')
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT' }])
  })

  test('changes one thing at a time: two in one namespace are refused and neither is done', async () => {
    const { run, asked } = ask()
    for (const two of [
      'a: run { id } b: run { id }',
      'run { id } ...F',
      'resetModel(model: "m") revokeGrant(id: "g")',
    ]) {
      const { errors } = await run(
        `mutation { ukSales { ${two} } } ${two.includes('...F') ? 'fragment F on UkSalesControl { revokeGrant(id: "g") }' : ''}`,
      )
      expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', message: expect.stringMatching(/one change, not 2/) }])
    }
    expect(asked).toEqual([])
    const { data, errors } = await run(
      'mutation { ukSales { run { id state } putModel(model: "m", sql: "select 1", dryRun: true) { accepted rows } } }',
    )
    expect(errors).toBeUndefined()
    expect(data.ukSales).toEqual({
      run: { id: 'r1', state: 'PUBLISHED' },
      putModel: { accepted: true, rows: [{ a: 1 }] },
    })
  })

  test('hands a grant on as it was given', async () => {
    const { run, asked } = ask()
    const { data, errors } = await run(
      `mutation { ukSales { putGrant(grant: {subject: "user:bob", actions: ["read"], dataset: "orders", rowFilter: {country_code: {eq: "GB"}}, until: "2027-01-01"}) { id subject rowFilter } } }`,
    )
    expect(errors).toBeUndefined()
    expect(data.ukSales.putGrant).toEqual({ id: 'g1', subject: 'user:bob', rowFilter: { country_code: { eq: 'GB' } } })
    expect(asked[0]!.args).toEqual({
      subject: 'user:bob',
      actions: ['read'],
      dataset: 'orders',
      rowFilter: { country_code: { eq: 'GB' } },
      until: '2027-01-01T00:00:00.000000Z',
    })
  })
})
