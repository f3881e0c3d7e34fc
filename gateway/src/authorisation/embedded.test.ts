import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Caller, type Grant, IdentitySigner, loadOrCreateKeys, type ProductPolicy } from '@terrane/schema'
import { Deferred } from '../deferred.js'
import { ProductIdentities } from '../supergraph/product-identities.js'
import { EmbeddedDecisionPoint } from './embedded.js'

let home: string
let identities: ProductIdentities
beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'terrane-decisions-'))
  identities = new ProductIdentities(new IdentitySigner((await loadOrCreateKeys(home)).privateJwk))
})
afterAll(() => rm(home, { recursive: true, force: true }))
afterEach(() => jest.restoreAllMocks())

const caller = (name: string, ...roles: string[]): Caller => ({
  subject: `user:${name}`,
  authenticated: true,
  roles,
  scopes: [],
})
const ann = caller('ann', 'analyst')
const bob = caller('bob')

const grant = (more: Partial<Grant> = {}): Grant => ({
  id: 'g1',
  effect: 'allow',
  subject: 'role:analyst',
  actions: ['read'],
  dataset: 'orders',
  origin: 'declared',
  by: 'orders.odcs.yaml',
  at: '2026-01-01T00:00:00Z',
  ...more,
})

/** A product whose grants may change, and which may be away or silent. */
function product({ remote = false } = {}) {
  const orders: ProductPolicy['datasets'][number] = {
    ...{ name: 'orders', visibility: 'internal', discover: 'visible', primaryKey: ['id'] },
    ...{ properties: [{ name: 'id', discover: 'visible' }], coordinates: ['Sales.orders'] },
    propertyCoordinates: { id: ['Order.id'] },
  }
  const policy: ProductPolicy = {
    ...{ product: 'sales', domain: 'sales', version: '1', visibility: 'internal', coordinates: ['Sales'] },
    ...{ datasets: [orders], grants: [grant()] },
  }
  const standing = { policy, away: false, answers: async () => {} }
  const fetch = async (request: Request) => {
    await standing.answers()
    if (standing.away) throw new Error('away')
    const etag = `"${standing.policy.version}"`
    if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304 })
    return Response.json(standing.policy, { headers: { etag } })
  }
  const endpoint = { name: 'sales', url: 'terrane:sales', fetch }
  const point = new EmbeddedDecisionPoint(
    () => [{ endpoint, remote, policy }],
    identities,
    () => undefined,
  )
  const grants = (...given: Grant[]) => {
    standing.policy = { ...standing.policy, version: `${Number(standing.policy.version) + 1}`, grants: given }
  }
  const reads = async (who: Caller) => (await point.decide(who)).decisions.get('sales')?.datasets.orders?.read
  return { standing, grants, reads, point }
}

test('each caller has a decision of his own, however often it was given before', async () => {
  const { reads, point } = product()
  for (let time = 0; time < 3; time++) {
    expect(await reads(ann)).toBe(true)
    expect(await reads(bob)).toBe(false)
  }
  expect((await point.decide(ann)).fingerprint).not.toBe((await point.decide(bob)).fingerprint)
})

test('what was granted counts from the next decision on, and so does what was taken away', async () => {
  const { reads, grants } = product()
  expect([await reads(ann), await reads(bob)]).toEqual([true, false])
  grants(grant({ subject: 'user:bob' }))
  expect([await reads(ann), await reads(bob)]).toEqual([false, true])
})

test('nothing of a product that is away may be read, and it may again once it is back', async () => {
  const { reads, standing, point } = product()
  expect(await reads(ann)).toBe(true)
  standing.away = true
  expect(await reads(ann)).toBe(false)
  expect((await point.decide(ann)).unreachable).toEqual(new Set(['sales']))
  standing.away = false
  expect(await reads(ann)).toBe(true)
})

test('a product that let one decision wait in vain is waited for by none after it, and asked on', async () => {
  const { reads, standing } = product({ remote: true })
  standing.answers = async () => {
    await sleep(300)
    throw new Error('silent')
  }
  expect(await reads(ann)).toBe(false)
  const answering = new Deferred<void>()
  standing.answers = () => answering.promise
  expect(await reads(ann)).toBe(false)
  answering.resolve()
  while (!(await reads(ann))) await sleep(5)
}, 10_000)

test('a grant ends when it says so, without anything else changing', async () => {
  const { reads, grants } = product()
  const until = Date.now() + 60_000
  grants(grant({ until: new Date(until).toISOString() }))
  expect(await reads(ann)).toBe(true)
  jest.spyOn(Date, 'now').mockReturnValue(until - 1)
  expect(await reads(ann)).toBe(true)
  jest.spyOn(Date, 'now').mockReturnValue(until)
  expect(await reads(ann)).toBe(false)
})
