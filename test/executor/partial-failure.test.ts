import { openGraph, type SmallSubgraph } from './small-graph.js'

const BOOKS = {
  sdl: `type Query { books: [Book!]  motto: String }
    type Book @key(fields: "id") { id: ID!  author: Author }
    type Author @key(fields: "id") { id: ID! }`,
  resolvers: {
    Query: {
      books: () => [
        { id: '1', author: { id: 'a' } },
        { id: '2', author: { id: 'b' } },
        { id: '3', author: { id: 'a' } },
      ],
      motto: () => 'm',
    },
  },
}
const PEOPLE: SmallSubgraph = {
  sdl: 'type Query { people: [Author] } type Author @key(fields: "id") { id: ID!  name: String  born: Int  mail: String! }',
  resolvers: {
    Query: { people: () => [{ id: 'a' }] },
    Author: {
      __resolveReference: async ({ id }: { id: string }) => ({ id }),
      name: ({ id }: { id: string }) => `name of ${id}`,
      born: ({ id }: { id: string }) => {
        if (id === 'a') throw new Error('nobody knows')
        return 1900
      },
      mail: () => 'x@example.com',
    },
  },
}
const QUESTION = '{ motto books { id author { name } } people { id } }'
const graphWith = (answer: SmallSubgraph['answer']) =>
  openGraph({ books: BOOKS, people: { ...PEOPLE, ...(answer ? { answer } : {}) } })

test('each author is asked for once, an error of one is told at every place where he stands', async () => {
  const graph = await graphWith(undefined)
  const { data, errors } = await graph.ask('{ books { author { name born } } }')
  expect(graph.asked[1]!.variables).toEqual({
    representations: [
      { __typename: 'Author', id: 'a' },
      { __typename: 'Author', id: 'b' },
    ],
  })
  expect(data).toEqual({
    books: [
      { author: { name: 'name of a', born: null } },
      { author: { name: 'name of b', born: 1900 } },
      { author: { name: 'name of a', born: null } },
    ],
  })
  expect(errors).toMatchObject([
    { message: 'nobody knows', path: ['books', 0, 'author', 'born'], extensions: { serviceName: 'people' } },
    { message: 'nobody knows', path: ['books', 2, 'author', 'born'], extensions: { serviceName: 'people' } },
  ])
})

test('what is fetched once for several places stands at each by itself: an error below it is told at all of them', async () => {
  const graph = await openGraph({
    books: BOOKS,
    people: {
      sdl: 'type Author @key(fields: "id") { id: ID!  boss: Boss } type Boss @key(fields: "id") { id: ID! }',
      resolvers: { Author: { boss: () => ({ id: 'x' }) } },
    },
    wages: {
      sdl: 'type Boss @key(fields: "id") { id: ID!  pay: Int }',
      resolvers: {
        Boss: {
          pay: () => {
            throw new Error('nobody knows')
          },
        },
      },
    },
  })
  const { errors } = await graph.ask('{ books { author { boss { pay } } } }')
  const paths = errors?.map(({ path }) => path?.join()).sort()
  expect(paths).toEqual([0, 1, 2].map(index => `books,${index},author,boss,pay`))
})

test('an object that calls itself by another type than there may be is null, with an error', async () => {
  const authors = [{ __typename: 'Book', id: 'b' }, { __typename: 'Nobody', id: 'n' }, { id: 'a' }]
  const books = authors.map((author, at) => ({ __typename: 'Book', id: String(at), author }))
  const graph = await openGraph({ books: { ...BOOKS, answer: () => ({ data: { books } }) } })
  const { data, errors } = await graph.ask('{ books { author { id __typename } } }')
  expect(data).toEqual({ books: [{ author: null }, { author: null }, { author: { id: 'a', __typename: 'Author' } }] })
  expect(errors?.map(({ path }) => path?.join())).toEqual(['books,0,author', 'books,1,author'])
})

const WORKS: SmallSubgraph = {
  sdl: `type Query { works: [Work] }  union Work = Book | Map
    type Book @key(fields: "id") { id: ID!  author: Author }  type Map @key(fields: "id") { id: ID!  author: Author }
    type Author @key(fields: "id") { id: ID! }`,
  resolvers: {
    Query: {
      works: () => [
        { __typename: 'Book', id: '1', author: { id: 'a' } },
        { __typename: 'Map', id: '2', author: { id: 'b' } },
        { __typename: 'Map', id: '3', author: { id: 'a' } },
      ],
    },
  },
}

