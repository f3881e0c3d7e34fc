import { buildSchema } from 'graphql'
import { Types } from './types.js'

const types = new Types(
  buildSchema(`type Query { found: Found } union Found = Book | Map  interface Thing { id: ID } interface Part implements Thing { id: ID }
    type Book implements Thing { id: ID } type Map { id: ID } type Wheel implements Part & Thing { id: ID }`),
)

test.each([
  ['Found', ['Found', 'Book', 'Map']],
  ['Thing', ['Thing', 'Part', 'Book', 'Wheel']],
  ['Part', ['Part', 'Wheel']],
  ['Book', ['Book']],
  ['Hidden', ['Hidden']],
])('what is asked for of %s is asked of %j', (condition, covered) => {
  const all = ['Found', 'Thing', 'Part', 'Book', 'Map', 'Wheel', 'Query', 'Hidden', 'constructor', undefined, null, 7]
  expect(all.filter(one => types.covers(condition, one))).toEqual(all.filter(one => covered.includes(one as string)))
})

test('interfaces and unions are abstract, and nothing else is', () => {
  const names = ['Found', 'Thing', 'Book', 'ID', 'Hidden', undefined, {}]
  expect(names.filter(one => types.isAbstract(one))).toEqual(['Found', 'Thing'])
})
