import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Gateway, issueToken, startGateway } from '@terrane/gateway'
import { type DataProduct, openDataProduct } from '@terrane/runtime'
import { loadOrCreateKeys, type Problem } from '@terrane/schema'
import { folder as HARBOUR, writeSources } from '../harbour/harbour.js'
import { endAll, terrane } from '../processes/processes.js'

/** `terrane pull`: what was changed through the control port goes back into the folder, and over nothing else. */

const ADDRESS = '/data/ports/north/harbour/1'
const SHIPS = 'pipeline/output/ships.sql'
const CONTRACT = 'contracts/register.odcs.yaml'
const SHOUT =
  'SELECT ship_id, upper(name) AS name, flag, built, tonnage, edition FROM input.ships CROSS JOIN abstraction.edition\n'
const FIVE = { id: 'has_calls', metric: 'rowCount', type: 'library', mustBeGreaterThan: 5, severity: 'error' }
const MOORED = {
  id: 'moored',
  metric: 'nullValues',
  type: 'library',
  arguments: { properties: ['berth'] },
  mustBe: 0,
  severity: 'warning',
}

let base: string
let home: string
let folder: string
let product: DataProduct
let gateway: Gateway
let close: () => Promise<void> = async () => {}

async function deploy(): Promise<Problem[]> {
  await close()
  const { jwks } = await loadOrCreateKeys(home)
  const opened = await openDataProduct({
    folder,
    home,
    trust: jwks,
    env: { HARBOUR_SOURCES: path.join(base, 'sources') },
  })
  if (!opened.product) throw new Error(JSON.stringify(opened.problems))
  product = opened.product
  close = async () => {
    close = async () => {}
    await gateway.close()
    await product.close()
  }
  gateway = await startGateway({
    listenPort: 0,
    home,
    demo: true,
    log: () => {},
    products: [{ name: 'harbour', url: 'terrane:harbour', fetch: request => product.fetch(request) }],
  })
  return opened.problems
}

async function send(method: string, below: string, as: string, body?: string): Promise<Response> {
  const authorization = `Bearer ${await issueToken({ home, as })}`
  const type = below.includes('pipeline') ? 'text/sql' : 'application/json'
  return fetch(`${gateway.url}${ADDRESS}/control/${below}`, {
    method,
    headers: { authorization, 'content-type': type },
    ...(body === undefined ? {} : { body }),
  })
}
async function put(below: string, body: string): Promise<void> {
  const answer = await send('PUT', below, 'admin', body)
  if (!answer.ok) throw new Error(await answer.text())
}
const pull = (...args: string[]) =>
  terrane(['pull', folder, '--from', gateway.url, ...args], {
    TERRANE_HOME: home,
    HARBOUR_SOURCES: path.join(base, 'sources'),
  }).end
const said = (file: string) => readFileSync(path.join(folder, file), 'utf8')
const everything = () =>
  (readdirSync(folder, { recursive: true, withFileTypes: true }) as import('node:fs').Dirent[])
    .filter(entry => entry.isFile())
    .map(entry => path.join(entry.parentPath, entry.name))
    .map(file => `${file}\n${readFileSync(file, 'utf8')}`)
    .sort()
    .join('\n')

beforeEach(async () => {
  base = mkdtempSync(path.join(tmpdir(), 'terrane-pull-'))
  home = path.join(base, 'home')
  folder = path.join(base, 'harbour')
  cpSync(HARBOUR, folder, { recursive: true })
  await writeSources(path.join(base, 'sources'), 30)
  await deploy()
  await product.run('test')
})
afterEach(async () => {
  await endAll()
  await close()
  rmSync(base, { recursive: true, force: true })
})

test('whoever may not observe the product learns nothing of it and nothing is written', async () => {
  await put('pipeline/ships', SHOUT)
  const before = everything()
  for (const as of ['visitor', 'analyst']) {
    expect((await send('GET', 'overlays', as)).status).toBe(403)
    const { exit, err, out } = await pull('--as', as)
    expect([exit, err]).toEqual([2, expect.stringMatching(/HTTP 403[\s\S]*TERRANE_TOKEN/)])
    expect(out + err).not.toMatch(/upper/)
  }
  expect((await fetch(`${gateway.url}${ADDRESS}/control/overlays`)).status).toBeGreaterThanOrEqual(401)
  expect(everything()).toBe(before)
})