test('an error is told where the field that fails was asked for, and not where its fetch asks for it besides', async () => {
  const graph = await openGraph({
    works: WORKS,
    people: PEOPLE,
  })
  const years = '... on Map { author { years: born born @skip(if: $no) } }'
  const ask = (query: string) => graph.ask(`query ($no: Boolean = true) { works { ${query} } }`)
  const { data, errors } = await ask(`... on Book { author { name } } ${years}`)
  expect(data).toEqual({
    works: [{ author: { name: 'name of a' } }, { author: { years: 1900 } }, { author: { years: null } }],
  })
  expect(errors?.map(({ path }) => path)).toEqual([['works', 2, 'author', 'years']])
  const all = await ask(`... on Book { author { born } } ${years}`)
  expect(new Set(all.errors?.map(({ path }) => path?.join()))).toEqual(
    new Set(['works,0,author,born', 'works,2,author,years']),
  )
})

describe('of what a dead subgraph was asked for, only those are told who asked for any of it', () => {
  const prices =
    'type Book @key(fields: "id") { id: ID!  price: Int }  type Map @key(fields: "id") { id: ID!  scale: Int }'
  test.each<[string, NonNullable<SmallSubgraph['answer']>]>([
    [
      'it does not answer',
      () => {
        throw new Error('connect ECONNREFUSED')
      },
    ],
    ['it says so without a place', () => ({ errors: [{ message: 'no' }] })],
    [
      'it says so of each entity',
      (_, { variables }) => {
        const entities = (variables.representations as object[]).map((_, index) => index)
        return {
          data: { _entities: entities.map(() => null) },
          errors: entities.map(index => ({ message: 'no', path: ['_entities', index] })),
        }
      },
    ],
    [
      'its entities are none',
      (_, { variables }) => ({ data: { _entities: (variables.representations as object[]).map(() => 7) } }),
    ],
  ])('where %s', async (_, answer) => {
    const graph = await openGraph({
      works: WORKS,
      people: { ...PEOPLE, answer },
      prices: { sdl: prices, resolvers: {}, answer },
    })
    const places = async (query: string) => {
      const { errors = [] } = await graph.ask(
        `query ($no: Boolean = false) { works { __typename @skip(if: $no) ${query} } }`,
      )
      return [...new Set(errors.map(({ path }) => path?.join()))].sort()
    }
    expect(await places('... on Book { author { name } } ... on Map { author { id } }')).toEqual(['works,0,author'])
    expect(await places('... on Book { author { name } } ... on Map { author { born } }')).toEqual(
      [0, 1, 2].map(index => `works,${index},author`),
    )
    expect(await places('... on Map { scale } ... on Book { price @include(if: $no) }')).toEqual(['works,1', 'works,2'])
    expect(await places('... on Map { scale @include(if: $no) } ... on Book { id }')).toEqual([])
  })
})

const LOST = { motto: 'm', books: [1, 2, 3].map(id => ({ id: String(id), author: { name: null } })), people: null }
const DEAD = () => {
  throw new Error('connect ECONNREFUSED 10.0.0.1:4001')
}

test.each<[string, NonNullable<SmallSubgraph['answer']>, string]>([
  ['dead', DEAD, 'SUBGRAPH_UNREACHABLE'],
  ['no answer at all', () => undefined, 'SUBGRAPH_ANSWER_INVALID'],
  ['text', () => 'hello', 'SUBGRAPH_ANSWER_INVALID'],
  ['a list', () => [], 'SUBGRAPH_ANSWER_INVALID'],
  ['neither data nor errors', () => ({ data: null }), 'SUBGRAPH_ANSWER_INVALID'],
  ['data that is a list', () => ({ data: [1] }), 'SUBGRAPH_ANSWER_INVALID'],
  ['errors that are no list', () => ({ data: null, errors: 'all of them' }), 'SUBGRAPH_ANSWER_INVALID'],
  [
    'errors of any shape',
    () => ({ data: null, errors: [null, 7, { message: {}, path: [{}] }] }),
    'DOWNSTREAM_SERVICE_ERROR',
  ],
])(
  'a subgraph that answers with %s costs its own fields, each with an error that names it',
  async (_, answer, code) => {
    const graph = await graphWith(answer)
    const { data, errors = [] } = await graph.ask(QUESTION)
    expect(data).toEqual(LOST)
    const paths = new Set(errors.map(({ path }) => JSON.stringify(path)))
    for (const path of [['people'], ...[0, 1, 2].map(index => ['books', index, 'author'])])
      expect(paths).toContain(JSON.stringify(path))
    expect(paths.size).toBe(4)
    for (const { message, extensions } of errors) {
      expect(message).toContain('"people"')
      expect(message).not.toContain('10.0.0.1')
      expect(extensions).toMatchObject({ serviceName: 'people', code })
    }
  },
)

