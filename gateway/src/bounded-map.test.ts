import { BoundedMap } from './bounded-map.js'

test('never holds more than it may, and what is asked for stays', () => {
  const map = new BoundedMap<string, number>(3)
  for (const [at, key] of [...'abc'].entries()) map.set(key, at)
  expect(map.get('a')).toBe(0)
  map.set('d', 3)
  expect([map.size, ...[...'abcd'].map(key => map.get(key))]).toEqual([3, 0, undefined, 2, 3])
})

test('where all were asked for, the oldest goes', () => {
  const map = new BoundedMap<string, number>(2)
  map.set('a', 0)
  map.set('b', 1)
  map.get('a')
  map.get('b')
  map.set('c', 2)
  expect([map.size, map.get('a'), map.get('b'), map.get('c')]).toEqual([2, undefined, 1, 2])
})

test('what is set again is new, with its new value', () => {
  const map = new BoundedMap<string, number>(2)
  map.set('a', 0)
  map.set('b', 1)
  map.set('a', 2)
  map.set('c', 3)
  expect([map.size, map.get('a'), map.get('b'), map.get('c')]).toEqual([2, 2, undefined, 3])
})

test('by weight: what is too heavy for all is not held, and what has grown makes others go', () => {
  const gone: string[] = []
  const map = new BoundedMap<string, string>(10, value => gone.push(value))
  map.set('a', 'a', 4)
  map.set('b', 'b', 4)
  map.set('too heavy', 'too heavy', 11)
  expect([map.size, map.weight, gone]).toEqual([2, 8, []])
  expect(map.get('a')).toBe('a')
  map.grow('a', 3)
  expect([map.size, map.weight, gone]).toEqual([1, 7, ['b']])
  map.grow('a', 4)
  map.grow('never there', 4)
  expect([map.size, map.weight, gone]).toEqual([0, 0, ['b', 'a']])
})

test('a capacity that holds nothing is a mistake', () => {
  expect(() => new BoundedMap(0)).toThrow(TypeError)
})
