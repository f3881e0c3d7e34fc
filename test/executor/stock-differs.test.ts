import { openGraph, type SmallSubgraph } from './small-graph.js'

/**
 * Each way in which Apollo's own executor or planner answers otherwise than one schema would, with the least that shows it. A
 * test fails when stock stops differing: then what the engine does for it may go.
 */

const given = async (one: object) => one
const fails = () => {
  throw new Error('no')
}

interface Difference {
  reason: string
  subgraphs: Record<string, SmallSubgraph> | (() => Record<string, SmallSubgraph>)
  query: string
  variables?: Record<string, unknown>
  /** What one schema over the same data answers. */
  data: unknown
  stock: unknown
  /** Whether there is no answer: then ours says so. */
  lost?: boolean
}

const ITEMS: Record<string, SmallSubgraph> = {
  home: {
    sdl: `type Query { item: Item } interface Thing @key(fields: "id") { id: ID! }
      type Item implements Thing @key(fields: "id") { id: ID!  own: String  price(currency: String): String }`,
    resolvers: {
      Query: { item: () => ({ id: '1' }) },
      Thing: { __resolveReference: async ({ id }: { id: string }) => ({ __typename: 'Item', id }) },
      Item: {
        __resolveReference: given,
        own: () => 'own',
        price: (_: unknown, { currency }: { currency?: string }) => `${currency}`,
      },
    },
  },
  names: {
    sdl: `type Query { things: [Thing] } type Thing @key(fields: "id") @interfaceObject { id: ID!  extra: String }`,
    resolvers: { Query: { things: () => [{ id: '1' }] }, Thing: { __resolveReference: given, extra: () => 'extra' } },
  },
  far: {
    sdl: `type Item @key(fields: "id") { id: ID!  price(currency: String): String @external  plain: String  fails: Int
      inDollars: String @requires(fields: "price(currency: \\"USD\\")") }`,
    resolvers: {
      Item: {
        __resolveReference: given,
        inDollars: ({ price }: { price?: string }) => `in ${price}`,
        plain: () => 'plain',
        fails,
      },
    },
  },
}

/** Each graph of its own count. */
const counting = (): Record<string, SmallSubgraph> => {
  let count = 0
  return {
    a: {
      sdl: 'type Query { q: Int } type Mutation { add: Sum }  type Sum { is: Int  was: Int }',
      resolvers: { Mutation: { add: () => ({ was: count, is: ++count }) } },
    },
    b: { sdl: 'type Mutation { other: Int }', resolvers: { Mutation: { other: () => 7 } } },
  }
}

