import { openGraph } from './small-graph.js'

const entity = async (given: object) => given

test('mutations run one after the other across subgraphs, whatever the one before did', async () => {
  const done: string[] = []
  const subgraph = (name: string) => ({
    sdl: `type Query { q${name}: Int } type Mutation { ${name}(fail: Boolean): Int  last${name}: Int }`,
    resolvers: {
      Mutation: {
        [name]: async (_: unknown, { fail }: { fail?: boolean }) => {
          await new Promise(resolve => setImmediate(resolve))
          done.push(name)
          if (fail) throw new Error('no')
          return done.length
        },
        [`last${name}`]: () => done.push(`last${name}`),
      },
    },
  })
  const graph = await openGraph({ a: subgraph('a'), b: subgraph('b') })
  const { data, errors } = await graph.ask('mutation { x: a y: b(fail: true) z: a lastb }')
  expect(done).toEqual(['a', 'b', 'a', 'lastb'])
  expect(data).toEqual({ x: 1, y: null, z: 3, lastb: 4 })
  expect(errors).toMatchObject([{ message: 'no', path: ['y'] }])
})

test('an argument from the context: entities of different contexts are fetched apart', async () => {
  const graph = await openGraph({
    orders: {
      sdl: `type Query { orders: [Order!] }
        type Order @key(fields: "id") @context(name: "order") { id: ID!  currency: String!  lines: [Line!] }
        type Line @key(fields: "id") { id: ID!  price(currency: String @fromContext(field: "$order { currency }")): String }`,
      resolvers: {
        Query: { orders: () => ['EUR', 'USD', 'EUR'].map((currency, index) => ({ id: `${index}`, currency })) },
        Order: { lines: () => [{ id: 'l' }], __resolveReference: entity },
        Line: {
          __resolveReference: entity,
          price: ({ id }: { id: string }, { currency }: { currency: string }) => `${id} in ${currency}`,
        },
      },
    },
    other: { sdl: 'type Query { other: Int }', resolvers: {} },
  })
  expect(await graph.ask('{ orders { lines { price } } }')).toEqual({
    data: { orders: ['EUR', 'USD', 'EUR'].map(currency => ({ lines: [{ price: `l in ${currency}` }] })) },
  })
  expect(graph.asked).toHaveLength(3)
})

describe('a field that moves by percent', () => {
  const graphAt = (percent: number) =>
    openGraph({
      old: {
        sdl: 'type Query { thing: Thing } type Thing @key(fields: "id") { id: ID!  from: String }',
        resolvers: { Query: { thing: () => ({ id: '1' }) }, Thing: { from: () => 'old' } },
      },
      new: {
        sdl: `type Thing @key(fields: "id") { id: ID!  from: String @override(from: "old", label: "percent(${percent})") }`,
        resolvers: { Thing: { __resolveReference: entity, from: () => 'new' } },
      },
    })

  test('is asked of the one or the other subgraph', async () => {
    expect(await (await graphAt(100)).ask('{ thing { from } }')).toEqual({ data: { thing: { from: 'new' } } })
    expect(await (await graphAt(0)).ask('{ thing { from } }')).toEqual({ data: { thing: { from: 'old' } } })
  })

  test('is drawn for each operation, however often it was planned before', async () => {
    const graph = await graphAt(50)
    const random = jest.spyOn(Math, 'random')
    for (const drawn of [0.6, 0.4, 0.6, 0.4]) {
      random.mockReturnValue(drawn)
      const from = drawn < 0.5 ? 'new' : 'old'
      expect(await graph.ask('{ thing { from } }')).toEqual({ data: { thing: { from } } })
    }
    random.mockRestore()
  })
})

