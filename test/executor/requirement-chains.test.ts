import { type FieldDefinitionNode, Kind, parse, print } from 'graphql'
import { openGraph, type SmallSubgraph } from './small-graph.js'

/** Chains of requirements that are harder than a step after another on one object. */
const CHAINS: [reason: string, subgraphs: [a: string, b: string], query: string, thing: unknown][] = [
  [
    'of which clients may not know a step',
    [
      'type Thing @key(fields: "id") { id: ID!  first: String @inaccessible @requires(fields: "base")  base: String @external }',
      `type Thing @key(fields: "id") { id: ID!  base: String @inaccessible  second: String @requires(fields: "first")
        first: String @external }`,
    ],
    '{ thing { second } }',
    { second: 'second of first of base' },
  ],
  [
    'by way of another object',
    [
      `type Thing @key(fields: "id") { id: ID!  other: Other }
      type Other @key(fields: "id") { id: ID!  first: String @requires(fields: "base")  base: String @external }`,
      `type Thing @key(fields: "id") { id: ID!  second: String @requires(fields: "other { first }")  other: Other @external }
      type Other @key(fields: "id") { id: ID!  base: String  first: String @external }`,
    ],
    '{ thing { second ... on Thing { again: second } } }',
    { second: 'second of first of base', again: 'second of first of base' },
  ],
  [
    'by way of an object of its own',
    [
      `type Thing @key(fields: "id") { id: ID!  other: Other  second: String @requires(fields: "other { first }") }
      type Other @key(fields: "id") { id: ID!  first: String @external  base: String }`,
      `type Other @key(fields: "id") { id: ID!  first: String @requires(fields: "base")  base: String @external }`,
    ],
    '{ thing { second } }',
    { second: 'second of first of base' },
  ],
  [
    'by way of an object that is a step itself',
    [
      `type Thing @key(fields: "id") { id: ID!  other: Other @requires(fields: "base")  base: String @external }
      type Other @key(fields: "id") { id: ID! }`,
      `type Thing @key(fields: "id") { id: ID!  base: String  second: String @requires(fields: "other { third }")
        other: Other @external } type Other @key(fields: "id") { id: ID!  third: String }`,
    ],
    '{ thing { second other { id } } }',
    { second: 'second of third', other: { id: 'base' } },
  ],
  [
    'of objects of which their subgraph is told more, but not that',
    [
      `type Thing @key(fields: "id") { id: ID!  other: Thing @provides(fields: "base")  base: String @external
        second: String @requires(fields: "first")  first: String @external  zero: String }`,
      `type Thing @key(fields: "id") { id: ID!  base: String @shareable  first: String @requires(fields: "zero")
        zero: String @external }`,
    ],
    '{ thing { other { base second } } }',
    { other: { base: 'base', second: 'second of first of zero' } },
  ],
  [
    'asked for through an interface',
    [
      `interface Named { second: String }
      type Thing implements Named @key(fields: "id") { id: ID!  second: String @requires(fields: "first")
        first: String @external  named: Named  zero: String }
      type Nobody implements Named { second: String }`,
      `type Thing @key(fields: "id") { id: ID!  first: String @requires(fields: "zero")  zero: String @external }`,
    ],
    'query ($no: Boolean = false) { thing { named { second @skip(if: $no) __typename } } }',
    { named: { second: 'second of first of zero', __typename: 'Thing' } },
  ],
]

test.each(CHAINS)('%s', async (_, [a, b], query, thing) => {
  const graph = await openGraph({ a: telling(`type Query { thing: Thing } ${a}`), b: telling(b) })
  expect(await graph.ask(query)).toEqual({ data: { thing } })
})

test('fields that take the same are fetched as one, once that is there', async () => {
  const graph = await openGraph({
    a: telling(`type Query { thing: Thing } type Thing @key(fields: "id") { id: ID!  first: String @external  base: String
      second: String @requires(fields: "first")  also: String @requires(fields: "first") }`),
    b: telling(
      `type Thing @key(fields: "id") { id: ID!  base: String @external  first: String @requires(fields: "base") }`,
    ),
  })
  expect(await graph.ask('{ thing { second also } }')).toEqual({
    data: { thing: { second: 'second of first of base', also: 'also of first of base' } },
  })
  expect(graph.asked.map(({ subgraph }) => subgraph)).toEqual(['a', 'b', 'a'])
})

test('what a mutation answers is whole before the next one runs', async () => {
  let count = 0
  const counting = { count: () => `${count}` }
  const a = telling(`type Query { thing: Thing } type Mutation { addInA: Thing } type Thing @key(fields: "id") { id: ID!
    second: String @requires(fields: "first")  first: String @external  count: String }`)
  const b = telling(`type Mutation { addInB: Int } type Thing @key(fields: "id") { id: ID!  count: String @external
    first: String @requires(fields: "count") }`)
  const graph = await openGraph({
    a: {
      ...a,
      resolvers: {
        Mutation: { addInA: () => ({ id: `${++count}` }) },
        Thing: { ...(a.resolvers.Thing as object), ...counting },
      },
    },
    b: { ...b, resolvers: { ...b.resolvers, Mutation: { addInB: () => ++count } } },
  })
  expect(await graph.ask('mutation { addInA { second } addInB again: addInA { second } }')).toEqual({
    data: { addInA: { second: 'second of first of 1' }, addInB: 2, again: { second: 'second of first of 3' } },
  })
  const order = graph.asked.map(({ query }) => /\b(addIn\w|first|second)\b/.exec(query)![1])
  expect(order).toEqual(['addInA', 'first', 'second', 'addInB', 'addInA', 'first', 'second'])
})

/** A subgraph of which each field tells its name, and what is computed only of what it was told of: that too. */
function telling(sdl: string): SmallSubgraph {
  const resolvers: Record<string, Record<string, unknown>> = {}
  for (const one of parse(sdl).definitions) {
    if (one.kind !== Kind.OBJECT_TYPE_DEFINITION || one.name.value === 'Mutation') continue
    const fields = (one.fields ?? []).filter(({ name }) => name.value !== 'id')
    resolvers[one.name.value] = Object.fromEntries(fields.map(field => [field.name.value, resolverOf(field)]))
    if (one.directives?.length) resolvers[one.name.value]!.__resolveReference = async (given: object) => given
  }
  return { sdl, resolvers }
}

function resolverOf({ name, type, directives }: FieldDefinitionNode) {
  const requires = directives?.find(one => one.name.value === 'requires')?.arguments?.[0]?.value
  const steps = requires?.kind === Kind.STRING ? requires.value.match(/\w+/g)! : undefined
  return (given: Record<string, unknown> = {}) => {
    const of = steps?.reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], given)
    const typeName = print(type)
    if (typeName === 'String') return steps ? `${name.value} of ${of}` : name.value
    return { __typename: typeName === 'Named' ? 'Thing' : typeName, id: steps ? of : '1' }
  }
}