const DIFFERENCES: Difference[] = [
  {
    reason: 'a field that requires one with arguments takes the client’s own one with others',
    subgraphs: ITEMS,
    query: '{ item { price(currency: "EUR") inDollars } }',
    data: { item: { price: 'EUR', inDollars: 'in USD' } },
    stock: { item: { price: 'EUR', inDollars: 'in EUR' } },
  },
  {
    reason: 'a client’s alias that is the name of a key is taken for the key',
    subgraphs: ITEMS,
    query: '{ item { id: own plain } }',
    data: { item: { id: 'own', plain: 'plain' } },
    stock: { item: { id: '1', plain: 'plain' } },
  },
  {
    reason: 'the name of an interface object takes the place of the name of the type, and the object is lost',
    subgraphs: ITEMS,
    query:
      'query ($yes: Boolean!) { item { ... @include(if: $yes) { extra __typename } ... on Thing { extra __typename } } }',
    variables: { yes: true },
    data: { item: { extra: 'extra', __typename: 'Item' } },
    stock: { item: null },
  },
  {
    reason: 'a mutation that is selected under two conditions runs twice',
    subgraphs: counting,
    query:
      'mutation ($yes: Boolean!, $also: Boolean = true) { add @include(if: $yes) { is } other x: add { is } add @include(if: $also) { was } }',
    variables: { yes: true },
    data: { add: { is: 1, was: 0 }, other: 7, x: { is: 2 } },
    stock: { add: { is: 1, was: 2 }, other: 7, x: { is: 2 } },
  },
  {
    reason: 'the value of an argument from the context is not given',
    subgraphs: {
      orders: {
        sdl: `type Query { orders: [Order!] }
        type Order @key(fields: "id") @context(name: "order") { id: ID!  currency: String!  lines: [Line!] }
        type Line @key(fields: "id") { id: ID!  price(currency: String @fromContext(field: "$order { currency }")): String }`,
        resolvers: {
          Query: { orders: () => ['EUR', 'USD'].map((currency, index) => ({ id: `${index}`, currency })) },
          Order: { lines: () => [{ id: 'l' }], __resolveReference: given },
          Line: {
            __resolveReference: given,
            price: (_: unknown, { currency }: { currency?: string }) => `in ${currency}`,
          },
        },
      },
      other: { sdl: 'type Query { other: Int }', resolvers: {} },
    },
    query: '{ orders { lines { price } } }',
    data: { orders: ['EUR', 'USD'].map(currency => ({ lines: [{ price: `in ${currency}` }] })) },
    stock: { orders: [1, 2].map(() => ({ lines: [{ price: 'in undefined' }] })) },
  },
  {
    reason: 'a requirement that was not fetched costs all that is fetched beside it',
    subgraphs: {
      ...ITEMS,
      home: {
        ...ITEMS.home!,
        answer: async (own, { query }) =>
          query.includes('price') ? { data: { item: { __typename: 'Item', id: '1' } } } : own(),
      },
    },
    query: '{ item { plain inDollars } }',
    data: { item: { plain: 'plain', inDollars: null } },
    stock: { item: { plain: null, inDollars: null } },
    lost: true,
  },
  {
    reason: 'a field that requires a field that requires another is computed of nothing',
    subgraphs: {
      a: {
        sdl: `type Query { t: T } type T @key(fields: "id") { id: ID!  second: String @requires(fields: "first")
          first: String @external  base: String }`,
        resolvers: {
          Query: { t: () => ({ id: '1' }) },
          T: {
            __resolveReference: given,
            base: () => 'base',
            second: ({ first }: { first?: string }) => `second of ${first}`,
          },
        },
      },
      b: {
        sdl: `type T @key(fields: "id") { id: ID!  first: String @requires(fields: "base")  base: String @external
          third: String @requires(fields: "second")  second: String @external }`,
        resolvers: {
          T: {
            __resolveReference: given,
            first: ({ base }: { base?: string }) => `first of ${base}`,
            third: ({ second }: { second?: string }) => `third of ${second}`,
          },
        },
      },
    },
    query: '{ t { third } }',
    data: { t: { third: 'third of second of first of base' } },
    stock: { t: { third: 'third of second of undefined' } },
  },
  {
    reason: 'a field that nobody can be asked for is null without an error',
    subgraphs: {
      a: {
        sdl: 'type Query { thing: Thing } type Thing @key(fields: "id") { id: ID!  name: String }',
        resolvers: { Query: { thing: () => ({ id: '1' }) }, Thing: { name: () => 'n' } },
        answer: () => ({ data: { thing: { id: '1' } } }),
      },
    },
    query: '{ thing { id name } }',
    data: { thing: { id: '1', name: null } },
    stock: { thing: { id: '1', name: null } },
    lost: true,
  },
]

test.each(DIFFERENCES)('$reason', async ({ subgraphs, query, variables, data, stock, lost = false }) => {
  const open = () => openGraph(typeof subgraphs === 'function' ? subgraphs() : subgraphs)
  const ours = await (await open()).ask(query, variables)
  expect(ours.data).toEqual(data)
  expect(ours.errors !== undefined).toBe(lost)
  const theirs = await (await open()).askStock(query, variables)
  expect(theirs.data).toEqual(stock)
  // What stock loses it loses without an error.
  expect(theirs.errors ?? []).toEqual([])
})
