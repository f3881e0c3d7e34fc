import type { CacheFigures } from '../../gateway/src/telemetry/cache-metrics.js'
import { openGraph } from './small-graph.js'

const BYTES = 4_000_000
const SMALL = '{ item { id } }'
const wide = (number: number, fields = 50) =>
  `{ ${Array.from({ length: fields }, (_, at) => `x${at}: item(number: ${number}) { id name }`).join(' ')} }`

async function open() {
  const caches: Record<string, CacheFigures> = {}
  const figuresOf = (cache: string) => {
    caches[cache] ??= { hits: 0, misses: 0, entries: 0, bytes: 0 }
    return caches[cache]
  }
  const item = {
    sdl: 'type Query { item(number: Int): Item } type Item { id: ID  name: String }',
    resolvers: { Query: { item: (_: unknown, { number }: { number?: number }) => ({ id: number ?? 0, name: 'x' }) } },
  }
  return { graph: await openGraph({ item }, undefined, { bytes: BYTES, figuresOf }), caches }
}

test('many large plans never weigh more than they may, and a small one that is asked for stays', async () => {
  const { graph, caches } = await open()
  await graph.ask(SMALL)
  for (let number = 0; number < 40; number++) {
    await graph.ask(wide(number))
    expect(await graph.ask(SMALL)).toEqual({ data: { item: { id: '0' } } })
    expect(graph.planBytes()).toBeLessThanOrEqual(BYTES)
  }
  // All were kept at first, and not all are now; the small one was planned once.
  expect(caches.plans!.entries).toBeGreaterThan(2)
  expect(caches.plans!.entries).toBeLessThan(41)
  expect(caches.plans).toMatchObject({ hits: 40, misses: 41 })
  expect(caches.plans!.bytes + caches.projections!.bytes).toBe(graph.planBytes())
})

test('a projection counts for the fields that answers have made it hold', async () => {
  const { graph, caches } = await open()
  await graph.ask('{ item { id } }')
  const one = caches.projections!.bytes
  await graph.ask('{ item { id name a: id b: id c: id d: id e: id f: id } }')
  expect(caches.projections!.bytes - one).toBeGreaterThan(one)
})

test('one plan that would take most of the room is not kept', async () => {
  const { graph, caches } = await open()
  await graph.ask(SMALL)
  await graph.ask(wide(0, 1000))
  expect(caches.plans).toMatchObject({ entries: 1, misses: 2 })
})

test('what was made ready for one supergraph goes with it, and counts no more', async () => {
  const { graph, caches } = await open()
  await graph.ask(SMALL)
  expect(await graph.replace(`${graph.supergraph}\nscalar Another\n`)).toEqual([])
  expect(caches.plans).toEqual({ hits: 0, misses: 1, entries: 0, bytes: 0 })
  await graph.ask(SMALL)
  expect(caches.plans).toMatchObject({ entries: 1, misses: 2 })
  expect(caches.plans!.bytes + caches.projections!.bytes).toBe(graph.planBytes())
})

test('a text counts for what it is, also where it is a single token', async () => {
  const { graph, caches } = await open()
  await graph.ask(`${SMALL} # ${'x'.repeat(100_000)}`)
  expect(caches.plans!.bytes).toBeGreaterThan(100_000)
})
