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

test('a capacity that holds nothing is a mistake', () => {
  expect(() => new BoundedMap(0)).toThrow(TypeError)
})
