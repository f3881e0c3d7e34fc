import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { IdentitySigner, loadOrCreateKeys, type Repeat } from '@terrane/schema'
import { ProductIdentities } from '../../supergraph/product-identities.js'
import { RepeatReports } from './repeat-reports.js'

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
  const product = { away: false, mute: false, arrived: [] as Repeat[], largest: 0 }
  const log: Record<string, unknown>[] = []
  const fetch = async (request: Request) => {
    const { repeats } = (await request.json()) as { repeats: Repeat[] }
    product.largest = Math.max(product.largest, repeats.length)
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
const repeat = (at: number): Repeat => ({ at: String(at), subject: 'user:anna', reads: [], denied: [] })

test('what a product could not be told waits, on its way or not, and is told in the order of its happening', async () => {
  const { product, log, reports } = reporting()
  product.away = true
  let added = 0
  while (reports.takes('ledger')) reports.add('ledger', repeat(added++))
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
  expect(product.arrived.map(({ at }) => Number(at))).toEqual(Array.from({ length: added }, (_, at) => at))
  expect(product.largest).toBeLessThanOrEqual(MOST)
  expect(reports.takes('ledger')).toBe(true)
  await reports.close()
})

test('what waits at the end is told, and what cannot be told is said', async () => {
  const one = reporting()
  one.reports.add('ledger', repeat(1))
  await one.reports.close()
  expect(one.product.arrived).toHaveLength(1)
  const other = reporting()
  other.product.away = true
  other.reports.add('ledger', repeat(1))
  await other.reports.close()
  expect(other.log.at(-1)).toMatchObject({ level: 'error', product: 'ledger', lost: 1 })
})

test('what arrived without an answer is told again under the same names, and no two readings have one', async () => {
  const { product, reports } = reporting()
  for (let at = 0; at < 3; at++) reports.add('ledger', repeat(1))
  product.mute = true
  await reports.flush()
  product.mute = false
  reports.add('ledger', repeat(1))
  await reports.flush()
  const ids = product.arrived.map(({ id }) => id)
  expect(ids).toHaveLength(7)
  expect(ids.slice(3, 6)).toEqual(ids.slice(0, 3))
  expect(new Set(ids).size).toBe(4)
  // Another gateway's names are others.
  const other = reporting()
  other.reports.add('ledger', repeat(1))
  await other.reports.close()
  expect(ids).not.toContain(other.product.arrived[0]!.id)
  for (const id of ids) expect(id).toMatch(/^[a-z0-9-]{1,30}$/)
  await reports.close()
})