describe('values and names', () => {
  const values = (field: string, value: unknown) =>
    openGraph({
      a: {
        sdl: `type Query { v: V  w: [Int!] } enum Mood { GOOD SECRET @inaccessible }
          type V { int: Int  float: Float  string: String  boolean: Boolean  id: ID  mood: Mood  any: Any  must: Int!  list: [[Int]] }
          scalar Any`,
        resolvers: {},
        answer: () => ({ data: { v: { [field]: value } } }),
      },
    })
  test.each<[string, unknown, unknown]>([
    ['int', 7, 7],
    ['int', 7.5, undefined],
    ['int', 2 ** 31, undefined],
    ['int', '7', undefined],
    ['float', 7, 7],
    ['float', '7', undefined],
    ['string', 'a "b" \\ \ud83d\ude80 \u2028', 'a "b" \\ \ud83d\ude80 \u2028'],
    ['string', 'lone \ud83d end', 'lone \ud83d end'],
    ['string', 7, undefined],
    ['boolean', false, false],
    ['boolean', 0, undefined],
    ['id', 'x', 'x'],
    ['id', 7, '7'],
    ['id', 7.5, undefined],
    ['id', 2 ** 53 - 1, '9007199254740991'],
    ['id', 2 ** 53, undefined],
    ['mood', 'GOOD', 'GOOD'],
    ['mood', 'SECRET', undefined],
    ['mood', 'toString', undefined],
    ['any', { of: [1, { __proto__: null }] }, { of: [1, {}] }],
    ['list', [[1, null], null, []], [[1, null], null, []]],
    ['list', [[1, 'x']], [[1, null]]],
    ['list', 7, undefined],
  ])('%s: %j is %j', async (field, value, expected) => {
    const { data, errors } = await (await values(field, value)).ask(`{ v { ${field} } }`)
    if (JSON.stringify(expected) === JSON.stringify(value) || (expected !== undefined && field !== 'list')) {
      expect({ data, errors }).toEqual({ data: { v: { [field]: expected } }, errors: undefined })
    } else {
      expect(data).toEqual({ v: { [field]: expected ?? null } })
      expect(errors).toMatchObject([{ extensions: { code: 'INCOMPLETE_ANSWER' } }])
      expect(errors![0]!.path!.slice(0, 2)).toEqual(['v', field])
    }
  })

  test('a null where none may be takes its parent, with one error at its own place', async () => {
    expect(await (await values('must', null)).ask('{ v { int: id must } }')).toMatchObject({
      data: { v: null },
      errors: [{ path: ['v', 'int'] }, { path: ['v', 'must'] }],
    })
  })

  test('aliases that every object has, and the one that is no property', async () => {
    const graph = await openGraph({
      a: {
        sdl: 'type Query { thing: Thing } type Thing @key(fields: "id") { id: ID!  name: String }',
        resolvers: { Query: { thing: () => ({ id: '1', name: 'n' }) } },
      },
      b: {
        sdl: 'type Thing @key(fields: "id") { id: ID!  more: Thing }',
        resolvers: { Thing: { __resolveReference: entity, more: () => ({ id: '2' }) } },
      },
    })
    const { data } = await graph.ask(
      '{ thing { __proto__: name constructor: more { __proto__: id toString: id } hasOwnProperty: name } valueOf: thing { id } }',
    )
    expect(JSON.stringify(data)).toBe(
      '{"thing":{"__proto__":"n","constructor":{"__proto__":"2","toString":"2"},"hasOwnProperty":"n"},"valueOf":{"id":"1"}}',
    )
    expect(Object.prototype).not.toHaveProperty('id')
  })

  test('a variable that is called as what every object has is nothing where it is not given', async () => {
    const graph = await openGraph({
      a: {
        sdl: 'type Query { v(of: Int): Int }',
        resolvers: { Query: { v: (_: unknown, { of = 7 }: { of?: number }) => of } },
      },
    })
    const question = 'query ($constructor: Int, $toString: Int) { a: v(of: $constructor) b: v(of: $toString) }'
    expect(await graph.ask(question)).toEqual({ data: { a: 7, b: 7 } })
    expect(graph.asked.map(({ variables }) => variables)).toEqual([{}])
    expect(await graph.ask(question, { toString: 3 })).toEqual({ data: { a: 7, b: 3 } })
  })

  test('two fields of two types under one key, told apart for the subgraph, though they are nothing', async () => {
    const graph = await openGraph({
      a: {
        sdl: `type Query { found: [Found] } union Found = A | B
          type A { foo: Int  failing: String } type B { bar: Int  bad: String }`,
        resolvers: {
          Query: {
            found: () => [
              { __typename: 'A', foo: 0 },
              { __typename: 'B', bar: 0, bad: new Error('no') },
            ],
          },
        },
      },
    })
    const { data, errors } = await graph.ask('{ found { ... on A { x: foo y: failing } ... on B { x: bar y: bad } } }')
    expect(data).toEqual({
      found: [
        { x: 0, y: null },
        { x: 0, y: null },
      ],
    })
    expect(errors).toMatchObject([{ message: 'no', path: ['found', 1, 'y'] }])
  })
})

test('where nothing needs fetching nothing is fetched; what variables leave out is not in the answer', async () => {
  const graph = await openGraph({
    a: {
      sdl: 'type Query { v(of: Int): Int }',
      resolvers: { Query: { v: (_: unknown, { of }: { of: number }) => of } },
    },
  })
  expect(await graph.ask('{ __typename again: __typename }')).toEqual({ data: { __typename: 'Query', again: 'Query' } })
  expect(graph.asked).toEqual([])
  const question =
    'query ($not: Boolean! = true, $of: Int = 3) { a: v(of: $of) @skip(if: $not) b: v(of: $of) @include(if: $not) }'
  expect(await graph.ask(question)).toEqual({ data: { b: 3 } })
  expect(await graph.ask(question, { not: false, of: 4 })).toEqual({ data: { a: 4 } })
  expect(await graph.ask(question, { of: null })).toEqual({ data: { b: null } })
})

test('of a document of several operations each has a plan of its own', async () => {
  const graph = await openGraph({
    a: {
      sdl: 'type Query { v: Int }  type Mutation { change: Int  again: Int }',
      resolvers: { Query: { v: () => 1 }, Mutation: { change: () => 2, again: () => 3 } },
    },
  })
  const question = 'query A { v } query B { w: v } mutation C { change } mutation D { again }'
  for (let time = 0; time < 2; time++)
    for (const [name, data] of Object.entries({ A: { v: 1 }, C: { change: 2 }, B: { w: 1 }, D: { again: 3 } }))
      expect(await graph.ask(question, {}, {}, name)).toEqual({ data })
})
