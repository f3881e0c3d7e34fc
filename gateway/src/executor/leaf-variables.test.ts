import fc from 'fast-check'
import {
  buildSchema,
  GraphQLError,
  type GraphQLScalarType,
  getVariableValues,
  type OperationDefinitionNode,
  parse,
} from 'graphql'
import { coercedLeaves, leafVariablesOf } from './leaf-variables.js'

const schema = buildSchema(`
  enum Colour { RED GREEN }
  scalar Even
  input Range { from: Int }
  type Query { nothing: Int }
`)
Object.assign(schema.getType('Even') as GraphQLScalarType, {
  parseValue: (value: unknown) => {
    if (typeof value !== 'number' || value % 2 !== 0) throw new GraphQLError('odd')
    return value === 0 ? undefined : value / 2
  },
})

const operationOf = (variables: string) =>
  parse(variables ? `query (${variables}) { nothing }` : '{ nothing }').definitions[0] as OperationDefinitionNode

const coerced = (variables: string, given: Record<string, unknown>) => {
  const leaves = leafVariablesOf(schema, operationOf(variables))
  return leaves && coercedLeaves(leaves, given)
}

test('leaves alone are coerced as graphql-js does it, or left to it', () => {
  const types = fc.constantFrom('Int', 'Float', 'String', 'ID', 'Boolean', 'Colour', 'Even')
  const values = fc.oneof(
    fc.constantFrom<unknown>('RED', 'BLUE', 'x', '12', null, undefined, true, 0, 1, 2, 2.5, 2 ** 40),
    fc.jsonValue(),
  )
  const variable = fc.record({ type: types, bang: fc.constantFrom('', '!'), value: values, given: fc.boolean() })
  let answered = 0
  fc.assert(
    fc.property(fc.array(variable, { maxLength: 4 }), all => {
      const declared = all.map(({ type, bang }, index) => `$v${index}: ${type}${bang}`).join(' ')
      const given = Object.fromEntries(all.flatMap((one, index) => (one.given ? [[`v${index}`, one.value]] : [])))
      const ours = coerced(declared, given)
      if (!ours) return
      answered++
      const operation = operationOf(declared)
      expect({ coerced: ours }).toEqual(getVariableValues(schema, operation.variableDefinitions ?? [], given))
    }),
    { numRuns: 2000 },
  )
  expect(answered).toBeGreaterThan(200)
})

test.each([
  ['none', '', {}, {}],
  ['more than are declared', '$a: Int', { a: 1, b: 2 }, { a: 1 }],
  ['one that a name of every object has, which is not given', '$toString: String', {}, undefined],
  ['the same, given', '$toString: String', { toString: 'x' }, { toString: 'x' }],
  ['a default, and nothing given', '$a: Int = 3', {}, undefined],
  ['null', '$a: Int', { a: null }, undefined],
  ['what does not fit', '$a: Int!', { a: 'x' }, undefined],
  ['a list', '$a: [Int]', { a: [1] }, undefined],
  ['an input object', '$a: Range', { a: { from: 1 } }, undefined],
  ['a type that is none', '$a: Nothing', { a: 1 }, undefined],
  ['the name of a prototype', '$__proto__: Int', JSON.parse('{"__proto__": 1}'), undefined],
])('%s', (_, declared, given, expected) => {
  expect(coerced(declared, given as Record<string, unknown>)).toEqual(expected)
})
