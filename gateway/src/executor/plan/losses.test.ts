import { Losses } from './losses.js'

test('what a null takes along is looked for below it alone, however much was lost before', () => {
  const losses = new Losses()
  const items = 300
  const compared = jest.spyOn(Array.prototype, 'every')
  const list = losses.enter()
  for (let index = 0; index < items; index++) {
    losses.at(list, index)
    const item = losses.enter()
    losses.at(item, 'name')
    losses.addMissing('field Item.name')
    losses.leave(item)
    losses.nulled()
  }
  losses.leave(list)
  const count = compared.mock.calls.length
  compared.mockRestore()
  expect(count).toBeLessThan(3 * items)
  const [last, ...told] = losses.unexplained({}, [], new Set()).reverse()
  expect(told.reverse().map(({ path }) => path)).toEqual(Array.from({ length: 100 }, (_, index) => [index, 'name']))
  expect(last?.extensions.count).toBe(items - told.length)
})
