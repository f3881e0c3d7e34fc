import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { IdentitySigner, loadOrCreateKeys, type Repeat } from '@terrane/schema'
import { ProductIdentities } from '../../supergraph/product-identities.js'
import { RepeatReports, readingOf } from './repeat-reports.js'

/** What a product takes at once. */
const MOST = 10_000

let home: string
let identities: ProductIdentities
beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'terrane-reports-'))
  identities = new ProductIdentities(new IdentitySigner((await loadOrCreateKeys(home)).privateJwk))
})
afterAll(() => rm(home, { recursive: true, force: true }))

/** A product that takes as much at once as a product does, unless it is away. */
function reporting() {
  const product = { away: false, mute: false, arrived: [] as Repeat[], sizes: [] as number[], meanwhile: () => {} }
  const log: Record<string, unknown>[] = []
  const fetch = async (request: Request) => {
    const { repeats } = (await request.json()) as { repeats: Repeat[] }
    product.sizes.push(repeats.length)
    product.meanwhile()
    if (product.away) throw new Error('away')
    if (repeats.length > MOST) return new Response(null, { status: 400 })
    product.arrived.push(...repeats)
    if (product.mute) throw new Error('the answer is lost')
    return new Response(null, { status: 204 })
  }
  const reports = new RepeatReports(
    () => ({ name: 'ledger', url: 'terrane:ledger', fetch }),
    identities,
    event => log.push(event),
  )
  return { product, log, reports }
}
const nothing = readingOf([], [])
const given = ({ arrived }: { arrived: Repeat[] }) => arrived.map(({ subject }) => subject)

test('what a product could not be told waits, on its way or not, and is told in the order of its happening', async () => {
  const { product, log, reports } = reporting()
  product.away = true
  let added = 0
  while (reports.takes('ledger')) reports.add('ledger', `user:${added++}`, nothing)
  expect(added).toBe(MOST)
  for (let again = 0; again < 3; again++) {
    const telling = reports.flush()
    // While they are on their way there is no more room than before.
    expect(reports.takes('ledger')).toBe(false)
    await telling
  }
  expect(reports.takes('ledger')).toBe(false)
  expect(log).toHaveLength(1)

  product.away = false
  await reports.flush()
  expect(given(product)).toEqual(Array.from({ length: added }, (_, at) => `user:${at}`))
  expect(Math.max(...product.sizes)).toBeLessThanOrEqual(MOST)
  expect(reports.takes('ledger')).toBe(true)
  await reports.close()
})

test('a product is told who was given what, and when', async () => {
  const { product, reports } = reporting()
  const reads = [{ dataset: 'entries', publication: 17, properties: ['a "b"'], rows: 3 }]
  const before = new Date().toISOString()
  reports.add('ledger', 'user:"anna"\n', readingOf(reads, ['ledger/entries/c']))
  const after = new Date().toISOString()
  await reports.close()
  const [{ id: _, at, ...told }, ...others] = product.arrived as [Repeat]
  expect(others).toEqual([])
  expect(told).toEqual({ subject: 'user:"anna"\n', reads, denied: ['ledger/entries/c'] })
  expect([before, at, after].sort()).toEqual([before, at, after])
})

test('what comes while others are told waits for the next time, and is told at the end', async () => {
  const { product, reports } = reporting()
  for (let at = 0; at < 3; at++) reports.add('ledger', `user:${at}`, nothing)
  let more = 3
  product.meanwhile = () => {
    if (more < 100) reports.add('ledger', `user:${more++}`, nothing)
  }
  await reports.flush()
  expect(product.arrived.length).toBeLessThan(more)
  const telling = reports.flush()
  product.meanwhile = () => {}
  reports.add('ledger', `user:${more++}`, nothing)
  await Promise.all([telling, reports.close()])
  expect(given(product)).toEqual(Array.from({ length: more }, (_, at) => `user:${at}`))
})

test('what waits at the end is told, and what cannot be told is said', async () => {
  const one = reporting()
  one.reports.add('ledger', 'user:anna', nothing)
  await one.reports.close()
  expect(one.product.arrived).toHaveLength(1)
  const other = reporting()
  other.product.away = true
  other.reports.add('ledger', 'user:anna', nothing)
  await other.reports.close()
  expect(other.log.at(-1)).toMatchObject({ level: 'error', product: 'ledger', lost: 1 })
})

test('what arrived without an answer is told again under the same names, and no two readings have one', async () => {
  const { product, reports } = reporting()
  for (let at = 0; at < 3; at++) reports.add('ledger', 'user:anna', nothing)
  product.mute = true
  await reports.flush()
  product.mute = false
  reports.add('ledger', 'user:anna', nothing)
  await reports.flush()
  const ids = product.arrived.map(({ id }) => id)
  expect(ids).toHaveLength(7)
  expect(ids.slice(3, 6)).toEqual(ids.slice(0, 3))
  expect(new Set(ids).size).toBe(4)
  // Another gateway's names are others.
  const other = reporting()
  other.reports.add('ledger', 'user:anna', nothing)
  await other.reports.close()
  expect(ids).not.toContain(other.product.arrived[0]!.id)
  for (const id of ids) expect(id).toMatch(/^[a-z0-9-]{1,30}$/)
  await reports.close()
})
