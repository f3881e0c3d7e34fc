import { IDENTITY_HEADER, REPEATS_PATH } from '@terrane/schema'
import { address, type GuardedHarbour, openGuardedHarbour } from '../control/guarded-harbour.js'
import { mesh } from '../harbour/harbour.js'

/** Only the mesh itself may tell a product of readings: whoever else could would write another's name into the audit. */
let harbour: GuardedHarbour
beforeAll(async () => {
  harbour = await openGuardedHarbour()
})
afterAll(() => harbour?.close())

const read = { dataset: 'ships', publication: 1, properties: ['name'], rows: 3 }
const repeat = { at: '2026-11-22T00:00:00.000Z', subject: 'user:somebody-else', reads: [read], denied: [] }

const tell = (headers: Record<string, string>, body: unknown = { repeats: [repeat] }) =>
  harbour.product.fetch(
    new Request(`http://harbour.test${REPEATS_PATH}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  )
const audited = async () => {
  const answer = await harbour.get(
    `${address}/observability/audit?subject=user:somebody-else`,
    await harbour.as('admin'),
  )
  return ((await answer.json()) as { audit: object[] }).audit
}
const asMesh = async () => ({ [IDENTITY_HEADER]: await harbour.signer.sign(mesh, 'harbour') })

test('nobody else finds the way in, not even who may control the product', async () => {
  expect((await tell({})).status).toBe(404)
  for (const who of ['clerk', 'steward', 'admin']) expect((await tell(await harbour.as(who))).status).toBe(404)
  expect((await tell({ [IDENTITY_HEADER]: 'forged' })).status).toBe(401)
  expect(await audited()).toEqual([])
})

test('what is not a list of readings is refused whole', async () => {
  const badly = [{ id: '' }, { id: 7 }, { id: 'a~b' }, { id: 'a'.repeat(31) }, { at: '2026-11-22' }].map(some => ({
    repeats: [{ ...repeat, ...some }],
  }))
  const wrong = [undefined, {}, { repeats: 7 }, { repeats: [repeat, { ...repeat, at: 'noon' }] }, ...badly]
  for (const body of wrong) expect((await tell(await asMesh(), body ?? 'x')).status).toBe(400)
  expect(await audited()).toEqual([])
})

test('the mesh itself is believed', async () => {
  expect((await tell(await asMesh())).status).toBe(204)
  expect(await audited()).toMatchObject([{ ...read, outcome: 'allowed', detail: 'given again by the gateway' }])
})

test('what it tells again because the answer was lost is written once, and what only looks the same as often as it happened', async () => {
  const told = {
    repeats: [{ ...repeat, id: 'c0ffee-1', reads: [read, read], denied: ['harbour/ships/name', 'other/ships'] }],
  }
  const before = (await audited()).length
  for (let again = 0; again < 3; again++) expect((await tell(await asMesh(), told)).status).toBe(204)
  expect(await audited()).toHaveLength(before + 3)
  const another = { repeats: [{ ...told.repeats[0], id: 'c0ffee-2' }, repeat, repeat] }
  expect((await tell(await asMesh(), another)).status).toBe(204)
  expect(await audited()).toHaveLength(before + 8)
})
