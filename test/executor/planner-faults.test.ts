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

describe('requirements of requirements across subgraphs', () => {
  const given = async (one: object) => one
  const CHAIN = {
    a: {
      sdl: `type Query { thing: Thing  things: [Thing] }
        type Thing @key(fields: "id") { id: ID!  first: String @requires(fields: "name")  name: String @external
          third: Part @requires(fields: "second")  second: String @external }
        type Part @key(fields: "no") { no: ID!  of: Thing }`,
      resolvers: {
        Query: { thing: () => ({ id: '1' }), things: () => [{ id: '1' }, { id: 'nameless' }, null] },
        Thing: {
          __resolveReference: given,
          first: ({ name }: { name?: string }) => `first of ${name}`,
          third: ({ second }: { second?: string }) => ({ no: second }),
        },
        Part: { __resolveReference: given, of: () => ({ id: '1' }) },
      },
    },
    b: {
      sdl: `type Thing @key(fields: "id") { id: ID!  name: String  second: String @requires(fields: "first")
          first: String @external }
        type Part @key(fields: "no") { no: ID!  text: String }`,
      resolvers: {
        Thing: {
          __resolveReference: async ({ id, ...more }: { id: string }) => ({
            id,
            ...more,
            name: id === 'nameless' ? null : 'n',
          }),
          second: ({ first }: { first?: string }) => `second of ${first}`,
        },
        Part: { __resolveReference: given, text: ({ no }: { no: string }) => `text of ${no}` },
      },
    },
  }
  test.each([
    ['the inner one', '{ thing { first name } }', { first: 'first of n', name: 'n' }],
    ['the outer one', '{ thing { second } }', { second: 'second of first of n' }],
    [
      'beside all that it takes',
      '{ thing { name second first } }',
      { name: 'n', second: 'second of first of n', first: 'first of n' },
    ],
    [
      'under other names',
      '{ thing { first: name name: second second: id } }',
      { first: 'n', name: 'second of first of n', second: '1' },
    ],
    [
      'three steps, and what stands below the last',
      '{ thing { third { no text of { second } } } }',
      {
        third: {
          no: 'second of first of n',
          text: 'text of second of first of n',
          of: { second: 'second of first of n' },
        },
      },
    ],
  ])('%s', async (_, query, thing) => {
    const graph = await openGraph(CHAIN)
    expect(await graph.ask(query)).toEqual({ data: { thing } })
    expect(new Set(graph.asked.map(({ subgraph }) => subgraph))).toEqual(new Set(['a', 'b']))
  })

  test('each step is fetched once, and nothing without need', async () => {
    const graph = await openGraph(CHAIN)
    await graph.ask('{ things { second } }')
    // The things, their names, the first step, the second.
    expect(graph.asked.map(({ subgraph }) => subgraph)).toEqual(['a', 'b', 'a', 'b'])
  })

  test('in lists, where what the chain begins with may be null', async () => {
    expect(await (await openGraph(CHAIN)).ask('{ things { second } }')).toEqual({
      data: { things: [{ second: 'second of first of n' }, { second: 'second of first of null' }, null] },
    })
  })

  test('one whose first step fails costs all steps, with the error of the first', async () => {
    const graph = await openGraph({
      ...CHAIN,
      b: {
        ...CHAIN.b,
        answer: async (own, { query }) =>
          /\bname\b/.test(query) ? { data: null, errors: [{ message: 'no' }] } : own(),
      },
    })
    const { data, errors } = await graph.ask('{ thing { id third { no } } }')
    expect(data).toEqual({ thing: { id: '1', third: null } })
    expect(errors?.length).toBeGreaterThan(0)
    for (const { path, extensions } of errors!) {
      expect(path?.[0]).toBe('thing')
      expect(JSON.stringify(extensions)).not.toContain('__step_')
    }
  })

  test('with arguments at every step, beside the client’s own', async () => {
    const text = (of: string) => (one: Record<string, unknown>, args: object) =>
      `${of}(${Object.values(args).join()}) of ${one[of === 'y' ? 'z' : 'y'] ?? 'nothing'}`
    const graph = await openGraph({
      a: {
        sdl: `type Query { t: T } type T @key(fields: "id") { id: ID!  x: String @requires(fields: "y(n: 1, s: [A])")
          w: String @requires(fields: "y(n: 2, s: null)")  y(n: Int, s: [S]): String @external } enum S { A B }`,
        resolvers: { Query: { t: () => ({ id: '1' }) }, T: { __resolveReference: given, x: text('x'), w: text('w') } },
      },
      b: {
        sdl: `type T @key(fields: "id") { id: ID!  y(n: Int, s: [S]): String @requires(fields: "z(of: {n: 7})")
          z(of: In): String @external } enum S { A B } input In { n: Int = 3  more: String = "m" }`,
        resolvers: { T: { __resolveReference: given, y: text('y') } },
      },
      c: {
        sdl: `type T @key(fields: "id") { id: ID!  z(of: In): String } input In { n: Int = 3  more: String = "m" }`,
        resolvers: {
          T: { __resolveReference: given, z: (_: unknown, { of }: { of?: object }) => `z${JSON.stringify(of)}` },
        },
      },
    })
    const z = 'z{"n":7,"more":"m"}'
    const question = `query ($n: Int = 5, $s: [S]) { t { x w y(n: $n, s: $s) z _t_x: z(of: {n: $n}) a: y(n: 1, s: [A]) } }`
    expect(await graph.ask(question, { s: ['B'] })).toEqual({
      data: {
        t: {
          x: `x() of y(1,A) of ${z}`,
          w: `w() of y(2,) of ${z}`,
          y: `y(5,B) of ${z}`,
          z: 'zundefined',
          _t_x: 'z{"n":5,"more":"m"}',
          a: `y(1,A) of ${z}`,
        },
      },
    })
  })
})

