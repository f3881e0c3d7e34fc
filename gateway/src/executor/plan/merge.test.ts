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
