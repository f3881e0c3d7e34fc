import { merge } from './merge.js'

test.each<[string, unknown, unknown, unknown]>([
  ['lists of one length, item by item', [{ x: 1 }, null], [{ y: 2 }, { y: 3 }], [{ x: 1, y: 2 }, { y: 3 }]],
  ['of lists of different lengths the first', [{ x: 1 }, { x: 2 }], [{ y: 3 }], [{ x: 1 }, { x: 2 }]],
  ['also where the second is longer', [1], [2, 3], [1]],
  ['and where they are in lists', [[1], [{ x: 1 }, 2]], [[3], [{ y: 3 }]], [[3], [{ x: 1 }, 2]]],
])('two subgraphs tell of one list: %s', (_, present, brought, merged) => {
  const into = { list: present }
  merge(into, { list: brought })
  expect(into).toEqual({ list: merged })
})

test.each<[string, unknown, unknown, unknown]>([
  ['an object', { x: 1 }, null, { x: 1 }],
  ['a list', [1], null, [1]],
  ['a value', 0, null, 0],
  ['an item', [1, { x: 1 }, [2]], [null, null, null], [1, { x: 1 }, [2]]],
])('what one says is null does not take away what the other knows: %s', (_, present, nothing, merged) => {
  for (const [first, second] of [
    [present, nothing],
    [nothing, present],
  ]) {
    const into = { at: structuredClone(first) }
    merge(into, { at: structuredClone(second) })
    expect(into).toEqual({ at: merged })
  }
})

test.each<[string, unknown, unknown]>([
  ['an object, and a value comes', { x: 1 }, 7],
  ['an object, and a list comes', { x: 1 }, [{ y: 2 }]],
  ['a list, and an object comes', [{ x: 1 }], { 0: { y: 2 }, length: 1 }],
  ['a list, and a value comes', [1], 7],
  ['an item that is an object, and a value comes', [{ x: 1 }], [7]],
  ['an item that is a list, and an object comes', [[1]], [{ 0: 2, length: 1 }]],
])('what is there is not replaced by what it cannot be merged with: %s', (_, present, brought) => {
  const into = { at: structuredClone(present) }
  merge(into, { at: brought })
  expect(into).toEqual({ at: present })
})

test('of two values the one that comes counts, where both are there', () => {
  const into = { a: 1, list: [1, 2] }
  merge(into, { a: 2, b: undefined, list: [3, null] })
  expect(into).toEqual({ a: 2, list: [3, 2] })
})

test('what is fetched once for several places is another object at each of them', () => {
  const brought = () => ({
    ...{ new: { x: 1, deep: { x: 1 } }, value: { x: 1 }, list: [{ x: 1 }], lists: [[{ x: 1 }]] },
    ...{ below: { new: { x: 1 } }, items: [{ new: { x: 1 } }] },
  })
  const entity = brought()
  const into = { value: 7, list: [7], lists: [[null]], below: {}, items: [{}] }
  merge(into, entity, true)
  expect(into).toEqual(brought())
  const change = (one: unknown): void => {
    for (const value of Object.values(one as object)) if (typeof value === 'object') change(value)
    if (!Array.isArray(one)) Object.assign(one as object, { y: 2 })
  }
  change(entity)
  expect(into).toEqual(brought())
})

test('a field called __proto__ is one like another', () => {
  const into = {}
  merge(into, JSON.parse('{"__proto__": {"a": 1}}'))
  merge(into, JSON.parse('{"__proto__": {"b": 2}}'), true)
  expect(JSON.stringify(into)).toBe('{"__proto__":{"a":1,"b":2}}')
  expect(({} as Record<string, unknown>).a).toBeUndefined()
})
