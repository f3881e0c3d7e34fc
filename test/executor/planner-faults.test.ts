import { openGraph } from './small-graph.js'

/** Prices by currency in one subgraph; what is computed of them in another. */
const PRICES = {
  catalogue: {
    sdl: `type Query { product: Product  products: [Product] }
      type Product @key(fields: "id") { id: ID!  price(currency: String!): Float  sizes: Sizes }
      type Sizes @shareable { length(unit: String!): String }`,
    resolvers: {
      Query: { product: () => ({ id: '1' }), products: () => [{ id: '1' }, { id: '2' }] },
      Product: {
        __resolveReference: async ({ id }: { id: string }) => ({ id }),
        price: ({ id }: { id: string }, { currency }: { currency: string }) =>
          Number(id) * (currency === 'USD' ? 1 : 2),
        sizes: () => ({}),
      },
      Sizes: { length: (_: unknown, { unit }: { unit: string }) => `in ${unit}` },
    },
  },
  customs: {
    sdl: `type Product @key(fields: "id") {
        id: ID!
        price(currency: String!): Float @external
        sizes: Sizes @external
        inDollars: String @requires(fields: "price(currency: \\"USD\\")")
        inEuros: String @requires(fields: "price(currency: \\"EUR\\")")
        boxed: String @requires(fields: "sizes { length(unit: \\"cm\\") }")
        origin: String
      }
      type Sizes @shareable { length(unit: String!): String }`,
    resolvers: {
      Product: {
        __resolveReference: async (given: object) => given,
        inDollars: ({ price }: { price: number }) => `${price} USD`,
        inEuros: ({ price }: { price: number }) => `${price} EUR`,
        boxed: ({ sizes }: { sizes: { length: string } }) => `boxed ${sizes.length}`,
        origin: ({ id }: { id: string }) => `origin ${id}`,
      },
    },
  },
}

describe('fields that require a field with arguments', () => {
  test.each([
    ['alone', '{ product { inDollars } }', { inDollars: '1 USD' }],
    [
      'two at once',
      '{ product { inDollars inEuros origin } }',
      { inDollars: '1 USD', inEuros: '2 EUR', origin: 'origin 1' },
    ],
    ['beside the client’s own', '{ product { price(currency: "EUR") inDollars } }', { price: 2, inDollars: '1 USD' }],
    [
      'beside the client’s alias',
      '{ product { a: price(currency: "EUR") b: price(currency: "USD") inEuros } }',
      { a: 2, b: 1, inEuros: '2 EUR' },
    ],
    [
      'where the client calls another field so',
      '{ product { price: id inDollars } }',
      { price: '1', inDollars: '1 USD' },
    ],
    [
      'deeper down',
      '{ product { sizes { length(unit: "inch") } boxed } }',
      { sizes: { length: 'in inch' }, boxed: 'boxed in cm' },
    ],
  ])('%s', async (_, query, product) => {
    const graph = await openGraph(PRICES)
    expect(await graph.ask(query)).toEqual({ data: { product } })
    expect(JSON.stringify(graph.asked.map(({ query }) => query))).not.toMatch(/(?<!: ?|")\b\w+__required_\d+(?!:)/)
  })

  test('the price is told under its own name, and an error of it under the name that the client may know', async () => {
    const graph = await openGraph({
      ...PRICES,
      catalogue: {
        ...PRICES.catalogue,
        answer: async (own, { query }) =>
          query.includes('__required_')
            ? {
                data: { product: { __typename: 'Product', id: '1' } },
                errors: [{ message: 'no', path: ['product', 'price__required_0'] }],
              }
            : own(),
      },
    })
    const { data, errors } = await graph.ask('{ product { id inDollars } }')
    expect(data).toEqual({ product: { id: '1', inDollars: null } })
    expect(errors?.map(({ path }) => path)).toContainEqual(['product', 'price'])
    expect(JSON.stringify(errors)).not.toContain('__required_')
  })
})

test('a key by which a subgraph cannot be asked is not taken for the way back, though it is listed first', async () => {
  const graph = await openGraph({
    a: {
      sdl: `type Query { thing: Thing }
        type Thing @key(fields: "code", resolvable: false) @key(fields: "id") { id: ID!  code: String  name: String }`,
      resolvers: {
        Query: { thing: () => ({ id: '1', code: 'c' }) },
        Thing: {
          __resolveReference: async ({ id }: { id?: string }) => (id ? { id, code: 'c', name: 'by id' } : null),
        },
      },
    },
    b: {
      sdl: 'type Query { other: Thing } type Thing @key(fields: "code") @key(fields: "id") { id: ID!  code: String }',
      resolvers: { Query: { other: () => ({ id: '1', code: 'c' }) } },
    },
  })
  expect(await graph.ask('{ other { name } }')).toEqual({ data: { other: { name: 'by id' } } })
})

describe('a field that no subgraph can resolve is an error, not a silent null', () => {
  const THINGS = {
    a: {
      sdl: 'type Query { thing: Thing } type Thing @key(fields: "id") { id: ID!  name: String }',
      resolvers: { Query: { thing: () => ({ id: '1' }) }, Thing: { name: () => 'n' } },
    },
    b: {
      sdl: 'type Query { other: Thing } type Thing @key(fields: "id") { id: ID!  code: String }',
      resolvers: { Query: { other: () => ({ id: '1' }) } },
    },
  }
  // As a supergraph that was not checked for satisfiability: nobody can be asked for a Thing by its id.
  const unsatisfiable = (supergraph: string) =>
    supergraph.replaceAll(/(@join__type\(graph: A, key: "id")/g, '$1, resolvable: false')

  test('where the planner does not plan it', async () => {
    const graph = await openGraph(THINGS, unsatisfiable)
    await expect(graph.ask('{ other { id name } }')).rejects.toMatchObject({
      message: 'No subgraphs can be asked for all of this.',
      extensions: { code: 'OPERATION_UNPLANNABLE' },
    })
  })

  test('where the subgraph says nothing of it', async () => {
    const graph = await openGraph({ ...THINGS, a: { ...THINGS.a, answer: () => ({ data: { thing: { id: '1' } } }) } })
    const { data, errors } = await graph.ask('{ thing { id name } }')
    expect(data).toEqual({ thing: { id: '1', name: null } })
    expect(errors).toMatchObject([{ path: ['thing', 'name'], extensions: { code: 'INCOMPLETE_ANSWER' } }])
  })
})

test('a requirement of a requirement, of which the planner makes one fetch, is an error rather than a guess', async () => {
  const graph = await openGraph({
    a: {
      sdl: `type Query { thing: Thing }
        type Thing @key(fields: "id") { id: ID!  first: String @requires(fields: "name")  name: String @external }`,
      resolvers: {
        Query: { thing: () => ({ id: '1' }) },
        Thing: {
          __resolveReference: async (given: object) => given,
          first: ({ name }: { name?: string }) => `first of ${name}`,
        },
      },
    },
    b: {
      sdl: `type Thing @key(fields: "id") { id: ID!  name: String  second: String @requires(fields: "first")  first: String @external }`,
      resolvers: {
        Thing: {
          __resolveReference: async (given: object) => ({ ...given, name: 'n' }),
          second: ({ first }: { first?: string }) => `second of ${first}`,
        },
      },
    },
  })
  expect(await graph.ask('{ thing { first name } }')).toEqual({ data: { thing: { first: 'first of n', name: 'n' } } })
  const { data, errors } = await graph.ask('{ thing { name second } }')
  expect(data).toEqual({ thing: { name: 'n', second: null } })
  expect(errors).toMatchObject([{ path: ['thing', 'second'] }])
})
