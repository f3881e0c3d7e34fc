import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Caller, type Grant, IdentitySigner, loadOrCreateKeys, type ProductPolicy } from '@terrane/schema'
import { Deferred } from '../deferred.js'
import { ProductIdentities } from '../supergraph/product-identities.js'
import { EmbeddedDecisionPoint, type GovernedProduct } from './embedded.js'

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

const MOMENT = Date.parse('2026-06-01T12:00:00Z')
const at = (milliseconds: number) => jest.spyOn(Date, 'now').mockReturnValue(MOMENT + milliseconds)
const text = (milliseconds: number) => new Date(MOMENT + milliseconds).toISOString()

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
function product({ remote = false, name = 'sales' } = {}) {
  const orders: ProductPolicy['datasets'][number] = {
    ...{ name: 'orders', visibility: 'internal', discover: 'visible', primaryKey: ['id'] },
    ...{ properties: [{ name: 'id', discover: 'visible' }], coordinates: ['Sales.orders'] },
    propertyCoordinates: { id: ['Order.id'] },
  }
  const policy: ProductPolicy = {
    ...{ product: name, domain: 'sales', version: '1', visibility: 'internal', coordinates: ['Sales'] },
    ...{ datasets: [orders], grants: [grant()] },
  }
  const standing = { policy, away: false, answers: async () => {}, asked: [] as (string | null)[] }
  /** Instead of its policy. */
  let said: (() => Response) | undefined
  const say = (answer?: () => Response) => {
    said = answer
  }
  const fetch = async (request: Request) => {
    standing.asked.push(request.headers.get('if-none-match'))
    const { policy } = standing
    await standing.answers()
    if (standing.away) throw new Error('away')
    if (said) return said()
    const etag = `"${policy.version}"`
    if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304 })
    return Response.json(policy, { headers: { etag } })
  }
  const governed = { endpoint: { name, url: `terrane:${name}`, fetch }, remote, policy }
  const products: GovernedProduct[] = [governed]
  const point = new EmbeddedDecisionPoint(
    () => products,
    identities,
    () => undefined,
  )
  const grants = (...given: Grant[]) => {
    standing.policy = { ...standing.policy, version: `${Number(standing.policy.version) + 1}`, grants: given }
  }
  const reads = async (who: Caller) => (await point.decide(who)).decisions.get(name)?.datasets.orders?.read
  return { standing, grants, reads, point, say, governed, products }
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
})

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

test('a grant begins when it says so, without anything else changing', async () => {
  const { reads, grants } = product()
  at(0)
  grants(grant({ from: text(1_000), until: text(2_000) }))
  const seen = []
  for (const milliseconds of [0, 999, 1_000, 1_999, 2_000]) {
    at(milliseconds)
    seen.push(await reads(ann))
  }
  expect(seen).toEqual([false, false, true, true, false])
})

test('of a product that is away nothing is left but what it is called: no property, no action, and no shared answer', async () => {
  const { grants, standing, point } = product()
  grants(grant(), grant({ id: 'g2', dataset: '*', actions: ['control', 'observe'] }))
  const before = await point.decide(ann)
  expect(before.decisions.get('sales')).toMatchObject({ actions: ['control', 'observe'] })
  standing.away = true
  const away = await point.decide(ann)
  expect(away.decisions.get('sales')).toMatchObject({
    actions: [],
    datasets: { orders: { discover: true, read: false, properties: { id: { discover: true, read: false } } } },
  })
  expect(away.decisions.get('sales')!.fingerprint).not.toBe(before.decisions.get('sales')!.fingerprint)
  expect(away.fingerprint).not.toBe(before.fingerprint)
})