test.each<[string, (data: Record<string, unknown>) => unknown]>([
  ['too few entities', () => ({ _entities: [{ name: 'x' }] })],
  ['too many entities', () => ({ _entities: [{ name: 'x' }, { name: 'y' }, { name: 'z' }] })],
  ['entities that are no list', () => ({ _entities: { name: 'x' } })],
  ['entities that are no objects', () => ({ _entities: ['x', ['y']] })],
  ['entities without the field', () => ({ _entities: [{ nam: 'x' }, {}] })],
  ['a field of another type', () => ({ _entities: [{ name: 7 }, { name: ['x'] }] })],
])('%s cost the field, wherever it stands', async (_, lie) => {
  const graph = await graphWith(async (own, { query }) => (query.includes('_entities') ? { data: lie({}) } : own()))
  const { data, errors = [] } = await graph.ask(QUESTION)
  expect(data).toEqual({ ...LOST, people: [{ id: 'a' }] })
  const places = errors.map(({ path }) => path?.slice(0, 3).join())
  expect(new Set(places)).toEqual(new Set(['books,0,author', 'books,1,author', 'books,2,author']))
})

test('an entity that a subgraph does not know is null and nothing more; where null may not be, it takes its parent', async () => {
  const graph = await graphWith(async (own, { query }) =>
    query.includes('_entities') ? { data: { _entities: [null, { name: 'b', mail: 'b' }] } } : own(),
  )
  expect(await graph.ask('{ books { id author { id name } } }')).toEqual({
    data: {
      books: [
        { id: '1', author: { id: 'a', name: null } },
        { id: '2', author: { id: 'b', name: 'b' } },
        { id: '3', author: { id: 'a', name: null } },
      ],
    },
  })
  const { data, errors } = await graph.ask('{ books { id author { mail } } }')
  expect(data).toEqual({
    books: [
      { id: '1', author: null },
      { id: '2', author: { mail: 'b' } },
      { id: '3', author: null },
    ],
  })
  expect(errors?.map(({ path }) => path)).toEqual([
    ['books', 0, 'author', 'mail'],
    ['books', 2, 'author', 'mail'],
  ])
})

test('a hostile subgraph answers for nothing but what it was asked', async () => {
  const graph = await graphWith(async (own, { query }) => {
    const evil = { motto: 'evil', books: [], id: 'evil', __typename: 'Evil', author: { id: 'evil' } }
    if (!query.includes('_entities')) return { data: { ...evil, people: [{ id: 'a', mail: 'm' }] } }
    const { data } = (await own()) as { data: { _entities: object[] } }
    return { data: { _entities: data._entities.map(one => ({ ...evil, ...one, id: 'evil', __typename: 'Evil' })) } }
  })
  expect(await graph.ask(QUESTION)).toEqual({
    data: {
      motto: 'm',
      books: ['a', 'b', 'a'].map((id, index) => ({ id: String(index + 1), author: { name: `name of ${id}` } })),
      people: [{ id: 'a' }],
    },
  })
})

describe('nor below it, where another subgraph may have nothing to say', () => {
  const evil = { name: 'evil', born: 666, names: ['evil', 'lord'], home: { street: 'evil', city: 'evil' } }
  const authors = [{ __typename: 'Author', id: 'a', ...evil }]
  const graph = (answer?: SmallSubgraph['answer']) =>
    openGraph({
      books: {
        sdl: BOOKS.sdl,
        resolvers: {},
        answer: () => ({ data: { books: [{ __typename: 'Book', id: '1', author: authors[0] }] } }),
      },
      people: {
        sdl: `type Query { people: [Author] } type Home { street: String  city: String }
          type Author @key(fields: "id") { id: ID!  name: String  born: Int  names: [String]  home: Home }`,
        resolvers: { Author: { name: () => null, born: () => 1900, names: () => ['a'], home: () => null } },
        ...(answer ? { answer } : {}),
      },
    })
  const question = '{ books { author { id name born names home { city } } } }'

  test('its values stand neither for nulls nor for lists of another length', async () => {
    const author = { id: 'a', name: null, born: 1900, names: ['a'], home: null }
    expect(await (await graph()).ask(question)).toEqual({ data: { books: [{ author }] } })
  })

  test('nor where the other one is dead', async () => {
    const { data, errors } = await (await graph(DEAD)).ask(question)
    const author = { id: 'a', name: null, born: null, names: null, home: null }
    expect(data).toEqual({ books: [{ author }] })
    expect(errors).toHaveLength(1)
  })
})

