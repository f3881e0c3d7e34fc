import { buildSchema, defaultFieldResolver, execute, type GraphQLFieldResolver, parse } from 'graphql'
import { type Answer, openGraph } from './small-graph.js'

/** What ran, in its order. */
type Log = string[]

const FIELDS = 'add(n: Int = 1): Count  fail(n: Int): Count  must(n: Int): Count!'
const COUNT = 'count: Int @shareable  last: String @shareable  of(n: Int): String @shareable'

/** `add(n: 2)` of the first subgraph and `addB(n: 2)` of the second; each tells how many ran before it. */
function resolversOf(log: Log): Record<string, GraphQLFieldResolver<unknown, unknown>> {
  const ran =
    (name: string): GraphQLFieldResolver<unknown, unknown> =>
    (_, { n }: { n?: number }) => {
      log.push(`${name} ${n}`)
      if (name !== 'add' && name !== 'addB') throw new Error(`${name} fails`)
      return { id: '1', count: log.length, last: log.at(-1), of: ({ n: of }: { n?: number }) => `of ${of}` }
    }
  return Object.fromEntries(['add', 'fail', 'must', 'addB', 'failB'].map(name => [name, ran(name)]))
}

/** The answer and what ran, of one schema and of two subgraphs. */
async function both(query: string, variables: Record<string, unknown>) {
  const expected: Log = []
  const resolvers = resolversOf(expected)
  const one = await execute({
    schema: buildSchema(`directive @shareable on FIELD_DEFINITION  type Query { q: Int }
      type Count { id: ID!  ${COUNT}  more: String }  interface Changes { add(n: Int = 1): Count }
      type Mutation implements Changes { ${FIELDS}  addB(n: Int): Count  failB(n: Int): Count }`),
    document: parse(query),
    variableValues: variables,
    rootValue: {},
    fieldResolver: (source, args, context, info) => {
      if (info.parentType.name === 'Mutation') return resolvers[info.fieldName]!(source, args, context, info)
      return info.fieldName === 'more' ? 'more' : defaultFieldResolver(source, args, context, info)
    },
  })
  const log: Log = []
  const { addB, failB, ...ofA } = resolversOf(log)
  const graph = await openGraph({
    a: {
      sdl: `type Query { q: Int } type Count @key(fields: "id") { id: ID!  ${COUNT} }
        interface Changes { add(n: Int = 1): Count }  type Mutation implements Changes { ${FIELDS} }`,
      resolvers: { Mutation: ofA },
    },
    b: {
      sdl: `type Count @key(fields: "id") { id: ID!  ${COUNT}  more: String }
        type Mutation { addB(n: Int): Count  failB(n: Int): Count }`,
      resolvers: {
        Mutation: { addB, failB },
        Count: { __resolveReference: async (one: object) => one, more: () => 'more' },
      },
    },
  })
  return {
    expected: { ...(JSON.parse(JSON.stringify(one)) as Answer), log: expected },
    given: { ...(await graph.ask(query, variables)), log },
  }
}

const told = ({ errors }: Answer) => errors?.map(({ message, path }) => ({ message, path }))

const TYPES = { $yes: 'Boolean!', $no: 'Boolean = false', $n: 'Int = 4' }

const F = 'fragment F on Mutation { add { count } }'

