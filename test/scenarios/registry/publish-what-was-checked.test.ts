import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { issueToken } from '@terrane/gateway'
import { ask, endAll, productFolder, type Running, terrane } from '../processes/processes.js'

/** Between a check and a publication nothing fits in: the gateway takes just what was checked, or nothing. */

let folder: string
let home: string
let product: string
let published: string
let mesh: string
let serving: Running

const contract = () => path.join(product, 'contracts', 'continents.odcs.yaml')
function change(from: string, to: string): void {
  const text = readFileSync(contract(), 'utf8')
  if (!text.includes(from)) throw new Error(`the contract does not say ${from}`)
  writeFileSync(contract(), text.replace(from, to))
}
const serve = () => terrane(['serve', product, '--port', '0'], { TERRANE_HOME: home, TERRANE_SOURCES: folder })
const publish = (url: string) =>
  terrane(['publish', url, '--gateway', mesh, '--check', product, '--published', published], { TERRANE_HOME: home }).end
const token = async (as: string) => (await issueToken({ home, as }))!
const isThere = async () => (await ask(mesh, '{ referenceGeography { product { name } } }', await token('admin'))).data

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-checked-'))
  home = path.join(folder, 'home')
  published = path.join(folder, 'published')
  product = path.join(folder, 'products', 'reference-geography')
  cpSync(productFolder('reference-geography'), product, { recursive: true })
  mesh = await terrane(['gateway', '--demo', '--port', '0'], { TERRANE_HOME: home }).url()
  serving = serve()
})
afterAll(async () => {
  await endAll()
  rmSync(folder, { recursive: true, force: true })
})

test('a product that serves another contract than the one checked is refused, and nothing has changed', async () => {
  const url = await serving.url()
  change('purpose: The seven continents', 'purpose: The seven or so continents')
  const refused = await publish(url)
  expect([refused.exit, refused.out]).toEqual([1, expect.stringMatching(/serves another contract .*CHECKED_ANOTHER/)])
  expect(await isThere()).toBeNull()
})

test('nor one that serves another graph', async () => {
  const url = await serving.url()
  change('purpose: The seven or so continents', 'purpose: The seven continents')
  change('description: Two letters.', 'description: A code of two letters.')
  const refused = await publish(url)
  expect([refused.exit, refused.out]).toEqual([1, expect.stringMatching(/serves another graph .*CHECKED_ANOTHER/)])
  expect(await isThere()).toBeNull()
})

test('once it serves what was checked, it is in', async () => {
  await serving.stop()
  serving = serve()
  const done = await publish(await serving.url())
  expect([done.exit, done.out]).toEqual([0, expect.stringMatching(/reference-geography is in the mesh/)])
  expect(await isThere()).toMatchObject({ referenceGeography: { product: { name: 'reference-geography' } } })
})

test('what breaks those who use it does not reach the gateway', async () => {
  const recorded = await terrane(['check', product, '--published', published, '--record']).end
  expect(recorded.exit).toBe(0)
  change('      - name: name\n', '      - name: title\n')
  const model = path.join(product, 'pipeline', 'output', 'continents.sql')
  writeFileSync(model, readFileSync(model, 'utf8').replace('name', 'name AS title'))
  const refused = await publish(await serving.url())
  expect(refused.exit).toBe(1)
  expect(refused.out).toMatch(/continents\.name was removed\. \(breaking\) PROPERTY_REMOVED/)
  expect(refused.out).not.toMatch(/CHECKED_ANOTHER|in the mesh/)
})

test('half of a fingerprint is wrong usage', async () => {
  const response = await fetch(`${mesh}/registry/products`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await token('admin')}` },
    body: JSON.stringify({ url: await serving.url(), checked: { sdl: 'sha256:1' } }),
  })
  expect(response.status).toBe(400)
})
