import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { getMetadataStorage } from 'type-graphql'
import { productGraph } from '../product-graph.js'
import { ukSales } from './products.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function declared(): number[] {
  const { fields, objectTypes, inputTypes, enums, params } = getMetadataStorage() as unknown as Record<
    string,
    unknown[]
  >
  return [fields, objectTypes, inputTypes, enums, params].map(each => each!.length)
}

test('many products build in one process and leave nothing behind', async () => {
  const before = declared()
  const built: WeakRef<object>[] = []
  for (let at = 0; at < 30; at++) {
    const { schema, problems } = productGraph({ ...ukSales, name: `product-${at}` })
    expect(problems).toEqual([])
    built.push(new WeakRef(schema))
    // Weak references hold what they refer to until the turn ends.
    await setImmediate()
  }
  collectGarbage()
  await setImmediate()
  collectGarbage()
  expect(declared()).toEqual(before)
  expect(built.filter(each => each.deref() !== undefined).length).toBeLessThanOrEqual(2)
})

test('the fixed API is intact after a build that failed', () => {
  const broken = { ...ukSales, datasets: [{ ...ukSales.datasets[0]!, description: 7 as unknown as string }] }
  expect(() => productGraph(broken)).toThrow()
  expect(productGraph(ukSales).sdl).toContain('type DataProduct @shareable {')
})
