import { geography, SmallMesh, ukSales } from '../gateway/small-mesh.js'
import type { SmallProduct } from '../gateway/small-product.js'
import { eventually } from '../processes/processes.js'
import { askedMetrics, unknownIn } from './dashboard.js'

let mesh: SmallMesh
let geo: SmallProduct

beforeEach(async () => {
  mesh = await SmallMesh.start(trust => {
    geo = geography(trust)
    return [ukSales(trust)]
  })
  const token = await mesh.token('admin')
  await fetch(`${mesh.gateway.url}/registry/products`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ url: await geo.listen() }),
  })
})
afterEach(async () => {
  await mesh.stop()
  await geo.die()
})

/** A figure by its name and labels as Prometheus reads it. */
async function figures(): Promise<(series: string) => number | undefined> {
  const text = await (await fetch(`${mesh.gateway.url}/metrics`)).text()
  const all = new Map(
    text
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('#'))
      .map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
  return series => all.get(series)
}

const COUNTRIES = 'query Countries { referenceGeography { countries { name } } }'

test('operations, fetches, plans and answers are counted, each by what it is', async () => {
  const before = await figures()
  const misses = before('terrane_gateway_cache_lookups_total{cache="plans",outcome="miss"}') ?? 0
  // Cost-free repetition is what the answers' cache gives; a mutation is never among it.
  for (let times = 0; times < 3; times++) expect((await mesh.ask(COUNTRIES, 'steward')).status).toBe(200)
  for (let times = 0; times < 3; times++) await mesh.ask('mutation { ukSales { run } }', 'steward')
  await mesh.ask('{ nothing }', 'steward')
  const now = await figures()
  expect(now('terrane_gateway_operation_seconds_count{operation="Countries"}')).toBe(3)
  expect(now('terrane_gateway_operations_total{type="query",outcome="answered"}')).toBe(3)
  expect(now('terrane_gateway_operations_total{type="mutation",outcome="answered"}')).toBe(3)
  expect(now('terrane_gateway_operations_total{type="query",outcome="refused"}')).toBe(1)
  expect(now('terrane_gateway_operations_in_flight')).toBe(0)
  expect(now('terrane_gateway_fetch_seconds_count{subgraph="uk-sales"}')).toBe(3)
  expect(now('terrane_gateway_fetch_seconds_count{subgraph="reference-geography"}')).toBeGreaterThanOrEqual(1)
  expect(now('terrane_gateway_breaker_state{subgraph="reference-geography"}')).toBe(0)
  expect(now('terrane_gateway_cache_lookups_total{cache="plans",outcome="miss"}')).toBe(misses + 2)
  expect(now('terrane_gateway_cache_lookups_total{cache="plans",outcome="hit"}')).toBeGreaterThanOrEqual(2)
  expect(now('terrane_gateway_cache_entries{cache="plans"}')).toBe(2)
  expect(now('terrane_gateway_products')).toBe(2)
})

test('the bytes of every operation are counted, of one that is kept, refused or compressed as well', async () => {
  const sent = { requests: 0, answers: 0 }
  for (const [query, encoding] of [COUNTRIES, COUNTRIES, '{ nothing }', COUNTRIES].map((one, at) => [one, at % 2])) {
    const body = JSON.stringify({ query })
    const headers = { 'content-type': 'application/json', 'accept-encoding': encoding ? 'gzip' : 'identity' }
    const answer = await fetch(`${mesh.gateway.url}/graphql`, { method: 'POST', headers, body })
    await answer.arrayBuffer()
    sent.requests += body.length
    sent.answers += Number(answer.headers.get('content-length'))
  }
  // The client has its answer a little before the gateway knows that.
  const now = await eventually(figures, now => now('terrane_gateway_answer_bytes_count{route="/graphql"}') === 4)
  expect(now('terrane_gateway_answer_bytes_sum{route="/graphql"}')).toBe(sent.answers)
  expect(now('terrane_gateway_request_bytes_sum{route="/graphql"}')).toBe(sent.requests)
})

test('all that dashboard and alerts ask of a gateway is told by one', async () => {
  const asked = askedMetrics('gateway')
  expect(asked.length).toBeGreaterThan(12)
  const text = await (await fetch(`${mesh.gateway.url}/metrics`)).text()
  expect(unknownIn(text, asked)).toEqual([])
  expect(unknownIn(text, ['terrane_gateway_products_total', 'terrane_gateway_products_sum'])).toHaveLength(2)
})

test('a subgraph that fails is seen to, and what it would be asked is not', async () => {
  await geo.die()
  // Twenty within a few seconds open it: at once they are that on any machine.
  const fail = () => Promise.all(Array.from({ length: 20 }, () => mesh.ask(COUNTRIES, 'steward')))
  const now = await eventually(
    () => fail().then(figures),
    now => now('terrane_gateway_breaker_state{subgraph="reference-geography"}') === 2,
  )
  expect(now('terrane_gateway_subgraph_failures_total{subgraph="reference-geography"}')).toBeGreaterThan(0)
  expect(now('terrane_gateway_subgraph_failures_total{subgraph="uk-sales"}') ?? 0).toBe(0)
})

test('visitors make up names without end, and those of others have a series all the same', async () => {
  for (let at = 0; at < 110; at++) await mesh.ask(`query Visitor${at} { __typename }`)
  await mesh.ask('query Steward { __typename }', 'steward')
  const now = await figures()
  const seconds = (name: string) => now(`terrane_gateway_operation_seconds_count{operation="${name}"}`)
  expect(seconds('Visitor0')).toBe(1)
  expect(seconds('Visitor109')).toBeUndefined()
  expect(seconds('other')).toBeGreaterThanOrEqual(10)
  expect(seconds('Steward')).toBe(1)
})
