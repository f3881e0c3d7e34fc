import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { generateSources, type Mesh, openMesh } from '@terrane/scripts'
import { eventually, freePort, productFolder } from '../processes/processes.js'

/** `docs/first-product.md`, followed to the letter: its blocks are run, and what it shows is what comes. */

const WORKSPACE = path.resolve(__dirname, '../../..')
const PAGE = readFileSync(path.join(WORKSPACE, 'docs/first-product.md'), 'utf8')
const blocks = [...PAGE.matchAll(/^```(sh|json|csv)\n([\s\S]*?)^```$/gm)].map(([, kind, text]) => ({
  kind,
  text: text!,
}))

let user: string
let mesh: Mesh
let productListenPort: number
const started: ChildProcess[] = []

/** Only listen ports differ from the page, and of the mesh of `npm start` there is what the page makes use of. */
const here = (text: string) =>
  text.replaceAll(':4000', `:${new URL(mesh.url).port}`).replaceAll('4100', String(productListenPort))
const environment = () => ({
  ...process.env,
  HOME: user,
  TERRANE_HOME: path.join(user, 'home'),
  PORT: new URL(mesh.url).port,
  npm_config_cache: path.join(user, 'npm'),
  // The page's own blocks say npx, which takes longer than the command.
  terrane: path.join(WORKSPACE, 'scripts/bin/terrane.js'),
})

async function sh(text: string): Promise<string> {
  const child = spawn('bash', ['-e', '-c', here(text)], { cwd: WORKSPACE, env: environment() })
  let [said, complaint] = ['', '']
  child.stdout.on('data', chunk => {
    said += chunk
  })
  child.stderr.on('data', chunk => {
    complaint += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${text}\nended with ${code}:\n${said}${complaint}`)
  return said
}

/** What is left running in a terminal of its own, once it says that it is ready. */
async function leaveRunning(text: string): Promise<void> {
  const child = spawn('bash', ['-e', '-c', `exec ${here(text)}`], {
    cwd: WORKSPACE,
    env: environment(),
    detached: true,
  })
  started.push(child)
  let said = ''
  // Read on to the end: who writes to a terminal that is closed ends.
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', chunk => {
      said += chunk
      if (said.includes('is ready at')) resolve()
    })
    child.on('close', () => reject(new Error(`${text}\nended:\n${said}`)))
  })
}

beforeAll(async () => {
  user = mkdtempSync(path.join(tmpdir(), 'terrane-first-product-'))
  productListenPort = await freePort()
  const home = path.join(user, 'home')
  const sources = await generateSources(home, { today: new Date('2026-03-10T00:00:00Z'), orders: 50 })
  mesh = await openMesh({
    home,
    listenPort: 0,
    host: '127.0.0.1',
    demo: true,
    folders: [productFolder('reference-geography')],
    env: { ...process.env, TERRANE_SOURCES: sources.folder },
  })
  for (const product of mesh.products) await product.run('start')
})

afterAll(async () => {
  for (const child of started) {
    const ended = once(child, 'exit')
    // The whole group: npx does not hand a signal on to what it runs.
    process.kill(-child.pid!, 'SIGTERM')
    await ended
  }
  await mesh?.close()
  rmSync(user, { recursive: true, force: true })
})

test('the page begins with the mesh that runs here', () => {
  expect(blocks.length).toBeGreaterThan(8)
  expect(blocks[0]).toEqual({ kind: 'sh', text: 'npm start\n' })
})

test('every block works as it stands, and answers what the page shows', async () => {
  let answer = ''
  let compared = 0
  for (const { kind, text } of blocks.slice(1)) {
    if (kind === 'sh' && text.startsWith('npx terrane serve')) await leaveRunning(text.trim())
    else if (kind === 'sh') answer = await sh(text)
    else {
      compared++
      if (kind === 'json') {
        const { data, errors } = JSON.parse(answer)
        expect({ data, errors }).toEqual({ ...JSON.parse(text), errors: undefined })
      } else expect(answer).toBe(text)
    }
  }
  expect(compared).toBe(2)
  // The row that was added while it was served.
  const authorization = `Bearer ${(await sh('$terrane token --as analyst')).trim()}`
  const csv = `${mesh.url}/data/europe/ireland/ireland-sales/1/orders/1.csv`
  const rows = async () => (await fetch(csv, { headers: { authorization } })).text()
  expect(await eventually(rows, text => text.includes('IE-4'))).toMatch(
    /\nIE-4,2026-03-03T12:00:00\.000000Z,FR,40\.00\n/,
  )
  // And whoever has no grant reads nothing of it.
  const query = '{ irelandSales { orders { nodes { orderId amount customer } } } }'
  const stranger = await fetch(`${mesh.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  expect(await stranger.text()).not.toMatch(/IE-\d|Aoife/)
})

test('a purpose that nobody has written is told by check, with its place; the one of the page is not', async () => {
  expect(await sh('$terrane check ~/ireland/ireland-sales')).not.toContain('PURPOSE_PLACEHOLDER')
  await sh('$terrane init ~/elsewhere/new-sales --from ~/ireland/orders.csv')
  expect(await sh('$terrane check ~/elsewhere/new-sales')).toMatch(
    /still the sentence that terrane init wrote.*PURPOSE_PLACEHOLDER\n {2}at .*product\.odps\.yaml:\d+:1\n/,
  )
  expect(readFileSync(path.join(user, 'elsewhere/new-sales/contracts/orders.odcs.yaml'), 'utf8')).toMatch(
    /property: frequency\n\s+value: 1\n\s+unit: h\n/,
  )
})

test('init overwrites nothing, and shows before it writes', async () => {
  const again = '$terrane init ~/ireland/ireland-sales --from ~/ireland/orders.csv'
  await expect(sh(again)).rejects.toThrow(/is not empty/)
  const shown = await sh('$terrane init ~/ireland/other-sales --from ~/ireland/orders.csv --dry-run; ls ~/ireland')
  expect(shown).toContain('contractId: other-sales.input.orders')
  expect(shown.trim().split('\n').slice(-2)).toEqual(['ireland-sales', 'orders.csv'])
  await expect(sh('$terrane init ~/ireland/Other_1 --from ~/ireland/orders.csv')).rejects.toThrow(/cannot be a product/)
  await expect(sh('$terrane init ~/ireland/x --from ~/nowhere.csv')).rejects.toThrow(/There is no file/)
})