describe('lists of lists without end cost the fields of who sends them, also where a fetch or a client’s name is looked for in them', () => {
  const nested = (levels: number): unknown[] => {
    let list: unknown[] = []
    for (let level = 0; level < levels; level++) list = [list]
    return list
  }

  test.each([51, 200_000])('of %i levels', async levels => {
    const graph = await openGraph({
      books: { ...BOOKS, answer: () => ({ data: { books: nested(levels) } }) },
      people: PEOPLE,
    })
    for (const question of [
      '{ books { author { name } } people { id } }',
      '{ books { author { id: name } } people { id } }',
    ]) {
      const { data, errors } = await graph.ask(question)
      expect(data).toEqual({ books: null, people: [{ id: 'a' }] })
      expect(errors).toMatchObject([
        { path: ['books'], extensions: { code: 'SUBGRAPH_ANSWER_INVALID', serviceName: 'books' } },
      ])
    }
  })

  test('of as many as a question may have there are', async () => {
    const graph = await openGraph({
      people: {
        sdl: 'type Query { boxes: [[[Author]]] } type Author @key(fields: "id") { id: ID! }',
        resolvers: { Query: { boxes: () => [[[{ id: 'a' }, null], []], null] } },
      },
      names: {
        sdl: 'type Author @key(fields: "id") { id: ID!  name: String }',
        resolvers: { Author: { name: ({ id }: { id: string }) => `name of ${id}` } },
      },
    })
    expect(await graph.ask('{ boxes { name } }')).toEqual({
      data: { boxes: [[[{ name: 'name of a' }, null], []], null] },
    })
  })

  test('in what the context gives', async () => {
    const graph = await openGraph({
      orders: {
        sdl: `scalar Any  type Query { orders: [Order] }
          type Order @key(fields: "id") @context(name: "order") { id: ID!  currency: Any  line: Line }
          type Line @key(fields: "id") { id: ID!  price(in: Any @fromContext(field: "$order { currency }")): String }`,
        resolvers: {},
        answer: () => {
          const line = { __typename: 'Line', id: 'l' }
          return { data: { orders: [{ __typename: 'Order', id: '1', currency: nested(200_000), line }] } }
        },
      },
      people: PEOPLE,
    })
    const { data, errors } = await graph.ask('{ orders { line { id price } } people { id } }')
    expect(data).toEqual({ orders: [{ line: { id: 'l', price: null } }], people: [{ id: 'a' }] })
    expect(errors).toMatchObject([{ path: ['orders', 0, 'line'], extensions: { serviceName: 'orders' } }])
  })
})

test('what an operation would still fetch is not fetched once its client has gone', async () => {
  const leaving = new AbortController()
  const graph = await openGraph({
    books: { ...BOOKS, answer: own => own().finally(() => leaving.abort()) },
    people: PEOPLE,
  })
  await expect(graph.ask('{ books { author { name } } }', {}, { signal: leaving.signal })).rejects.toThrow('aborted')
  expect(graph.asked.map(({ subgraph }) => subgraph)).toEqual(['books'])
})

test('what fails because its client has gone is no failure of the subgraph', async () => {
  const leaving = new AbortController()
  const answer = () => {
    leaving.abort()
    throw new Error('broken off')
  }
  const graph = await openGraph({ books: { ...BOOKS, answer }, people: PEOPLE })
  await expect(graph.ask('{ motto }', {}, { signal: leaving.signal })).rejects.toThrow('aborted')
})

test('an error of what a field is computed of is told, though it was asked for of another type only', async () => {
  const graph = await openGraph({
    stock: {
      sdl: `type Query { found: [Found!] }  union Found = Map | Item  type Map { costs: Int }
        type Item @key(fields: "id") { id: ID!  costs: Int }`,
      resolvers: {
        Query: {
          found: () => [
            { __typename: 'Map', costs: 1 },
            { __typename: 'Item', id: '1', costs: new Error('nobody knows') },
          ],
        },
      },
    },
    shop: {
      sdl: 'type Item @key(fields: "id") { id: ID!  costs: Int @external  price: Int @requires(fields: "costs") }',
      resolvers: { Item: { price: ({ costs }: { costs: number | null }) => costs && costs + 1 } },
    },
  })
  const { data, errors } = await graph.ask('{ found { ... on Map { costs } ... on Item { price } } }')
  expect(data).toEqual({ found: [{ costs: 1 }, { price: null }] })
  expect(errors).toMatchObject([{ message: 'nobody knows', path: ['found', 1, 'costs'] }])
})