describe('a client’s name for a field that is the name of another one, which the plan fetches for its own sake', () => {
  const given = async (one: object) => one
  const GRAPH = {
    a: {
      sdl: `type Query { t: T  id: T } type T @key(fields: "id") { id: ID!  own: String  c: String @requires(fields: "name size { of }")
        name(n: Int): String @external  size: Size @external } type Size @shareable { of: Int  by: Int }`,
      resolvers: {
        Query: { t: () => ({ id: '1' }), id: () => ({ id: '2' }) },
        T: {
          __resolveReference: given,
          own: () => 'own',
          c: ({ name, size }: { name: string; size: { of: number } }) => `c of ${name} ${size.of}`,
        },
      },
    },
    b: {
      sdl: `type T @key(fields: "id") { id: ID!  name(n: Int): String  more: String  fails: String  size: Size }
        type Size @shareable { of: Int  by: Int }`,
      resolvers: {
        T: {
          __resolveReference: given,
          name: (_: unknown, { n }: { n?: number }) => `n${n ?? ''}`,
          more: () => 'more',
          fails: () => {
            throw new Error('no')
          },
          size: () => ({ of: 1, by: 2 }),
        },
      },
    },
  }
  test.each([
    ['{ t { name: own c } }', { t: { name: 'own', c: 'c of n 1' } }],
    ['{ t { name: id c } }', { t: { name: '1', c: 'c of n 1' } }],
    ['{ t { c name: more } }', { t: { c: 'c of n 1', name: 'more' } }],
    ['{ t { name(n: 3) c } }', { t: { name: 'n3', c: 'c of n 1' } }],
    ['{ t { c name(n: 3) n: name } }', { t: { c: 'c of n 1', name: 'n3', n: 'n' } }],
    ['{ t { id: own more } }', { t: { id: 'own', more: 'more' } }],
    ['{ t { id: more more: own } }', { t: { id: 'more', more: 'own' } }],
    ['{ t { id: name c } }', { t: { id: 'n', c: 'c of n 1' } }],
    ['{ t { size { of: by } c } }', { t: { size: { of: 2 }, c: 'c of n 1' } }],
    ['{ t { ...F more } } fragment F on T { id: own }', { t: { id: 'own', more: 'more' } }],
    ['{ id: t { id: id__apart id__apart: own more: id } }', undefined],
    ['{ id: t { id: more id__apart: own } }', { id: { id: 'more', id__apart: 'own' } }],
    [
      '{ t { price__required_0: own name__required_0: more c } }',
      { t: { price__required_0: 'own', name__required_0: 'more', c: 'c of n 1' } },
    ],
    [
      'query { ...R } fragment R on Query { id { id: more } t: id { more: id } }',
      { id: { id: 'more' }, t: { more: '2' } },
    ],
  ])('%s', async (query, data) => {
    const graph = await openGraph(GRAPH)
    if (data === undefined) await expect(graph.ask(query)).rejects.toThrow('id__apart')
    else expect(await graph.ask(query)).toEqual({ data })
  })

  test('an error of it is told under the name that the client gave', async () => {
    const { data, errors } = await (await openGraph(GRAPH)).ask('{ t { id: fails } }')
    expect(data).toEqual({ t: { id: null } })
    expect(errors).toMatchObject([{ message: 'no', path: ['t', 'id'] }])
  })

  test('the key does not stand where what the client means by its name is missing', async () => {
    const graph = await openGraph({ ...GRAPH, b: { ...GRAPH.b, answer: () => undefined } })
    const { data, errors } = await graph.ask('{ t { id: more } }')
    expect(data).toEqual({ t: { id: null } })
    expect(errors).toMatchObject([{ path: ['t'] }])
  })

  test('a field called __typename is refused: under this name the type stands in all that is fetched', async () => {
    await expect((await openGraph(GRAPH)).ask('{ t { __typename: own more } }')).rejects.toMatchObject({
      extensions: { code: 'OPERATION_NOT_SUPPORTED' },
    })
  })
})

