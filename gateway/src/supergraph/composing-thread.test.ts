import { readdirSync, readFileSync } from 'node:fs'
import os from 'node:os'
import type { Subgraph } from '@terrane/schema/composition'
import { ComposingThread } from './composing-thread.js'

/** A composition may cost its thread the life; whoever asked is told, and the next one is composed. */

let composing: ComposingThread
afterEach(() => composing.close())

const FEDERATION = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])'
const product = (at: number, types = 1): Subgraph => {
  const rows = Array.from({ length: types }, (_, type) => {
    const fields = Array.from({ length: 8 }, (_, field) => `f${field}: String`).join(' ')
    return `type P${at}T${type} @key(fields: "id") { id: ID!  next: P${at}T${(type + 1) % types}  ${fields} }`
  })
  const sdl = `${FEDERATION} type Query { p${at}: P${at}T0 } ${rows.join(' ')}`
  return { name: `p${at}`, url: `http://127.0.0.1:9/p${at}`, sdl }
}
const SMALL = [product(0), product(1)]
const LARGE = Array.from({ length: 150 }, (_, at) => product(at, 30))
const ASKED = { satisfiability: true }
const lost = (reason: RegExp) => ({
  problem: {
    code: 'COMPOSITION_LOST',
    message: expect.stringMatching(reason),
    hint: expect.stringContaining('memory'),
  },
})

test('one that takes more memory than there is costs itself, and what waits behind it is composed', async () => {
  composing = new ComposingThread({ memoryMegabytes: 40 })
  const [large, small] = await Promise.allSettled([composing.compose(LARGE, ASKED), composing.compose(SMALL, ASKED)])
  expect(large).toMatchObject({ status: 'rejected', reason: lost(/memory/) })
  expect(small).toMatchObject({ status: 'fulfilled', value: { problems: [] } })
  expect(await composing.compose(SMALL, ASKED)).toMatchObject({ supergraph: expect.stringContaining('P1T0') })
})

/** By what the kernel says. One that ends while it is read is left out, and so may others be: this is asked again. */
function prioritiesOfThreads(except: readonly string[] = []): number[] {
  const threads = readdirSync('/proc/self/task').filter(one => !except.includes(one))
  return threads.flatMap(thread => {
    try {
      const [, afterName] = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(') ')
      return [Number(afterName!.split(' ')[16])]
    } catch {
      return []
    }
  })
}

// Elsewhere a thread has no priority of its own.
const onLinux = process.platform === 'linux' ? test : test.skip
onLinux('it comes after the threads that serve', async () => {
  const before = readdirSync('/proc/self/task')
  composing = new ComposingThread()
  await composing.compose(SMALL, ASKED)
  const own = os.getPriority()
  let behind: number[] = []
  for (let asked = 0; behind.length === 0 && asked < 100; asked++) {
    behind = prioritiesOfThreads(before).filter(one => one > own)
    await new Promise(resolve => setImmediate(resolve))
  }
  expect(behind).toHaveLength(1)
  expect(os.getPriority()).toBe(own)
})

test('one that takes too long is given up, and what waits behind it is composed', async () => {
  composing = new ComposingThread({ composeMilliseconds: 1 })
  await expect(composing.compose(LARGE, ASKED)).rejects.toMatchObject(lost(/took more than 0.001 s/))
  composing.close()
  composing = new ComposingThread()
  expect(await composing.compose(SMALL, ASKED)).toMatchObject({ problems: [] })
})

test('what is found at a start is not held against what other gateways load, what is published then is', async () => {
  composing = new ComposingThread()
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@cacheTag"])'
  const cached = { ...product(2), name: 'cached', sdl: `${link} type Query { cached: Int @cacheTag(format: "all") }` }
  const [atStart, published, after] = await Promise.all([
    composing.compose([...SMALL, cached], ASKED),
    composing.compose([...SMALL, cached], { ...ASKED, portable: true }),
    composing.compose(SMALL, { ...ASKED, portable: true }),
  ])
  expect(atStart).toMatchObject({ problems: [], supergraph: expect.stringContaining('cacheTag') })
  expect(published).toEqual({ problems: [expect.objectContaining({ code: 'SUPERGRAPH_NOT_PORTABLE' })] })
  expect(after).toMatchObject({ problems: [], supergraph: expect.stringContaining('P1T0') })
})

test('a thread that was ended while nobody waited is started anew', async () => {
  composing = new ComposingThread()
  await composing.compose(SMALL, ASKED)
  composing.close()
  expect(await composing.compose(SMALL, ASKED)).toMatchObject({ problems: [] })
})

test('a thread that is ended under a composition tells it', async () => {
  composing = new ComposingThread()
  await composing.compose(SMALL, ASKED)
  const composed = composing.compose(LARGE, ASKED)
  // Its turn comes in a moment.
  await new Promise(resolve => setImmediate(resolve))
  composing.close()
  await expect(composed).rejects.toMatchObject(lost(/ended with 1/))
  expect(await composing.compose(SMALL, ASKED)).toMatchObject({ problems: [] })
})
