import { GraphQLBoolean, GraphQLEnumType, GraphQLFloat, GraphQLID, GraphQLInt, GraphQLScalarType } from 'graphql'
import { quoted } from './json-text.js'
import { leafOf } from './leaf-values.js'

const id = leafOf(GraphQLID, quoted)
const int = leafOf(GraphQLInt, quoted)
const float = leafOf(GraphQLFloat, quoted)

test('a number is an ID as long as it is the one that was sent', () => {
  const largest = Number.MAX_SAFE_INTEGER
  expect([0, -7, largest, -largest].map(id)).toEqual(['"0"', '"-7"', `"${largest}"`, `"-${largest}"`])
  // As 9007199254740993 is read, which is another one's.
  for (const value of [largest + 1, -largest - 1, 1e21, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
    expect(id(value)).toBeUndefined()
})

test('nothing but texts and numbers is an ID', () => {
  expect(id('a "b"')).toBe('"a \\"b\\""')
  for (const value of [true, {}, ['a'], 1n]) expect(id(value)).toBeUndefined()
})

test('an Int is whole and has 32 bits, whatever JavaScript would make of it', () => {
  const [least, most] = [-(2 ** 31), 2 ** 31 - 1]
  expect([least, 0, -0, 7, most].map(int)).toEqual([`${least}`, '0', '0', '7', `${most}`])
  for (const value of [least - 1, most + 1, 2 ** 32, 7.5, '7', true, [7], Number.NaN])
    expect(int(value)).toBeUndefined()
})

test('a Float is any number that JSON has', () => {
  expect([7, -0.5, 1e300].map(float)).toEqual(['7', '-0.5', '1e+300'])
  for (const value of ['7', Number.NaN, Number.POSITIVE_INFINITY, true, null]) expect(float(value)).toBeUndefined()
})

test('a Boolean is one of two, and nothing that is merely true', () => {
  const boolean = leafOf(GraphQLBoolean, quoted)
  expect([true, false].map(boolean)).toEqual(['true', 'false'])
  for (const value of [0, 1, 'true', {}]) expect(boolean(value)).toBeUndefined()
})

test('of an enum only the names that it has for the client are told', () => {
  const mood = leafOf(new GraphQLEnumType({ name: 'Mood', values: { GOOD: { value: 7 }, BAD: {} } }), quoted)
  expect([mood('GOOD'), mood('BAD')]).toEqual(['"GOOD"', '"BAD"'])
  for (const value of ['SECRET', 'good', 7, true, ['GOOD'], '__proto__']) expect(mood(value)).toBeUndefined()
})

test('a custom scalar is whatever JSON it is, its texts written as all are', () => {
  const any = leafOf(new GraphQLScalarType({ name: 'Any' }), text => `<${text}>`)
  expect([any('a'), any(7), any({ a: ['b'] }), any(false)]).toEqual(['<a>', '7', '{"a":["b"]}', 'false'])
})