test.each<[string, () => Response]>([
  ['is another product’s', () => Response.json({ ...product({ name: 'other' }).standing.policy, version: '7' })],
  ['comes with a failure', () => Response.json(product().standing.policy, { status: 500 })],
  ['is the same as none', () => new Response(null, { status: 304 })],
  ['is no JSON', () => new Response('hello')],
])('a policy that %s is none', async (_, answer) => {
  const { reads, say, point } = product()
  say(answer)
  expect(await reads(ann)).toBe(false)
  expect((await point.decide(ann)).unreachable).toEqual(new Set(['sales']))
  say()
  expect(await reads(ann)).toBe(true)
})

test('two products of one version have decisions of their own, and so has the mesh without one of them', async () => {
  const { point, products } = product()
  const other = product({ name: 'other' })
  other.standing.policy = { ...other.standing.policy, grants: [] }
  const alone = await point.decide(ann)
  products.push(other.governed)
  const { decisions, fingerprint } = await point.decide(ann)
  expect([...decisions].map(([name, { datasets }]) => [name, datasets.orders!.read])).toEqual([
    ['sales', true],
    ['other', false],
  ])
  expect(fingerprint).not.toBe(alone.fingerprint)
  products.shift()
  expect([...(await point.decide(ann)).decisions.keys()]).toEqual(['other'])
})

test('a product is asked whether its policy stands by the tag that came with it, and without one for all of it', async () => {
  const { reads, standing, say } = product()
  await reads(ann)
  await reads(ann)
  say(() => Response.json(standing.policy))
  await reads(ann)
  await reads(ann)
  expect(standing.asked).toEqual([null, '"1"', '"1"', null])
})

test('a product of another process is asked once a second, and at once where its grants were just changed', async () => {
  const { reads, grants, point, governed, standing } = product({ remote: true })
  at(0)
  expect(await reads(ann)).toBe(true)
  grants()
  at(999)
  expect([await reads(ann), standing.asked.length]).toEqual([true, 1])
  at(1_000)
  expect([await reads(ann), standing.asked.length]).toEqual([false, 2])
  grants(grant())
  await point.renew(governed)
  expect([await reads(ann), standing.asked.length]).toEqual([true, 3])
})

test('who asks while changed grants are asked for waits for them', async () => {
  const { reads, grants, point, governed, standing } = product({ remote: true })
  at(0)
  expect(await reads(ann)).toBe(true)
  grants()
  const going = new Deferred<void>()
  standing.answers = () => going.promise
  const renewed = point.renew(governed)
  while (standing.asked.length < 2) await sleep(1)
  const meanwhile = reads(ann)
  going.resolve()
  await renewed
  expect(await meanwhile).toBe(false)
})

describe('what a product began to say before its grants were changed', () => {
  /** It is held up while it says what it granted so far. */
  async function heldUp(remote: boolean) {
    const opened = product({ remote })
    const { standing, reads } = opened
    await reads(ann)
    const going = new Deferred<void>()
    standing.answers = () => going.promise
    at(5_000)
    const before = reads(ann)
    while (standing.asked.length < 2) await sleep(1)
    standing.answers = async () => {}
    opened.grants()
    return { ...opened, before, goOn: () => going.resolve() }
  }

  test('counts for nobody who asks after that', async () => {
    at(0)
    const { reads, before, goOn } = await heldUp(false)
    const after = [reads(ann), reads(bob), reads(ann)]
    goOn()
    expect([await before, ...(await Promise.all(after))]).toEqual([true, false, false, false])
  })

  test('nor for anybody once it was told of the change', async () => {
    at(0)
    const { reads, before, goOn, point, governed } = await heldUp(true)
    const renewed = point.renew(governed)
    goOn()
    await renewed
    expect([await before, await reads(ann)]).toEqual([true, false])
  })
})

test('a product that answers again is waited for again', async () => {
  const { reads, standing, grants } = product({ remote: true })
  standing.answers = async () => {
    await sleep(300)
    throw new Error('silent')
  }
  expect(await reads(ann)).toBe(false)
  standing.answers = async () => {}
  while (!(await reads(ann))) await sleep(5)
  grants()
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 5_000)
  expect(await reads(ann)).toBe(false)
})
