import { stripIgnoredCharacters } from 'graphql'
import { fetchesOf } from '../../gateway/src/executor/plan/described/description.js'
import { openGraph, type SmallSubgraph } from './small-graph.js'

const given = async (one: object) => one
const known =
  (typeName: string) =>
  async ({ id, ...more }: { id: string }) => ({ __typename: typeName, id, ...more })

/** `second` takes `first`, which takes `base`: asked for through an interface of which one subgraph knows the name only. */
const THINGS: Record<string, SmallSubgraph> = {
  home: {
    sdl: `type Query { all: [Thing] } interface Thing @key(fields: "id") { id: ID!  label(n: Int): String }
      type Item implements Thing @key(fields: "id") { id: ID!  first(mark: String): String @requires(fields: "base")
        base: Int @external  own: String  serial: ID!  label(n: Int): String }
      type Other implements Thing @key(fields: "id") { id: ID!  own: Int  label(n: Int): String }`,
    resolvers: {
      Query: { all: () => [{ __typename: 'Item', id: '1' }] },
      Thing: {
        __resolveReference: async ({ id }: { id: string }) => ({ __typename: id === 'o' ? 'Other' : 'Item', id }),
      },
      Item: {
        __resolveReference: known('Item'),
        own: () => 'own',
        serial: ({ id }: { id: string }) => `serial ${id}`,
        label: ({ id }: { id: string }, { n }: { n?: number }) => `label ${n} of ${id}`,
        first: ({ base }: { base?: number }, { mark }: { mark?: string }) => `first(${mark ?? ''}) of ${base}`,
      },
      Other: { __resolveReference: known('Other'), own: () => 7, label: () => null },
    },
  },
  far: {
    sdl: `type Item @key(fields: "id") { id: ID!  base: Int  second: String @requires(fields: "first(mark: \\"x\\")")
      first(mark: String): String @external  part: Part @requires(fields: "first(mark: \\"y\\")") }
      type Part @key(fields: "no") { no: ID!  of: Item }`,
    resolvers: {
      Item: {
        __resolveReference: given,
        base: ({ id }: { id: string }) => Number(id),
        second: ({ first }: { first?: string }) => `second of ${first}`,
        part: ({ first }: { first?: string }) => ({ no: first }),
      },
      Part: { __resolveReference: given, of: ({ no }: { no: string }) => ({ id: no.at(-1) }) },
    },
  },
  names: {
    sdl: `type Query { things: [Thing] }
      type Thing @key(fields: "id") @interfaceObject { id: ID!  extra: String
        label(n: Int): String @external  told: String @requires(fields: "label(n: 1)") }`,
    resolvers: {
      Query: { things: () => [{ id: '1' }, { id: 'o' }, { id: '2' }] },
      Thing: {
        __resolveReference: given,
        extra: ({ id }: { id: string }) => `extra ${id}`,
        told: ({ label }: { label?: string }) => `told ${label}`,
      },
    },
  },
}
/** A name that is one thing for one type and another for the other. */
const APART = [
  '{ things { ... on Item { id: serial second } ... on Other { id n: own } } }',
  '{ things { ... on Other { id n: own } ... on Item { id: serial second } } }',
]

const first = (mark: string, id: string) => `first(${mark}) of ${id}`

test.each<{ query: string; things: unknown; variables?: Record<string, unknown> }>([
  {
    query: '{ things { id ... on Item { second } } }',
    things: [
      { id: '1', second: `second of ${first('x', '1')}` },
      { id: 'o' },
      { id: '2', second: `second of ${first('x', '2')}` },
    ],
  },
  {
    query:
      'query ($no: Boolean = true) { things { extra ... on Item @skip(if: $no) { second } ... on Other { n: own } } }',
    things: [{ extra: 'extra 1' }, { extra: 'extra o', n: 7 }, { extra: 'extra 2' }],
  },
  {
    query:
      'query ($no: Boolean = true) { things { ... on Item @skip(if: $no) { second } ... on Item @include(if: $no) { first } } }',
    things: [{ second: `second of ${first('x', '1')}` }, {}, { second: `second of ${first('x', '2')}` }],
    variables: { no: false },
  },
  {
    query: '{ things { ... on Item { first: own second first2: first(mark: "z") } } }',
    things: ['1', 'o', '2'].map(id =>
      id === 'o' ? {} : { first: 'own', second: `second of ${first('x', id)}`, first2: first('z', id) },
    ),
  },
  {
    query: '{ things { ... on Item { part { no of { second } } } } }',
    things: ['1', 'o', '2'].map(id =>
      id === 'o' ? {} : { part: { no: first('y', id), of: { second: `second of ${first('x', id)}` } } },
    ),
  },
  {
    query: 'query ($no: Boolean = false) { things { extra ... on Item @skip(if: $no) { own @include(if: $no) } } }',
    things: [{ extra: 'extra 1' }, { extra: 'extra o' }, { extra: 'extra 2' }],
  },
  {
    query: '{ things { told ... on Item { label(n: 2) second } } }',
    things: [
      { told: 'told label 1 of 1', label: 'label 2 of 1', second: `second of ${first('x', '1')}` },
      { told: 'told null' },
      { told: 'told label 1 of 2', label: 'label 2 of 2', second: `second of ${first('x', '2')}` },
    ],
  },
])(
  'what takes a field with arguments that takes another field, behind an interface object: $query',
  async ({ query, things, variables }) => {
    const graph = await openGraph(THINGS)
    expect(await graph.ask(query, variables)).toEqual({ data: { things } })
  },
)

