import { setImmediate as turn } from 'node:timers/promises'
import { WriteQueue } from './write-queue.js'

test('work runs alone and in the order of asking, whatever it comes to', async () => {
  const queue = new WriteQueue()
  const seen: string[] = []
  const work = (name: string, fails = false) =>
    queue.run(async () => {
      seen.push(`${name}(`)
      await turn()
      seen.push(`)${name}`)
      if (fails) throw new Error(name)
      return name
    })
  const results = await Promise.allSettled([work('a'), work('b', true), work('c')])
  expect(seen.join('')).toBe('a()ab()bc()c')
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

test('asking the queue from inside its own work throws instead of waiting for ever', async () => {
  const queue = new WriteQueue()
  await expect(queue.run(() => queue.run(async () => 1))).rejects.toThrow(/inside a write/)
  await expect(queue.run(async () => 2)).resolves.toBe(2)
})
