import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type DataProduct, openDataProduct, serveDataProduct } from '@terrane/runtime'
import { loadOrCreateKeys, type Problem } from '@terrane/schema'
import { eventually } from '../processes/processes.js'
import { client, folder, type Harbour, openHarbour } from './harbour.js'

/** Starts, redeploys and reasons to run: what is published is served from the first moment, and nothing runs twice. */
let base: string
let productFolder: string
let harbour: Harbour
beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'terrane-again-'))
  productFolder = path.join(base, 'product')
  await cp(folder, productFolder, { recursive: true })
  harbour = await openHarbour({ productFolder })
})
afterAll(async () => {
  await harbour?.close()
  await rm(base, { recursive: true, force: true })
})

const address = '/data/ports/north/harbour/1'
const NAME = '{ harbour { ship(shipId: "S001") { name } } }'

async function reopened(): Promise<{ product: DataProduct; problems: Problem[] }> {
  await harbour.product.close()
  const keys = await loadOrCreateKeys(harbour.home)
  const opened = await openDataProduct({
    folder: productFolder,
    home: harbour.home,
    trust: keys.jwks,
    env: { HARBOUR_SOURCES: harbour.sources },
  })
  const product = opened.product!
  const close = harbour.close
  harbour = client(product, harbour.home, harbour.sources, harbour.signer, async () => {
    await product.close()
    await close()
  })
  return { product, problems: opened.problems }
}

const published = (product: DataProduct) =>
  new Promise<number>(resolve => {
    const stop = product.onPublication(({ publication }) => {
      stop()
      resolve(publication)
    })
  })

async function send(method: string, pathname: string, type: string, body?: string) {
  const headers = { ...(await harbour.as('admin')), 'content-type': type }
  return harbour.product.fetch(
    new Request(`http://harbour.test${address}${pathname}`, { method, headers, ...(body ? { body } : {}) }),
  )
}

test('a second start serves at once and runs nothing', async () => {
  const { product, problems } = await reopened()
  expect(problems).toEqual([])
  const answer = await harbour.ask(NAME, await harbour.as('steward'))
  expect([answer.data.harbour.ship.name, answer.extensions?.terrane?.publications.harbour]).toEqual(['Ship 1', 1])
  expect(await product.run('start')).toMatchObject({ state: 'UNCHANGED', publication: 1, problems: [] })
})