test('an error of a field that clients may not know is told where they asked, without its name', async () => {
  const graph = await openGraph({
    stock: {
      sdl: `type Query { items: [Item!] }
        type Item @key(fields: "id") { id: ID!  costs: Int @inaccessible }`,
      resolvers: {
        Query: { items: () => [{ id: '1' }] },
        Item: {
          costs: () => {
            throw new Error('nobody knows')
          },
        },
      },
    },
    shop: {
      sdl: `type Item @key(fields: "id") { id: ID!  costs: Int @external  price: Int @requires(fields: "costs") }`,
      resolvers: { Item: { price: () => 5 } },
    },
  })
  const { data, errors } = await graph.ask('{ items { price } }')
  expect(data).toEqual({ items: [{ price: 5 }] })
  expect(errors).toMatchObject([{ message: 'nobody knows', extensions: { serviceName: 'stock' } }])
  expect(errors?.[0]?.path).toEqual(['items', 0])
})

describe('what very many items lack', () => {
  const many = 2_500
  const items = (item: unknown) => Array.from({ length: many }, () => item)
  const shopWith = (answered: unknown[]) =>
    openGraph({
      shop: {
        sdl: `type Query { items: [Item]  rows: [[Item!]] }
          type Item { name: String!  price: Int }`,
        resolvers: {},
        answer: (_, { query }) => ({ data: query.includes('rows') ? { rows: answered } : { items: answered } }),
      },
    })

  test.each<[string, unknown, string, unknown]>([
    ['a field that may not be null and is', { name: null }, '{ items { name } }', null],
    ['a field that nobody gave', { name: 'x' }, '{ items { name price } }', { name: 'x', price: null }],
    ['a value of another type', { name: 'x', price: 'y' }, '{ items { name price } }', { name: 'x', price: null }],
    ['an item that may not be null and is', [null], '{ rows { name } }', null],
  ])('%s: the first hundred are told, and how many there are besides', async (_, item, query, expected) => {
    const { data, errors = [] } = await (await shopWith(items(item))).ask(query)
    expect(Object.values(data!)).toEqual([items(expected)])
    expect(errors).toHaveLength(101)
    expect(errors.slice(0, 100).map(({ path }) => path![1])).toEqual(Array.from({ length: 100 }, (_, index) => index))
    expect(errors[100]).toEqual({
      message: `${many - 100} more errors about what this answer lacks are left out.`,
      extensions: { code: 'INCOMPLETE_ANSWER_LEFT_OUT', count: many - 100 },
    })
  })

  test('a hundred are told, and nothing is left out', async () => {
    const { errors } = await (await shopWith(items({ name: null }).slice(0, 100))).ask('{ items { name } }')
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(Array(100).fill('INCOMPLETE_ANSWER'))
  })
})

test('the fetches of one operation share a bound of a thousand errors, and each subgraph is heard', async () => {
  const books = Array.from({ length: 900 }, (_, id) => ({ id: String(id), author: { id: `a${id}` } }))
  const subgraph = (sdl: string): SmallSubgraph => ({ sdl, resolvers: {}, answer: DEAD })
  const graph = await openGraph({
    books: { ...BOOKS, resolvers: { Query: { books: () => books } } },
    people: subgraph('type Author @key(fields: "id") { id: ID!  name: String }'),
    prices: subgraph('type Book @key(fields: "id") { id: ID!  price: Int }'),
    reviews: subgraph('type Book @key(fields: "id") { id: ID!  stars: Int }'),
  })
  const { data, errors = [] } = await graph.ask(
    '{ books { author { name } price stars } again: books { author { name } price stars } }',
  )
  expect(data!.again).toHaveLength(books.length)
  const told = errors.filter(({ extensions }) => extensions.code === 'SUBGRAPH_UNREACHABLE')
  const leftOut = errors.filter(({ extensions }) => extensions.code === 'SUBGRAPH_ERRORS_LEFT_OUT')
  expect(told.length).toBeLessThanOrEqual(1_002)
  for (const errorsOf of [told, leftOut])
    expect(new Set(errorsOf.map(({ extensions }) => extensions.serviceName))).toEqual(
      new Set(['people', 'prices', 'reviews']),
    )
  expect(leftOut).toHaveLength(3)
  const counts = leftOut.map(({ extensions }) => extensions.count as number)
  expect(counts.reduce((sum, one) => sum + one, told.length)).toBe(3 * 2 * books.length)
})
