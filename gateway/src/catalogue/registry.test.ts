import { Registry } from './registry.js'

/** Seconds at which news is tried to be put in force; `outcomes`: of one attempt after the other, and then all fail. */
async function attempts(outcomes: readonly boolean[], seconds: number): Promise<number[]> {
  jest.useFakeTimers({ now: 0 })
  const at: number[] = []
  const renew = async () => {
    at.push(Date.now() / 1000)
    if (!outcomes[at.length - 1]) throw new Error('a worker did not start')
  }
  const news = { name: 'elsewhere', registeredAt: '2026-01-01T00:00:00.000Z' }
  const [store, products] = [
    { products: async () => [], registrations: async () => [news] },
    { all: () => [{ endpoint: { url: 'http://here' } }], get: () => undefined, addAll: async () => [] },
  ]
  const registry = new Registry(
    { limits: { subgraphsSwapped: 0 } } as never,
    store as never,
    { products, meetGoverned: async () => true } as never,
    {} as never,
    () => undefined,
    { renew },
  )
  try {
    await registry.restore()
    await jest.advanceTimersByTimeAsync(seconds * 1000)
    return at
  } finally {
    await registry.close()
    jest.useRealTimers()
  }
}

test('what cannot be put in force is tried again later and later; after a success, soon', async () => {
  expect(await attempts([false, false, false, true, false, false], 12)).toEqual([1, 2, 4, 8, 9, 10, 12])
})

test('what is not found is looked for one look at a time, however long one takes, and again', async () => {
  jest.useFakeTimers({ now: 0 })
  const began: number[] = []
  let [underway, most] = [0, 0]
  const addAll = async () => {
    began.push(Date.now() / 1000)
    most = Math.max(most, ++underway)
    if (began.length > 1) await new Promise(resolve => setTimeout(resolve, 12_000))
    underway--
    return []
  }
  const registry = new Registry(
    { productUrls: ['nowhere'] } as never,
    undefined,
    { products: { all: () => [], addAll, onChange: () => undefined }, meetGoverned: async () => true } as never,
    {} as never,
    () => undefined,
  )
  try {
    await registry.restore()
    await jest.advanceTimersByTimeAsync(40_000)
    expect(most).toBe(1)
    expect(began).toEqual([0, 5, 20, 35])
  } finally {
    await registry.close()
    jest.useRealTimers()
  }
})