test('a push is in the data a moment later; the same push again changes nothing', async () => {
  const publication = published(harbour.product)
  const notice = '[{"notice_id": 1, "text": "Fog"}, {"notice_id": 2, "text": "Ice"}]'
  const first = await send('POST', '/input/notices', 'application/json', notice)
  expect(first.status).toBe(201)
  expect(await first.json()).toMatchObject({
    port: 'notices',
    duplicate: false,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(await publication).toBe(2)
  // Public: a visitor reads it.
  const answer = await harbour.ask('{ harbour { notices(first: 5) { nodes { noticeId text } } } }')
  expect(answer.data.harbour.notices.nodes).toEqual([
    { noticeId: '1', text: 'Fog' },
    { noticeId: '2', text: 'Ice' },
  ])
  const second = await send('POST', '/input/notices', 'application/json', notice)
  expect([second.status, await second.json()]).toEqual([200, expect.objectContaining({ duplicate: true })])
  expect(await harbour.product.run('after a duplicate')).toMatchObject({ state: 'UNCHANGED', publication: 2 })
})

test('a burst of upstream publications is one run', async () => {
  const before = await runs()
  for (let at = 0; at < 20; at++) harbour.product.upstreamPublished()
  await eventually(runs, after => after.length > before.length)
  await harbour.product.run('behind it')
  expect((await runs()).map(run => run.trigger).slice(0, 2)).toEqual(['behind it', 'upstream'])
  expect(await runs()).toHaveLength(before.length + 2)
})

describe('a model changed through the control port', () => {
  const sql =
    'SELECT ship_id, upper(name) AS name, flag, built, tonnage, edition FROM input.ships CROSS JOIN abstraction.edition ORDER BY ship_id'

  test('what is refused is refused with its reasons, and nothing changes', async () => {
    const response = await send('PUT', '/control/pipeline/ships', 'text/sql', "SELECT * FROM read_csv('/etc/passwd')")
    expect(response.status).toBe(422)
    const verdict = (await response.json()) as { accepted: boolean; problems: Problem[] }
    expect(verdict.accepted).toBe(false)
    expect(verdict.problems.length).toBeGreaterThan(0)
    expect((await harbour.ask(NAME, await harbour.as('steward'))).data.harbour.ship.name).toBe('Ship 1')
  })

  test('a dry run shows rows and publishes nothing', async () => {
    const response = await send('PUT', '/control/pipeline/ships?dryRun=true', 'text/sql', sql)
    expect([response.status, await response.json()]).toEqual([
      200,
      expect.objectContaining({ accepted: true, dryRun: true, rowCount: 40 }),
    ])
    expect((await harbour.ask(NAME, await harbour.as('steward'))).data.harbour.ship.name).toBe('Ship 1')
  })

  test('is in force, and survives a restart', async () => {
    const publication = published(harbour.product)
    const response = await send('PUT', '/control/pipeline/ships', 'text/sql', sql)
    expect(response.status).toBe(200)
    await publication
    expect((await harbour.ask(NAME, await harbour.as('steward'))).data.harbour.ship.name).toBe('SHIP 1')
    const { product, problems } = await reopened()
    expect(problems).toEqual([])
    expect((await product.run('start')).state).toBe('UNCHANGED')
  })

  test('whose baseline changed under it is an error that shows both, while the last publication serves', async () => {
    const file = path.join(productFolder, 'pipeline', 'output', 'ships.sql')
    await writeFile(file, (await readFile(file, 'utf8')).replace('ORDER BY ship_id', 'ORDER BY name'))
    const { product, problems } = await reopened()
    expect(problems.map(problem => problem.code)).toEqual(['OVERLAY_BASELINE_CHANGED'])
    expect(problems[0]!.message).toContain('upper(name)')
    expect(problems[0]!.message).toContain('ORDER BY name')
    expect(await product.run('start')).toMatchObject({
      state: 'FAILED',
      problems: [{ code: 'OVERLAY_BASELINE_CHANGED' }],
    })
    expect((await harbour.ask(NAME, await harbour.as('steward'))).data.harbour.ship.name).toBe('SHIP 1')

    const publication = published(product)
    expect((await send('DELETE', '/control/pipeline/ships', 'text/sql')).status).toBe(204)
    await publication
    expect((await harbour.ask(NAME, await harbour.as('steward'))).data.harbour.ship.name).toBe('Ship 1')
  })
})

test('served by itself over HTTP, and closed', async () => {
  const { product } = await reopened()
  const served = await serveDataProduct(product, { listenPort: 0 })
  expect((await fetch(`${served.url}/healthz`)).status).toBe(200)
  const answer = await fetch(`${served.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(await harbour.as('steward')) },
    body: JSON.stringify({ query: NAME }),
  })
  expect(((await answer.json()) as { data: unknown }).data).toEqual({ harbour: { ship: { name: 'Ship 1' } } })
  const csv = await fetch(`${served.url}${address}/calls/1.csv`, { headers: await harbour.as('steward') })
  expect((await csv.text()).trim().split('\n')).toHaveLength(601)
  await expect(serveDataProduct(product, { listenPort: Number(new URL(served.url).port) })).rejects.toThrow(
    'EADDRINUSE',
  )
  await served.close()
  await expect(fetch(`${served.url}/healthz`)).rejects.toThrow()
})

async function runs() {
  const response = await harbour.get(`${address}/observability/runs?limit=1000`, await harbour.as('admin'))
  return ((await response.json()) as { runs: { trigger: string; state: string }[] }).runs
}
