import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import { buildSchema } from 'graphql'
import type { Fields } from './place.js'
import { Representations } from './representations.js'
import { Types } from './types.js'

const types = new Types(
  buildSchema(`type Query { a: Any } union Any = Book | Map
    interface Work { id: ID } type Book implements Work { id: ID } type Map implements Work { id: ID } type Pen { id: ID }`),
)
const field = (name: string, ...selections: QueryPlanSelectionNode[]): QueryPlanSelectionNode => ({
  kind: 'Field',
  name,
  ...(selections.length > 0 ? { selections } : {}),
})
const on = (typeCondition: string, ...selections: QueryPlanSelectionNode[]): QueryPlanSelectionNode => ({
  kind: 'InlineFragment',
  typeCondition,
  selections: [field('__typename'), ...selections],
})
const book = (more: Fields): Fields => ({ __typename: 'Book', ...more })
const map = (more: Fields): Fields => ({ __typename: 'Map', ...more })

/** What is asked for, of which of the entities (by index) each is, and which cannot be asked for. */
function batch(requires: QueryPlanSelectionNode[], entities: Fields[], wholly = true) {
  const given = new Representations({ requires }, types, wholly).batch(entities)
  const indices = (some: readonly Fields[]) => some.map(one => entities.indexOf(one))
  return {
    representations: given.representations,
    entities: given.entities.map(indices),
    incomplete: indices(given.incomplete),
  }
}

const PLAIN = [on('Book', field('id')), on('Map', field('id'))]
const NESTED = ['Book', 'Map'].map(type => on(type, field('of', field('id'))))

test('each entity is told once, and those of two types are two, though their keys are the same', () => {
  const plain = [book({ id: '1' }), map({ id: '1' }), book({ id: '1' }), book({ id: '2' }), map({ id: '1' })]
  expect(batch(PLAIN, plain)).toEqual({
    representations: [book({ id: '1' }), map({ id: '1' }), book({ id: '2' })],
    entities: [[0, 2], [1, 4], [3]],
    incomplete: [],
  })
  const nested = plain.map(({ __typename, id }) => ({ __typename, of: { id } }))
  expect(batch(NESTED, nested)).toEqual({
    representations: [nested[0], nested[1], nested[3]],
    entities: [[0, 2], [1, 4], [3]],
    incomplete: [],
  })
})

test('a text is not the number or the null that is written alike', () => {
  const ids = ['1', 1, true, 'true', null, 'null', '', { of: '1' }, ['1']]
  for (const [requires, entities] of [
    [PLAIN, ids.map(id => book({ id }))],
    [NESTED, ids.map(id => book({ of: { id } }))],
  ] as const)
    expect(batch([...requires], [...entities, ...structuredClone(entities)]).entities).toEqual(
      ids.map((_, at) => [at, at + ids.length]),
    )
})

test('of several fields the same values under other names are another entity', () => {
  const requires = [on('Book', field('a'), field('b'))]
  const entities = [book({ a: '1', b: '2' }), book({ a: '2', b: '1' }), book({ a: '1', b: '2' })]
  expect(batch(requires, entities).entities).toEqual([[0, 2], [1]])
})

test('what the fetch is not about is not told, nor more of an entity than it takes', () => {
  const entities = [{ __typename: 'Pen', id: '1' }, { id: '2' }, book({ id: '3', more: 'x' })]
  expect(batch(PLAIN, entities)).toEqual({
    representations: [book({ id: '3' })],
    entities: [[2]],
    incomplete: [],
  })
})

describe('where something that it takes was not fetched', () => {
  const requires = [on('Book', field('id')), on('Work', field('price'))]
  const entities = [book({ id: '1', price: 5 }), book({ id: '2' }), book({ price: 7 }), book({})]
  const whole = { __typename: 'Book', id: '1', price: 5 }

  test('an entity that has to be told wholly cannot be asked for', () => {
    expect(batch(requires, entities)).toEqual({ representations: [whole], entities: [[0]], incomplete: [1, 2, 3] })
  })

  test('else it is found by what there is, if that is anything', () => {
    expect(batch(requires, entities, false)).toEqual({
      representations: [whole, book({ id: '2' }), book({ price: 7 })],
      entities: [[0], [1], [2]],
      incomplete: [3],
    })
  })

  test('at any depth; null is something', () => {
    const deep = [{ of: { id: '1' } }, { of: {} }, { of: null }, { of: [{ id: '1' }, null] }, { of: [{ id: '1' }, {}] }]
    expect(batch(NESTED, deep.map(book))).toEqual({
      representations: [0, 2, 3].map(at => book(deep[at]!)),
      entities: [[0], [2], [3]],
      incomplete: [1, 4],
    })
  })
})

test('two fragments tell of one object together, in lists as well', () => {
  const requires = [
    on('Book', field('of', field('id')), field('list', field('a'))),
    on('Work', field('of', field('name')), field('list', field('b'))),
  ]
  const entity = book({ of: { id: '1', name: 'n', more: 0 }, list: [{ a: 1, b: 2 }, null] })
  expect(batch(requires, [entity]).representations).toEqual([
    book({ of: { id: '1', name: 'n' }, list: [{ a: 1, b: 2 }, null] }),
  ])
  // Of what was fetched nothing is changed.
  expect(entity).toEqual(book({ of: { id: '1', name: 'n', more: 0 }, list: [{ a: 1, b: 2 }, null] }))
})