test.each<[string, (supergraph: string) => string]>([
  ['all', supergraph => supergraph.replaceAll('join__', 'j__').replace('join/v0.5"', 'join/v0.5", as: "j"')],
  [
    'some, by imports',
    supergraph =>
      supergraph
        .replaceAll('join__field', 'of')
        .replaceAll('@join__type', '@type')
        .replaceAll('join__FieldSet', 'Fields')
        .replace(
          'join/v0.5"',
          'join/v0.5", import: [{name: "@field", as: "@of"}, "@type", {name: "FieldSet", as: "Fields"}]',
        ),
  ],
])('a supergraph that calls the join directives otherwise (%s) is planned as any other', async (_, renamed) => {
  const given = async (one: object) => one
  const graph = await openGraph(
    {
      a: {
        sdl: `type Query { t: T } type T @key(fields: "code", resolvable: false) @key(fields: "id") { id: ID!  code: ID
          c: String @requires(fields: "name(n: 1)")  name(n: Int): String @external }`,
        resolvers: {
          Query: { t: () => ({ id: '1' }) },
          T: { __resolveReference: given, c: ({ name }: { name: string }) => `c of ${name}` },
        },
      },
      b: {
        sdl: `type T @key(fields: "id") { id: ID!  name(n: Int): String  d: String @requires(fields: "c")  c: String @external }`,
        resolvers: {
          T: {
            __resolveReference: given,
            name: (_: unknown, { n }: { n: number }) => `n${n}`,
            d: ({ c }: { c: string }) => `d of ${c}`,
          },
        },
      },
    },
    renamed,
  )
  expect(await graph.ask('{ t { name(n: 2) d } }')).toEqual({ data: { t: { name: 'n2', d: 'd of c of n1' } } })
})

describe('variables that a client names as the planner names its own', () => {
  const GRAPH = {
    catalogue: {
      sdl: `type Query { product: Product }  type Product @key(fields: "id") { id: ID! }`,
      resolvers: { Query: { product: () => ({ id: '1' }) } },
    },
    prices: {
      sdl: `type Product @key(fields: "id") { id: ID!  price(currency: String!): String  weight: Int }`,
      resolvers: {
        Product: {
          __resolveReference: async ({ id }: { id: string }) => ({ id }),
          price: ({ id }: { id: string }, { currency }: { currency: string }) => `${id} ${currency}`,
          weight: () => 3,
        },
      },
    },
  }
  test.each([
    ['given', { representations: 'EUR', client_representations: 'USD' }, '1 EUR'],
    ['by default', { client_representations: 'USD' }, '1 GBP'],
  ])('%s', async (_, variables, price) => {
    const graph = await openGraph(GRAPH)
    const query = `query ($representations: String! = "GBP", $client_representations: String!) {
      product { price(currency: $representations)  other: price(currency: $client_representations) } }`
    expect(await graph.ask(query, variables)).toEqual({ data: { product: { price, other: '1 USD' } } })
  })

  test('as a condition', async () => {
    const graph = await openGraph(GRAPH)
    const query = `query ($contextualArgument_1_0: Boolean! = true, $representations: Boolean! = false) {
      product { weight @include(if: $representations)  price(currency: "A") @skip(if: $contextualArgument_1_0) } }`
    expect(await graph.ask(query)).toEqual({ data: { product: {} } })
    const both = { contextualArgument_1_0: false, representations: true }
    expect(await graph.ask(query, both)).toEqual({ data: { product: { weight: 3, price: '1 A' } } })
  })
})
