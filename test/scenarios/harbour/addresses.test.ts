import { type Harbour, openHarbour } from './harbour.js'

/** The product's own addresses, as ARCHITECTURE §7 has them: without the last number 307 to the newest. */
const PRODUCT = '/data/ports/north/harbour'

let harbour: Harbour
beforeAll(async () => {
  harbour = await openHarbour()
})
afterAll(() => harbour.close())

test('who may not know of a dataset learns nothing from a redirect', async () => {
  for (const path of ['/1/calls', '/1/calls.csv', '/1/nothing', '/1/ships.exe', '/1/ships.csv.csv'])
    expect([path, (await harbour.get(PRODUCT + path)).status]).toEqual([path, 404])
})

test.each([
  ['', '/1'],
  ['/1/ships', '/1/ships/1'],
  ['/1/ships.csv', '/1/ships/1.csv'],
  ['/ships', '/1/ships'],
  ['/ships.parquet', '/1/ships.parquet'],
  ['/ships/1.csv', '/1/ships/1.csv'],
  ['/ships/1', '/1/ships/1'],
  ['/product.odps.yaml', '/1/product.odps.yaml'],
])('%s leads to %s, with the query', async (path, target) => {
  const answer = await harbour.get(`${PRODUCT}${path}?asOf=1`, await harbour.as('steward'))
  expect([answer.status, answer.headers.get('location')]).toEqual([307, `${PRODUCT}${target}?asOf=1`])
})

test('a major that is not there is not another', async () => {
  expect((await harbour.get(`${PRODUCT}/2/ships`, await harbour.as('steward'))).status).toBe(404)
  expect((await harbour.get(`${PRODUCT}/2`, await harbour.as('steward'))).status).toBe(404)
})

test('what is wrong with asOf is said of asOf, and of the header of the header', async () => {
  const steward = await harbour.as('steward')
  const details = async (path: string, more: Record<string, string> = {}) => {
    const answer = await harbour.get(`${PRODUCT}/1/ships/1.csv${path}`, { ...steward, ...more })
    return [answer.status, ((await answer.json()) as { detail: string }).detail]
  }
  expect(await details('?asOf=x')).toEqual([400, 'The parameter asOf is the number of a publication.'])
  expect(await details('', { 'terrane-publication': 'x' })).toEqual([400, expect.stringMatching(/^The header/)])
})

test('a page is kept for nobody else', async () => {
  const page = await harbour.get(`${PRODUCT}/1`, { ...(await harbour.as('steward')), accept: 'text/html' })
  expect(page.headers.get('vary')).toBe('accept, terrane-identity')
  expect(page.headers.get('cache-control')).toBe('private, no-cache')
})
