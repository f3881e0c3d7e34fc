import { type Answer, openGraph, type SmallSubgraph } from './small-graph.js'

/** `lost` may be asked of `far` only, which says nothing of it; each question has it somewhere else. */
const GRAPH: Record<string, SmallSubgraph> = {
  near: {
    sdl: `type Query { one: Thing  must: Thing!  list: [Thing]  strict: [Thing!]  nested: [[Thing!]]  box: Box }
      type Box { of: Inner!  more: String } type Inner { thing: Thing! }
      type Thing @key(fields: "id") { id: ID! }`,
    resolvers: {
      Query: {
        one: () => ({ id: '1' }),
        must: () => ({ id: '1' }),
        list: () => [{ id: '1' }, null, { id: '2' }],
        strict: () => [{ id: '1' }, { id: '2' }],
        nested: () => [[{ id: '1' }], null, []],
        box: () => ({ of: { thing: { id: '1' } }, more: 'more' }),
      },
    },
  },
  far: {
    sdl: 'type Thing @key(fields: "id") { id: ID!  lost: String  strictlyLost: Int!  there: String }',
    resolvers: {},
    answer: (_, { query, variables }) => ({
      data: {
        _entities: (variables.representations as object[]).map(() => (query.includes('there') ? { there: 't' } : {})),
      },
    }),
  },
}

test.each<{ query: string; data: unknown; lost: (string | number)[][]; field: string }>([
  { query: '{ one { id lost } }', data: { one: { id: '1', lost: null } }, lost: [['one', 'lost']], field: 'lost' },
  { query: '{ one { a: lost } }', data: { one: { a: null } }, lost: [['one', 'a']], field: 'lost' },
  {
    query: '{ one { id strictlyLost } }',
    data: { one: null },
    lost: [['one', 'strictlyLost']],
    field: 'strictlyLost',
  },
  { query: '{ must { id strictlyLost } }', data: null, lost: [['must', 'strictlyLost']], field: 'strictlyLost' },
  {
    query: '{ list { id lost there } }',
    data: { list: [{ id: '1', lost: null, there: 't' }, null, { id: '2', lost: null, there: 't' }] },
    lost: [
      ['list', 0, 'lost'],
      ['list', 2, 'lost'],
    ],
    field: 'lost',
  },
  {
    query: '{ list { strictlyLost } }',
    data: { list: [null, null, null] },
    lost: [
      ['list', 0, 'strictlyLost'],
      ['list', 2, 'strictlyLost'],
    ],
    field: 'strictlyLost',
  },
  {
    query: '{ strict { id strictlyLost } one { id } }',
    data: { strict: null, one: { id: '1' } },
    lost: [
      ['strict', 0, 'strictlyLost'],
      ['strict', 1, 'strictlyLost'],
    ],
    field: 'strictlyLost',
  },
  {
    query: '{ nested { strictlyLost } }',
    data: { nested: [null, null, []] },
    lost: [['nested', 0, 0, 'strictlyLost']],
    field: 'strictlyLost',
  },
  {
    query: '{ box { more of { thing { lost } } } }',
    data: { box: { more: 'more', of: { thing: { lost: null } } } },
    lost: [['box', 'of', 'thing', 'lost']],
    field: 'lost',
  },
  {
    query: '{ box { more of { thing { strictlyLost } } } }',
    data: { box: null },
    lost: [['box', 'of', 'thing', 'strictlyLost']],
    field: 'strictlyLost',
  },
])(
  'a field that its subgraph does not answer for is an error that names it: $query',
  async ({ query, data, lost, field }) => {
    const answer: Answer = await (await openGraph(GRAPH)).ask(query)
    expect(answer.data).toEqual(data)
    expect(answer.errors?.map(({ path }) => path)).toEqual(lost)
    for (const { message, extensions } of answer.errors!) {
      expect(message).toBe(`No subgraph answered for field Thing.${field}.`)
      expect(extensions).toEqual({ code: 'INCOMPLETE_ANSWER' })
    }
  },
)

test.each(['{ one { lost } }', '{ list { lost } }', '{ box { of { thing { strictlyLost } } } }'])(
  'where nobody at all can be asked for it, the operation is refused: %s',
  async query => {
    const unsatisfiable = (supergraph: string) =>
      supergraph.replaceAll(/(@join__type\(graph: FAR, key: "id")/g, '$1, resolvable: false')
    await expect((await openGraph(GRAPH, unsatisfiable)).ask(query)).rejects.toMatchObject({
      extensions: { code: 'OPERATION_UNPLANNABLE' },
    })
  },
)
