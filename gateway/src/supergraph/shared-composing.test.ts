import { readdirSync, readFileSync } from 'node:fs'
import os from 'node:os'
import type { Subgraph } from '@terrane/schema/composition'
import type { Composer } from './composing-thread.js'
import { shareComposing } from './shared-composing.js'

/** The gateways of a process compose in one thread, which none of them ends for another. */

const FEDERATION = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])'
const product = (at: number, types = 1): Subgraph => {
  const rows = Array.from({ length: types }, (_, type) => `type P${at}T${type} { next: P${at}T${(type + 1) % types} }`)
  const sdl = `${FEDERATION} type Query { p${at}: P${at}T0 } ${rows.join(' ')}`
  return { name: `p${at}`, url: `http://127.0.0.1:9/p${at}`, sdl }
}
const SMALL = [product(0), product(1)]
const LARGE = Array.from({ length: 30 }, (_, at) => product(at, 20))
const ASKED = { satisfiability: true }

const opened: Composer[] = []
function open(): Composer {
  const composer = shareComposing()
  opened.push(composer)
  return composer
}
afterEach(() => {
  for (const composer of opened.splice(0)) composer.close()
})

/** By what the kernel says: those that come after the ones that serve, as a composing thread alone does. */
function composingThreads(): string[] {
  const own = os.getPriority()
  return readdirSync('/proc/self/task').filter(thread => {
    try {
      const [, afterName] = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(') ')
      return Number(afterName!.split(' ')[16]) > own
    } catch {
      return false // it has just ended
    }
  })
}
async function begunBy(work: () => Promise<unknown>): Promise<string[]> {
  const before = composingThreads()
  await work()
  return composingThreads().filter(one => !before.includes(one))
}

// Elsewhere a thread has no priority of its own.
const onLinux = process.platform === 'linux' ? test : test.skip
onLinux(
  'the first one to compose starts it, others find it there, also in the place of one that has closed',
  async () => {
    const first = open()
    expect(await begunBy(() => first.compose(SMALL, ASKED))).toHaveLength(1)
    expect(await begunBy(() => open().compose(SMALL, ASKED))).toEqual([])
    for (const composer of opened.splice(0)) composer.close()
    expect(await begunBy(() => open().compose(SMALL, ASKED))).toEqual([])
  },
)

test('one that closes ends no composition of another', async () => {
  const [one, other] = [open(), open()]
  await one.compose(SMALL, ASKED)
  const composed = other.compose(LARGE, ASKED)
  // Its turn comes in a moment.
  await new Promise(resolve => setImmediate(resolve))
  one.close()
  expect(await composed).toMatchObject({ problems: [], supergraph: expect.stringContaining('P29T19') })
})

test('the last one that closes ends what it waits for, once, and another one composes', async () => {
  const [last, after] = [open(), open()]
  await last.compose(SMALL, ASKED)
  const composed = last.compose(LARGE, ASKED)
  await new Promise(resolve => setImmediate(resolve))
  last.close()
  const small = after.compose(SMALL, ASKED)
  last.close()
  await expect(composed).rejects.toMatchObject({ problem: { code: 'COMPOSITION_LOST' } })
  expect(await small).toMatchObject({ problems: [] })
})