test('each step is asked for once for all objects, and the plan that is told is the one that runs', async () => {
  const graph = await openGraph(THINGS)
  const question = '{ things { ... on Item { second } } }'
  await graph.ask(question)
  const asked = graph.asked.filter(({ query }) => query.includes('second'))
  expect(asked).toHaveLength(1)
  expect(asked[0]!.variables.representations).toEqual(
    ['1', '2'].map(id => ({ __typename: 'Item', id, first: first('x', id) })),
  )
  const { plan, fields } = await graph.describe(question)
  const told = fetchesOf(plan).map(({ operation }) => stripIgnoredCharacters(operation))
  expect(graph.asked.filter(({ query }) => !told.includes(stripIgnoredCharacters(query)))).toEqual([])
  expect(fields.find(({ coordinate }) => coordinate === 'Item.second')?.subgraphs).toEqual(['far'])
})

test('where what a late field takes is lost, it is lost too, with the error of that', async () => {
  const graph = await openGraph({
    ...THINGS,
    far: {
      ...THINGS.far!,
      answer: async (own, { query }) => (/\bbase\b/.test(query) ? { data: null, errors: [{ message: 'no' }] } : own()),
    },
  })
  const { data, errors } = await graph.ask('{ things { extra ... on Item { second } } }')
  expect(data).toEqual({
    things: [{ extra: 'extra 1', second: null }, { extra: 'extra o' }, { extra: 'extra 2', second: null }],
  })
  expect(new Set(errors?.map(({ path }) => path?.[1]))).toEqual(new Set([0, 2]))
})

test.each(APART)(
  'a client’s name that is the name of a key on one type and the key itself on another: %s',
  async query => {
    const graph = await openGraph(THINGS)
    const items = (id: string) => ({ id: `serial ${id}`, second: `second of ${first('x', id)}` })
    expect(await graph.ask(query)).toEqual({ data: { things: [items('1'), { id: 'o', n: 7 }, items('2')] } })
  },
)

test('a condition whose variable is not given is what its default says, wherever it stands', async () => {
  const graph = await openGraph(THINGS)
  for (const [yes, given] of [
    [true, {}],
    [false, { on: false }],
    [true, { on: true }],
  ] as const) {
    const question = `query ($on: Boolean = true) { things @include(if: $on) { extra }
      all { id ... on Item @include(if: $on) { second own @skip(if: $on) } } }`
    expect(await graph.ask(question, given)).toEqual({
      data: {
        ...(yes ? { things: ['1', 'o', '2'].map(id => ({ extra: `extra ${id}` })) } : {}),
        all: [{ id: '1', ...(yes ? { second: `second of ${first('x', '1')}` } : {}) }],
      },
    })
  }
})

test('what an explicit null leaves out is not asked for, whatever the default says', async () => {
  const graph = await openGraph(THINGS)
  const question = 'query ($on: Boolean = true) { things @include(if: $on) { extra } }'
  expect(await graph.ask(question, { on: null })).toEqual({ data: {} })
  expect(graph.asked).toEqual([])
})

test('of an interface object, what takes nothing is told though a condition leaves out what another field takes', async () => {
  const items = [
    { id: '1', size: 5 },
    { id: '2', size: undefined },
  ]
  const graph = await openGraph({
    home: {
      sdl: `type Query { items: [Item] } interface Sized @key(fields: "id") { id: ID!  size: Int }
        type Item implements Sized @key(fields: "id") { id: ID!  size: Int }`,
      resolvers: { Query: { items: () => items } },
    },
    scales: {
      sdl: `type Sized @key(fields: "id") @interfaceObject {
          id: ID!  size: Int @external  weighed: String @requires(fields: "size")  extra: String }`,
      resolvers: {
        Sized: {
          __resolveReference: given,
          weighed: ({ size }: { size?: number }) => `weighed ${size}`,
          extra: ({ id }: { id: string }) => `extra of ${id}`,
        },
      },
    },
  })
  const ask = (yes: boolean) => graph.ask('query ($yes: Boolean!) { items { weighed @skip(if: $yes) extra } }', { yes })
  expect(await ask(true)).toEqual({ data: { items: [{ extra: 'extra of 1' }, { extra: 'extra of 2' }] } })
  expect((await ask(false)).data).toEqual({
    items: [
      { weighed: 'weighed 5', extra: 'extra of 1' },
      { weighed: 'weighed null', extra: 'extra of 2' },
    ],
  })
})
