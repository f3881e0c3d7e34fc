import { buildSchema, getOperationAST, parse } from 'graphql'
import { Losses } from './losses.js'
import { compileProjection } from './projection.js'

const schema = buildSchema(`scalar Any  type Query { a: Int  any: Any  thing: Thing  things: [Thing] }
  interface Thing { id: ID } type Book implements Thing { id: ID  more: Thing } type Map implements Thing { id: ID  scale: Int }`)

function projected(query: string, fetched: object) {
  const document = parse(query)
  const losses = new Losses()
  const text = compileProjection(schema, document, getOperationAST(document)!, {})(fetched as never, losses)
  return [text, losses.unexplained({}, [], new Set()).map(({ message, path }) => `${path!.join('.')}: ${message}`)]
}

test.each(Object.getOwnPropertyNames(Object.prototype))(
  'an alias called %s is what was fetched, and missing where nothing was',
  name => {
    for (const field of ['a', 'any']) {
      const query = `{ ${name}: ${field} }`
      expect(projected(query, JSON.parse(`{"${name}": 7}`))).toEqual([`{"${name}":7}`, []])
      const missing = `${name}: No subgraph answered for field Query.${field}.`
      expect(projected(query, {})).toEqual([`{"${name}":null}`, [missing]])
    }
    const missing = `${name}: No subgraph answered for field Query.thing.`
    expect(projected(`{ ${name}: thing { id } }`, {})).toEqual([`{"${name}":null}`, [missing]])
  },
)

test('an object that names itself by what every object has is of no type', () => {
  for (const __typename of ['constructor', '__proto__', 'Query', 'String', 7, null, {}]) {
    const [text, losses] = projected('{ thing { id } }', { thing: { __typename, id: '1' } })
    expect([__typename, text, (losses as string[]).length]).toEqual([
      __typename,
      __typename === null ? '{"thing":{"id":"1"}}' : '{"thing":null}',
      __typename === null ? 0 : 1,
    ])
  }
})

describe('an object of which only an interface is known', () => {
  const thing = { __typename: 'Thing', id: '1' }

  test('is told as far as the question is about the interface', () => {
    expect(projected('{ thing { ... on Thing { id } } }', { thing })).toEqual(['{"thing":{"id":"1"}}', []])
  })

  test.each(['{ thing { id __typename } }', '{ thing { id ... on Book { id } } }'])(
    'has no type that could be told, and nothing that depends on it: %s',
    query => {
      const [text, losses] = projected(query, { thing })
      expect([text, (losses as string[]).length]).toEqual(['{"thing":null}', 1])
    },
  )
})