describe('each root field of a mutation runs as often as one schema would run it, and in its order', () => {
  describe.each([{ yes: true }, { yes: false }, { yes: true, no: true }])('%j', variables => {
    test.each([
      ['a fragment twice', `{ ...F ...F @include(if: $yes) } ${F}`],
      ['a fragment twice, the condition first', `{ ...F @include(if: $yes) ...F } ${F}`],
      ['a fragment under two conditions', `{ ...F @skip(if: $no) ...F @include(if: $yes) } ${F}`],
      [
        'inline fragments',
        '{ ... @include(if: $yes) { add { count } } ... on Mutation @skip(if: $no) { add { last } } }',
      ],
      ['fields', '{ add { count } add @include(if: $yes) { count } add @skip(if: $yes) { last } }'],
      [
        'different selections below',
        '{ a: add { count } a: add @include(if: $yes) { last more } a: add { of(n: 2) more } }',
      ],
      ['conditions below', '{ add { count @include(if: $yes) } }'],
      [
        'conditions below, all alike',
        '{ add { count @include(if: $yes) last @include(if: $yes) } addB { more @skip(if: $yes) } }',
      ],
      [
        'the same field below under conditions',
        '{ add { ...C } add { ...C @skip(if: $yes) } } fragment C on Count { count more }',
      ],
      [
        'nested fragments',
        `{ ...G ...G @skip(if: $no) ...F @include(if: $yes) } fragment G on Mutation { addB { count } ... @include(if: $yes) { ...F } } ${F}`,
      ],
      [
        'fragments on an interface',
        '{ ... on Changes { add { count } } ... on Changes @include(if: $yes) { add { last } } }',
      ],
      ['two aliases', '{ one: add { count } two: add { count } two: add @include(if: $yes) { count } }'],
      [
        'two subgraphs in turn',
        '{ one: add { count more } two: addB { count } three: add(n: 3) { count } one: add @include(if: $yes) { last } four: addB { last } }',
      ],
      [
        'one fails in the middle',
        '{ one: add { count } fail @include(if: $yes) { count } fail { last } two: add { count } }',
      ],
      [
        'one fails between subgraphs',
        '{ one: add { count } failB { count } ... @include(if: $yes) { failB { count } two: addB { count } } three: add { count } }',
      ],
      [
        'one that may not be null fails last',
        '{ one: add { count } must(n: 1) { count } must(n: 1) @include(if: $yes) { last } }',
      ],
      ['nothing at all', '{ add @skip(if: true) { count } addB @include(if: $no) { count } }'],
      [
        'constant conditions',
        '{ add @include(if: true) { count } add @skip(if: false) { last } addB @include(if: false) { count } }',
      ],
      ['the type’s name', '{ t: __typename add @include(if: $yes) { __typename } __typename }'],
      ['arguments from variables', '{ add(n: $n) { count } add(n: $n) @skip(if: $no) { of(n: $n) } }'],
    ])('%s', async (_, text) => {
      const declared = Object.entries(TYPES).filter(([name]) => new RegExp(`\\${name}\\b`).test(text))
      const { given, expected } = await both(
        `mutation ${declared.length > 0 ? `(${declared.map(one => one.join(': ')).join()})` : ''} ${text}`,
        variables,
      )
      expect(given.log).toEqual(expected.log)
      expect(JSON.stringify(given.data)).toBe(JSON.stringify(expected.data))
      expect(told(given)).toEqual(told(expected))
    })
  })

  test('the values of the conditions have plans of their own', async () => {
    let ran = 0
    const graph = await openGraph({
      a: { sdl: 'type Query { q: Int } type Mutation { add: Int }', resolvers: { Mutation: { add: () => ++ran } } },
    })
    const question = 'mutation ($yes: Boolean = false) { add @include(if: $yes) }'
    expect(await graph.ask(question)).toEqual({ data: {} })
    expect(await graph.ask(question, { yes: true })).toEqual({ data: { add: 1 } })
    expect(await graph.ask(question, { yes: false })).toEqual({ data: {} })
    expect(await graph.ask(question, { yes: true })).toEqual({ data: { add: 2 } })
  })

  test('what an explicit null leaves out is not run either, whatever the default says', async () => {
    let ran = 0
    const graph = await openGraph({
      a: { sdl: 'type Query { q: Int } type Mutation { add: Int }', resolvers: { Mutation: { add: () => ++ran } } },
    })
    const question = 'mutation ($yes: Boolean = true) { add @include(if: $yes) }'
    expect(await graph.ask(question, { yes: null })).toEqual({ data: {} })
    expect(ran).toBe(0)
    expect(await graph.ask(question)).toEqual({ data: { add: 1 } })
  })
})
