import path from 'node:path'
import { loadOrCreateKeys } from '@terrane/schema'
import Database from 'better-sqlite3'
import { allow, ukSales } from '../gateway/small-mesh.js'
import type { SmallProduct } from '../gateway/small-product.js'
import { Market } from './market.js'

/** Its control port grants, and then falls silent before it has said so. */
let market: Market
let uk: SmallProduct
let silent = true
const calls: string[] = []

beforeAll(async () => {
  market = await Market.open()
  const { jwks } = await loadOrCreateKeys(market.home)
  uk = ukSales(jwks)
  uk.grants = [allow('admin', '*', { actions: ['control'] })]
  const behave = uk.fetch.bind(uk)
  uk.fetch = async request => {
    const { pathname } = new URL(request.url)
    const [, id] = /\/control\/grants\/?(.*)$/.exec(pathname) ?? []
    if (id === undefined) return behave(request)
    calls.push(`${request.method} ${id}`.trim())
    if (request.method === 'GET') return Response.json({ grants: uk.grants })
    if (request.method === 'DELETE') {
      uk.grants = uk.grants.filter(grant => grant.id !== decodeURIComponent(id))
      return new Response(null, { status: 204 })
    }
    const given = {
      ...allow('user:analyst', 'orders'),
      ...((await request.json()) as object),
      id: `grant-${calls.length}`,
    }
    uk.grants = [...uk.grants, given]
    return silent ? new Response('gone', { status: 502 }) : Response.json(given)
  }
  await fetch(`${market.gateway.url}/registry/products`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(await market.bearer('admin')) },
    body: JSON.stringify({ url: await uk.listen(), name: 'uk-sales' }),
  })
})
afterAll(async () => {
  await uk.die()
  await market.close()
})

test('nothing counts as decided, and the next decision takes back what the first one may have given', async () => {
  const asked = await market.ask(
    `mutation { mesh { requestAccess(request: {
      product: "uk-sales", dataset: "orders", properties: ["customer_email"], reason: "Letters." }) { id } } }`,
    'analyst',
  )
  const { id } = asked.data.mesh.requestAccess
  const decide = (approve: boolean) =>
    market.ask(
      'mutation ($id: ID!, $decision: MeshRequestDecision!) { mesh { decideRequest(id: $id, decision: $decision) { state grantId } } }',
      'admin',
      { id, decision: { approve } },
    )
  expect((await decide(true)).errors?.[0]?.extensions.code).toBe('SUBGRAPH_UNREACHABLE')
  const state = async () =>
    (await market.ask('query ($id: ID!) { mesh { accessRequest(id: $id) { state } } }', 'admin', { id })).data.mesh
      .accessRequest.state
  expect(await state()).toBe('PENDING')
  // Whether it was granted is not known yet: nobody decides over it.
  expect((await decide(false)).errors?.[0]?.extensions.code).toBe('CONFLICT')

  // The gateway that was deciding is taken to be gone.
  const store = new Database(path.join(market.home, 'gateway', 'catalogue.sqlite'))
  store.prepare("UPDATE access_request SET claimed_at = '2026-01-01T00:00:00.000Z'").run()
  store.close()
  silent = false
  expect((await decide(false)).data.mesh.decideRequest).toEqual({ state: 'DENIED', grantId: null })
  expect(calls).toEqual(['PUT', 'GET', 'DELETE grant-1'])
  expect(uk.grants.map(({ subject }) => subject)).toEqual(['role:admin'])
})
