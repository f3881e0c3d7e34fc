import { buildSchema } from 'graphql'
import { byContext } from './context-arguments.js'
import type { Fields } from './place.js'
import { Types } from './types.js'

const types = new Types(
  buildSchema(`type Query { shop: Shop } type Shop { currency: String  orders: [[Order]] }
    type Order { currency: String  rate: Int  lines: [Line] } type Cart { money: String } type Line { id: ID }`),
)
const PATH = ['shop', 'orders', '@', '@', 'lines', '@']
const taking = (...paths: string[][]) =>
  paths.map((path, at) => ({ kind: 'KeyRenamer' as const, path, renameKeyTo: `v${at}` }))

/** Lines of orders, and what stands around them. */
function shop(...orders: Fields[][]) {
  const fetched: Fields = { shop: { __typename: 'Shop', currency: 'GBP', orders } }
  const lines = orders.flat().flatMap(({ lines }) => lines as Fields[])
  return (...paths: string[][]) =>
    byContext(fetched, lines, PATH, taking(...paths), types).map(({ values, objects }) => [
      values,
      objects.map(({ id }) => id),
    ])
}
const order = (more: Fields, ...ids: string[]): Fields => ({
  __typename: 'Order',
  ...more,
  lines: ids.map(id => ({ __typename: 'Line', id })),
})
const CURRENCY = ['..', '... on Order', 'currency']

test('those of one context are one group, wherever they stand; lists are no step up', () => {
  const by = shop(
    [order({ currency: 'EUR' }, 'a', 'b'), order({ currency: 'USD' }, 'c')],
    [order({ currency: 'EUR' }, 'd')],
  )
  expect(by(CURRENCY)).toEqual([
    [{ v0: 'EUR' }, ['a', 'b', 'd']],
    [{ v0: 'USD' }, ['c']],
  ])
  expect(by(['..', '..', '... on Shop', 'currency'])).toEqual([[{ v0: 'GBP' }, ['a', 'b', 'c', 'd']]])
})

test('all values have to be the same, as they are: a text is no number, and null is not what is missing', () => {
  const by = shop([
    order({ currency: '1', rate: 1 }, 'a'),
    order({ currency: '1', rate: 2 }, 'b'),
    order({ currency: 1, rate: 1 }, 'c'),
    order({ currency: null, rate: 1 }, 'd'),
    order({ rate: 1 }, 'e'),
    order({ currency: '1' }, 'f'),
    order({ currency: { of: [1] }, rate: 1 }, 'g'),
    order({ currency: { of: [1] }, rate: 1 }, 'h'),
  ])
  expect(by(CURRENCY, ['..', '... on Order', 'rate'])).toEqual([
    [{ v0: '1', v1: 1 }, ['a']],
    [{ v0: '1', v1: 2 }, ['b']],
    [{ v0: 1, v1: 1 }, ['c']],
    [{ v0: null, v1: 1 }, ['d']],
    [{ v1: 1 }, ['e']],
    [{ v0: '1' }, ['f']],
    [{ v0: { of: [1] }, v1: 1 }, ['g', 'h']],
  ])
})

test('what stands above is of its own type only', () => {
  const by = shop([order({ currency: 'EUR', money: 'x' }, 'a')])
  expect(by(['..', '... on Cart', 'money'])).toEqual([[{}, ['a']]])
  expect(by(['..', '..', '..', '..', '... on Order', 'currency'])).toEqual([[{}, ['a']]])
})
