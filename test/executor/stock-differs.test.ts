import { STOCK_REASONS, type StockReason } from './generated/stock-faults.js'
import { openGraph, type SmallSubgraph } from './small-graph.js'

/**
 * Each way in which Apollo's own executor or planner answers otherwise than one schema would, with the least that shows it. A
 * test fails when stock stops differing: then what the engine does for it may go.
 */

const given = async (one: object) => one
const fails = () => {
  throw new Error('no')
}

/** What no generated subgraph does. */
type Failure =
  | 'a requirement that was not fetched costs all that is fetched beside it'
  | 'a field that nobody can be asked for is null without an error'

interface Difference {
  reason: StockReason | Failure
  subgraphs: Record<string, SmallSubgraph> | (() => Record<string, SmallSubgraph>)
  query: string
  variables?: Record<string, unknown>
  /** What one schema over the same data answers. */
  data: unknown
  stock: unknown
  /** Whether there is no answer: then ours says so. */
  lost?: boolean
  /** Whether a subgraph says so, and both. */
  fails?: boolean
}

const ITEMS: Record<string, SmallSubgraph> = {
  home: {
    sdl: `type Query { item: Item } interface Thing @key(fields: "id") { id: ID! }
      type Item implements Thing @key(fields: "id") { id: ID!  own: String  price(currency: String): String
        never: Int! }`,
    resolvers: {
      Query: { item: () => ({ id: '1' }) },
      Thing: { __resolveReference: async ({ id }: { id: string }) => ({ __typename: 'Item', id }) },
      Item: {
        __resolveReference: given,
        own: () => 'own',
        never: () => null,
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
      inDollars: String @requires(fields: "price(currency: \\"USD\\")")
      inEuros: String @requires(fields: "price(currency: \\"EUR\\")")
      ofOwn: String @requires(fields: "own")  own: String @external  part: Part } type Part { size: Int }`,
    resolvers: {
      Item: {
        __resolveReference: given,
        inDollars: ({ price }: { price?: string }) => `in ${price}`,
        inEuros: ({ price }: { price?: string }) => `in ${price}`,
        part: () => ({ size: 1 }),
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
    reason: 'two fields that require one with different arguments take the same',
    subgraphs: ITEMS,
    query: '{ item { inDollars inEuros } }',
    data: { item: { inDollars: 'in USD', inEuros: 'in EUR' } },
    stock: { item: { inDollars: 'in EUR', inEuros: 'in EUR' } },
  },
  {
    reason: 'a requirement that a condition leaves out costs all that is fetched beside it',
    subgraphs: ITEMS,
    query: 'query ($no: Boolean = false) { item { plain ofOwn @include(if: $no) } }',
    data: { item: { plain: 'plain' } },
    stock: { item: { plain: null } },
  },
  {
    reason: 'an object of which conditions leave out everything is null',
    subgraphs: ITEMS,
    query: 'query ($no: Boolean = false) { item { part @skip(if: $no) { size @include(if: $no) } } }',
    data: { item: { part: {} } },
    stock: { item: { part: null } },
  },
  {
    reason: 'an interface object of which its home fails to tell is told without what may not be null',
    subgraphs: ITEMS,
    query: '{ things { id ... on Item { never } } }',
    data: { things: [null] },
    stock: { things: [{ id: '1' }] },
    fails: true,
  },
  {
    reason: 'the fields of an object are told in another order',
    subgraphs: ITEMS,
    query: '{ things { id ... on Item { id } __typename } things { id ... on Item { own } } }',
    data: { things: [{ id: '1', __typename: 'Item', own: 'own' }] },
    stock: { things: [{ id: '1', own: 'own', __typename: 'Item' }] },
  },
  {
    reason: 'mutations of a named fragment run before those beside it',
    subgraphs: counting,
    query: 'mutation { a: add { is } ...F } fragment F on Mutation { b: add { is } c: add { is } }',
    data: { a: { is: 1 }, b: { is: 2 }, c: { is: 3 } },
    stock: { a: { is: 3 }, b: { is: 1 }, c: { is: 2 } },
  },
  {
    reason: 'a client’s alias that is the name of a key or of a required field is taken for it',
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

test.each(DIFFERENCES)('$reason', async ({ subgraphs, query, variables, data, stock, lost = false, fails = false }) => {
  const open = () => openGraph(typeof subgraphs === 'function' ? subgraphs() : subgraphs)
  const ours = await (await open()).ask(query, variables)
  // Their order, too, is the question's.
  expect(JSON.stringify(ours.data)).toBe(JSON.stringify(data))
  expect(ours.errors !== undefined).toBe(lost || fails)
  const theirs = await (await open()).askStock(query, variables)
  expect(JSON.stringify(theirs.data)).toBe(JSON.stringify(stock))
  // What stock loses it loses without an error.
  expect(theirs.errors !== undefined).toBe(fails)
})

test('each reason that explains a difference of a generated supergraph is shown', () => {
  const shown = DIFFERENCES.map(({ reason }) => reason)
  expect(STOCK_REASONS.filter(reason => !shown.includes(reason))).toEqual([])
})
