import { readAnswer } from '../../gateway/src/executor/http-data-source.js'
import { openGraph } from './small-graph.js'

const TEXTS = [
  'plain',
  'Zoë 東京 🌋',
  'a "quote"',
  'a \\ backslash',
  'two\nlines',
  '\u0000',
  '\u2028',
  '\ud800 alone',
  '',
]

/** Subgraphs as over HTTP: an answer is read from its text. */
const overHttp = async (own: () => Promise<unknown>) => readAnswer('texts', 200, JSON.stringify(await own()))

const subgraph = (field: string, texts: readonly string[], answer?: typeof overHttp) => ({
  sdl: `scalar Any  type Query { ${field}: [String!]  ${field}Ids: [ID!]  ${field}Any: Any }`,
  resolvers: { Query: { [field]: () => texts, [`${field}Ids`]: () => texts, [`${field}Any`]: () => ({ texts }) } },
  ...(answer ? { answer } : {}),
})

test.each(TEXTS)('the text %j comes as it is, whatever else is in the answer and however it came', async text => {
  const graph = await openGraph({
    plain: subgraph('plain', ['nothing'], overHttp),
    read: subgraph('read', [text], overHttp),
    // No text tells of these what is in them.
    own: subgraph('own', [text]),
  })
  const fields = (name: string) => `${name} ${name}Ids ${name}Any`
  const all = (name: string, one: string) => ({
    [name]: [one],
    [`${name}Ids`]: [one],
    [`${name}Any`]: { texts: [one] },
  })
  expect(await graph.ask(`{ ${fields('plain')} ${fields('read')} }`)).toEqual({
    data: { ...all('plain', 'nothing'), ...all('read', text) },
  })
  expect(await graph.ask(`{ ${fields('read')} ${fields('own')} }`)).toEqual({
    data: { ...all('read', text), ...all('own', text) },
  })
})

test.each(TEXTS)('the text %j comes as it is, whichever of two subgraphs is asked last', async text => {
  const of = (field: string, value: string) => ({
    sdl: `type Mutation { ${field}: String }  type Query { ${field}: String }`,
    resolvers: { Mutation: { [field]: () => value } },
    answer: overHttp,
  })
  const graph = await openGraph({ plain: of('plain', 'nothing'), read: of('read', text) })
  for (const question of ['mutation { plain read }', 'mutation { read plain }'])
    expect(await graph.ask(question)).toEqual({ data: { plain: 'nothing', read: text } })
})
