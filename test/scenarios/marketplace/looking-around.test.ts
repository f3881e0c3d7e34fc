import { loadOrCreateKeys } from '@terrane/schema'
import { ukSales } from '../gateway/small-mesh.js'
import type { SmallProduct } from '../gateway/small-product.js'
import { Market } from './market.js'

let market: Market
let far: SmallProduct

beforeAll(async () => {
  market = await Market.open()
  await market.publish()
  const { jwks } = await loadOrCreateKeys(market.home)
  far = ukSales(jwks)
  const url = await far.listen()
  const response = await fetch(`${market.gateway.url}/registry/products`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(await market.bearer('admin')) },
    body: JSON.stringify({ url, name: 'uk-sales' }),
  })
  expect(response.status).toBe(201)
})
afterAll(async () => {
  await far.die()
  await market.close()
})

const SEARCH = `query ($text: String, $where: MeshSearchFilter, $first: Int, $after: String) { mesh {
  search(text: $text, where: $where, first: $first, after: $after) {
    totalCount nodes { name access fieldCount readableCount }
    facets { name values { value count } } pageInfo { hasNextPage endCursor } } } }`
const search = async (as: string, variables: object = {}) => {
  const answer = await market.ask(SEARCH, as, variables)
  expect(answer.errors).toBeUndefined()
  return answer.data.mesh.search
}
const names = async (as: string, variables: object) =>
  (await search(as, variables)).nodes.map(({ name }: { name: string }) => name)
const facet = (result: { facets: { name: string; values: object[] }[] }, name: string) =>
  result.facets.find(one => one.name === name)?.values

describe('what is hidden stays hidden', () => {
  test('a visitor finds what is public, of the harbour its notices alone, and no count tells of more', async () => {
    const found = await search('visitor')
    expect(found.nodes).toEqual([
      { name: 'harbour', access: 'ALL', fieldCount: 2, readableCount: 2 },
      { name: 'tides', access: 'ALL', fieldCount: 2, readableCount: 2 },
    ])
    expect(found.totalCount).toBe(2)
    expect(found.facets).toEqual([
      {
        name: 'domains',
        values: [
          { value: 'ports', count: 1 },
          { value: 'ports/north', count: 1 },
        ],
      },
      {
        name: 'owners',
        values: [
          { value: 'Harbour master', count: 1 },
          { value: 'Tide tables', count: 1 },
        ],
      },
      { name: 'classifications', values: [{ value: 'public', count: 2 }] },
      { name: 'freshness', values: [{ value: 'UNKNOWN', count: 2 }] },
      { name: 'access', values: [{ value: 'ALL', count: 2 }] },
    ])
    for (const text of ['uk-sales', 'europe', 'orders', 'pilot_name', 'tonnage'])
      expect(await names('visitor', { text })).toEqual([])
    // Its purpose speaks of ships, which is the name of a dataset that a visitor may not know of.
    const { data } = await market.ask(
      '{ mesh { product(name: "harbour") { description datasets { name } } } }',
      'visitor',
    )
    expect(data.mesh.product).toEqual({ description: null, datasets: [{ name: 'notices' }] })
  })

  test('the name of a withheld field finds nothing, neither by itself nor in a text', async () => {
    expect(await names('analyst', { text: 'profit' })).toEqual([])
    expect(await names('analyst', { text: 'margin' })).toEqual([])
    expect(await names('steward', { text: 'profit' })).toEqual(['harbour'])
    expect(facet(await search('analyst'), 'classifications')).not.toContainEqual(
      expect.objectContaining({ value: 'confidential' }),
    )
    expect(facet(await search('steward'), 'classifications')).toContainEqual({ value: 'confidential', count: 2 })
  })

  test('a product is the same as none, and so is what feeds it', async () => {
    const QUESTION =
      '{ mesh { product(name: "NAME") { name } tides: product(name: "tides") { upstream { product dataset port } downstream } } }'
    const hidden = await market.ask(QUESTION.replace('NAME', 'uk-sales'), 'visitor')
    const none = await market.ask(QUESTION.replace('NAME', 'nowhere'), 'visitor')
    expect(hidden.data).toEqual(none.data)
    expect(hidden.data.mesh).toEqual({ product: null, tides: { upstream: [], downstream: [] } })
    const { data } = await market.ask(QUESTION.replace('NAME', 'harbour'), 'analyst')
    expect(data.mesh.tides.upstream).toEqual([{ product: 'harbour', dataset: 'calls', port: 'calls' }])
    expect(
      (await market.ask('{ mesh { product(name: "harbour") { downstream } } }', 'analyst')).data.mesh.product,
    ).toEqual({
      downstream: ['tides'],
    })
  })

  test('and no rule on a withheld field is counted', async () => {
    const quality = async (as: string) =>
      (await market.ask('{ mesh { product(name: "harbour") { quality { passed failed } } } }', as)).data.mesh.product
        .quality
    const all = (await quality('steward')).passed
    expect(all).toBeGreaterThan(0)
    expect((await quality('analyst')).passed).toBe(all)
  })
})

