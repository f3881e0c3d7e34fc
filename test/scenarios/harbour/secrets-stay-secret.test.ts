import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { folder, type Harbour, openHarbour } from './harbour.js'

/** What a variable holds may be a secret: no problem, log line, run or answer quotes it, whoever made the text. */
const API_KEY = 'https://user:pw9999@host'

let base: string
let productFolder: string
let harbour: Harbour
let logged: object[]

beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'terrane-secrets-'))
  productFolder = path.join(base, 'product')
  await cp(folder, productFolder, { recursive: true })
  logged = []
})
afterEach(async () => {
  await harbour?.close()
  await rm(base, { recursive: true, force: true })
})

async function rewrite(file: string, change: (text: string) => string): Promise<void> {
  const place = path.join(productFolder, file)
  await writeFile(place, change(await readFile(place, 'utf8')))
}
const open = async (env: Record<string, string>) => {
  harbour = await openHarbour({ productFolder, run: false, env, log: event => logged.push(event) })
}

/** Everything that a run leaves: its outcome, what was logged, what is stored and what observability answers. */
async function traces(): Promise<string> {
  const outcome = await harbour.product.run('test')
  const runs = await harbour.get('/data/ports/north/harbour/1/observability/runs', await harbour.as('admin'))
  expect(runs.status).toBe(200)
  const stored = await Promise.all(
    ['metadata.sqlite', 'metadata.sqlite-wal'].map(name =>
      readFile(path.join(harbour.home, 'harbour', name), 'latin1').catch(() => ''),
    ),
  )
  return JSON.stringify([outcome, await runs.json(), logged, stored])
}

const SHIPS = 'contracts/inputs/ships.odcs.yaml'

test('a missing folder is told as its path is written, not with what its variable holds', async () => {
  await rewrite(SHIPS, text => text.replace(/path: "[^"]*"/, `path: "\${API_KEY}/ships.csv"`))
  await open({ API_KEY })
  const all = await traces()
  expect(all).toContain('SOURCE_NOT_FOUND')
  expect(all).toContain(`\${API_KEY}/ships.csv`)
  expect(all).not.toMatch(/pw9999|user:/)
})

test('a file that cannot be written is told as its path is written', async () => {
  await rewrite(
    'contracts/register.odcs.yaml',
    text => `${text}servers:\n  - { server: out, type: local, format: csv, path: "\${API_KEY}/{dataset}.csv" }\n`,
  )
  await writeFile(path.join(productFolder, 'pw9999'), 'a file where a folder is wanted')
  await open({ API_KEY: 'pw9999' })
  const all = await traces()
  expect(all).toContain('SERVER_FILE_NOT_WRITTEN')
  expect(all).toContain(`\${API_KEY}/calls.csv`)
  expect(all).not.toContain('pw9999/')
})

test('a text that somebody else made is concealed before it is stored, logged or answered', async () => {
  await rewrite(SHIPS, text =>
    text.replace('status: active', `status: active\ndescription: { usage: "with \${TOKEN}" }`),
  )
  const TOKEN = 'harbour/input'
  await open({ TOKEN })
  // The system's own error names the folder that it met.
  await rm(path.join(harbour.home, TOKEN), { recursive: true, force: true })
  await writeFile(path.join(harbour.home, TOKEN), 'a file where a folder is wanted')
  const all = await traces()
  expect(all).toMatch(/(EEXIST|ENOTDIR)[^"]*\/\*\*\*/)
  expect(all).not.toContain(TOKEN)
})

test('a visitor reads texts as they are written, wherever the product is told of', async () => {
  const secret = `What \${API_KEY:-dflt} says`
  const quoted = JSON.stringify(secret)
  await rewrite('product.odps.yaml', text =>
    text
      .replace('value: internal', `value: public }\n  - { property: terrane.title, value: ${quoted}`)
      .replace(/purpose: .*/, `purpose: ${quoted}\n  usage: ${quoted}`)
      .replace(
        'name: Harbour master',
        `name: ${quoted}\n  description: ${quoted}\n  members: [{ username: ${quoted} }]`,
      )
      .concat(`tags: [${quoted}]\nsupport: [{ channel: ${quoted}, url: "https://\${API_KEY}" }]\n`),
  )
  await rewrite('contracts/register.odcs.yaml', text =>
    text
      .replace(/description: Ships that.*/, `description: ${quoted}`)
      .replace(/^(\s+)- name: ship_id\n/m, `$&$1  description: ${quoted}\n$1  examples: [${quoted}]\n`)
      .concat(`slaProperties: [{ property: retention, value: ${quoted} }]\n`),
  )
  await open({ API_KEY: 'pw9999' })
  expect(await harbour.product.run('test')).toMatchObject({ state: 'PUBLISHED' })
  const told = await Promise.all([
    ...[
      '/.well-known/data-product',
      '/data/ports/north/harbour/1',
      '/data/ports/north/harbour/1/product.odps.yaml',
      '/data/ports/north/harbour/1/ships/contract.yaml',
    ].map(async place => (await harbour.get(place)).text()),
    harbour.get('/data/ports/north/harbour/1', { accept: 'text/html' }).then(page => page.text()),
    harbour
      .ask('{ harbour { product { title description { purpose } owner { name } tags } } }')
      .then(answer => JSON.stringify(answer)),
    harbour.product.sdl(),
  ])
  expect(told.map(text => text.includes('{API_KEY:-dflt}'))).toEqual(told.map(() => true))
  expect(told.map(text => text.includes('pw9999'))).toEqual(told.map(() => false))
})