test('SQL and rules go where they belong, the rest stays letter by letter, and the next deploy has no drift', async () => {
  const contract = said(CONTRACT)
  await put('pipeline/ships', SHOUT)
  await put('quality/calls', JSON.stringify([FIVE, MOORED]))
  await put('quality/ships', JSON.stringify([{ ...FIVE, id: 'has_ships' }]))

  const before = everything()
  const dry = await pull('--dry-run')
  expect([dry.exit, dry.out]).toEqual([0, expect.stringMatching(/^\+SELECT ship_id, upper\(name\)/m)])
  expect(everything()).toBe(before)

  const { exit, out } = await pull('--json')
  expect(exit).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ product: 'harbour', written: [SHIPS, CONTRACT], problems: [] })
  expect(said(SHIPS)).toBe(SHOUT)
  const rules = [
    '      - { id: has_calls, metric: rowCount, type: library, mustBeGreaterThan: 5, severity: error }',
    '      - { id: moored, metric: nullValues, type: library, arguments: { properties: [ berth ] }, mustBe: 0, severity: warning }',
    '',
  ].join('\n')
  expect(said(CONTRACT)).toBe(
    contract
      .replace(/ {6}- \{ id: has_calls.*\n/, rules)
      .replace(
        '  - name: ships\n',
        '  - name: ships\n    quality:\n      - { id: has_ships, metric: rowCount, type: library, mustBeGreaterThan: 5, severity: error }\n',
      ),
  )
  const again = await pull()
  expect([again.exit, again.out]).toEqual([0, expect.stringMatching(/ships is in the folder as it is in force/)])

  expect(await deploy()).toEqual([])
  expect(await (await send('GET', 'overlays', 'admin')).json()).toEqual({ models: [], quality: [] })
  expect(await product.run('test')).toMatchObject({ state: expect.stringMatching(/UNCHANGED|PUBLISHED/) })
  // And from then on the folder is changed as any folder is.
  writeFileSync(path.join(folder, SHIPS), SHOUT.replace('upper', 'lower'))
  expect(await deploy()).toEqual([])
  const done = await pull()
  expect([done.exit, done.out]).toEqual([0, expect.stringMatching(/Nothing was changed/)])
})

test('a folder that says something else is left alone, and both are shown', async () => {
  await put('pipeline/ships', SHOUT)
  await put('quality/calls', JSON.stringify([FIVE]))
  writeFileSync(path.join(folder, SHIPS), said(SHIPS).replace('SELECT', 'SELECT /* mine */'))
  const mine = said(SHIPS)
  const { exit, out } = await pull()
  expect(exit).toBe(1)
  expect(out).toMatch(
    /changed by user:admin at [\s\S]*upper\(name\)[\s\S]*mine[\s\S]*PULL_FOLDER_DIFFERS[\s\S]*by hand/,
  )
  expect(said(SHIPS)).toBe(mine)
  // What nobody else touched is written all the same.
  expect(said(CONTRACT)).toContain('mustBeGreaterThan: 5')
})

test('nor does what was put over an older deployment replace the newer one', async () => {
  await put('pipeline/ships', SHOUT)
  writeFileSync(path.join(folder, SHIPS), said(SHIPS).replace('SELECT', 'SELECT /* newer */'))
  const newer = said(SHIPS)
  expect(await deploy()).toMatchObject([{ code: 'OVERLAY_BASELINE_CHANGED' }])
  const { exit, out } = await pull()
  expect([exit, out]).toEqual([1, expect.stringMatching(/PULL_DEPLOYED_DIFFERS/)])
  expect(said(SHIPS)).toBe(newer)
})

test('where no mesh answers, it says how to name one', async () => {
  const { exit, err } = await terrane(['pull', folder, '--from', 'http://127.0.0.1:9'], { TERRANE_HOME: home }).end
  expect([exit, err]).toEqual([3, expect.stringMatching(/No mesh answers[\s\S]*--from or TERRANE_MESH_URL/)])
})