test('a search finds by name, title, field and purpose, the best first, however a name is written', async () => {
  expect(await names('analyst', { text: 'tides' })).toEqual(['tides'])
  for (const text of ['pilot_name', 'pilotName', 'Pilot name', 'PILOT-NAME harbour'])
    expect(await names('analyst', { text })).toEqual(['harbour'])
  // A dataset's name weighs more than a word of a purpose.
  expect(await names('analyst', { text: 'calls' })).toEqual(['harbour', 'tides'])
  expect(await names('analyst', { text: 'calls nonsense' })).toEqual([])
})

test('a search without end is refused before anything is looked for', async () => {
  const ASK = 'query ($text: String) { mesh { search(text: $text) { totalCount } } }'
  for (const text of ['a '.repeat(400_000), 'x'.repeat(501), [...'abcdefghijklmnopqrstu'].join(' ')]) {
    const { data, errors } = await market.ask(ASK, 'visitor', { text })
    expect([data.mesh.search, errors![0]!.extensions.code]).toEqual([null, 'BAD_USER_INPUT'])
  }
  const { data } = await market.ask(ASK, 'visitor', { text: 'tides '.repeat(50) })
  expect(data.mesh.search.totalCount).toBe(1)
})

test('facets narrow, each counted without its own filter', async () => {
  const all = await search('analyst')
  expect(facet(all, 'domains')).toEqual([
    { value: 'europe/uk', count: 1 },
    { value: 'ports', count: 1 },
    { value: 'ports/north', count: 1 },
  ])
  const narrowed = await search('analyst', { where: { domains: ['ports'], access: ['ALL'] } })
  expect(narrowed.nodes.map(({ name }: { name: string }) => name)).toEqual(['tides'])
  expect(facet(narrowed, 'domains')).toEqual([{ value: 'ports', count: 1 }])
  expect(facet(narrowed, 'access')).toEqual([{ value: 'ALL', count: 1 }])
  const none = await search('analyst', { where: { domains: ['ports/north'], access: ['ALL'] } })
  expect(none.totalCount).toBe(0)
  expect(facet(none, 'domains')).toEqual([{ value: 'ports', count: 1 }])
  expect(facet(none, 'access')).toEqual([{ value: 'SOME', count: 1 }])
})

test('pages follow one another; a cursor from elsewhere is refused', async () => {
  const first = await search('analyst', { first: 2 })
  const second = await search('analyst', { first: 2, after: first.pageInfo.endCursor })
  expect([...first.nodes, ...second.nodes].map(({ name }) => name).sort()).toEqual(['harbour', 'tides', 'uk-sales'])
  expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false])
  const refused = await market.ask(SEARCH, 'analyst', { after: 'bm9uc2Vuc2U' })
  expect(refused.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  expect((await market.ask(SEARCH, 'analyst', { first: 1000 })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
})

test('a product tells how it is, and what one may do with it', async () => {
  const { data } = await market.ask(
    `{ mesh { product(name: "harbour") { rootField status visibility publishedAt publication freshness classifications
      fieldCount readableCount access mayControl mayObserve datasets { name fieldCount readableCount } } me { subject name roles authenticated controls observes } } }`,
    'admin',
  )
  expect(data.mesh.product).toMatchObject({
    ...{ rootField: 'harbour', status: 'active', visibility: 'internal', publication: 1, mayControl: true },
    ...{ mayObserve: true, access: 'ALL' },
  })
  expect(Date.parse(data.mesh.product.publishedAt)).toBeGreaterThan(0)
  expect(data.mesh.me).toEqual({
    ...{ subject: 'user:admin', name: 'Administrator', roles: ['admin'], authenticated: true },
    ...{ controls: ['harbour'], observes: ['harbour'] },
  })
  expect((await market.ask('{ mesh { me { subject authenticated controls } } }', 'visitor')).data.mesh.me).toEqual({
    subject: 'visitor',
    authenticated: false,
    controls: [],
  })
})

test('a product that has died costs itself: it is unknown, and all others are found', async () => {
  await far.die()
  const { data, errors } = await market.ask(
    '{ mesh { search { nodes { name freshness publication status } } } }',
    'steward',
  )
  expect(errors).toBeUndefined()
  expect(data.mesh.search.nodes).toContainEqual({
    name: 'uk-sales',
    freshness: 'UNKNOWN',
    publication: null,
    status: null,
  })
  expect(data.mesh.search.nodes).toContainEqual(
    expect.objectContaining({ name: 'harbour', publication: 1, status: 'active' }),
  )
  const late = await search('steward', { where: { freshness: ['UNKNOWN'] } })
  expect(late.nodes.map(({ name }: { name: string }) => name)).toContain('uk-sales')
})
