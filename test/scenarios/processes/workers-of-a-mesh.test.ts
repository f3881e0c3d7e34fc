import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import {
  type Gateway,
  type GatewayLimits,
  type GatewayWorkers,
  issueToken,
  startGateway,
  startWorkers,
} from '@terrane/gateway'
import { loadOrCreateKeys } from '@terrane/schema'
import { geography, ukSales, withCacheTag } from '../gateway/small-mesh.js'
import type { SmallProduct } from '../gateway/small-product.js'
import { ask, eventually } from './processes.js'

/** Worker processes serve the products of a catalogue that another gateway has as well. */

let home: string
let other: Gateway
let pool: GatewayWorkers | undefined
let uk: SmallProduct
let geo: SmallProduct
/** Clients ask as long as it is set. */
let going = false
const quiet = () => {}
/** What the other gateway has logged. */
let logged: string[]
const COUNTRIES = '{ referenceGeography { countries { code } } }'

beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'terrane-workers-of-a-mesh-'))
  const { jwks } = await loadOrCreateKeys(home)
  uk = ukSales(jwks)
  geo = geography(jwks)
  logged = []
  const log = ({ level, message }: { level: string; message: string }) => void logged.push(`${level}: ${message}`)
  other = await startGateway({ listenPort: 0, home, demo: true, limits: { subgraphsSwapped: 1 }, log })
})
afterEach(async () => {
  going = false
  await pool?.close()
  pool = undefined
  await other.close()
  await Promise.all([uk.die(), geo.die()])
  await rm(home, { recursive: true, force: true })
})

/** Whom the other gateway signs in they believe. */
async function workers(limits: Partial<GatewayLimits> = {}, count = 2): Promise<string> {
  const issuer = { url: `${other.url}/oidc`, audience: 'terrane' }
  pool = await startWorkers({ listenPort: 0, home, issuer, limits }, count, quiet)
  return pool.url
}

const token = async (as: string) => (await issueToken({ home, as }))!

async function publish(gateway: string, product: SmallProduct, by?: string) {
  const answer = await fetch(`${gateway}/registry/products`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${by ?? (await token('admin'))}` },
    body: JSON.stringify({ url: await product.listen() }),
  })
  return { status: answer.status, body: (await answer.json()) as object }
}

/** The worker processes of this one, by what the kernel says. */
const workerProcesses = (): number[] =>
  readdirSync('/proc/self/task')
    .flatMap(thread => textOf(`/proc/self/task/${thread}/children`).trim().split(' '))
    .filter(pid => pid && textOf(`/proc/${pid}/cmdline`).includes('gateway-worker'))
    .map(Number)
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // Of a thread or process that has just ended.
    return ''
  }
}

test('what is published at one gateway is served by all that have its catalogue', async () => {
  const url = await workers()
  expect((await ask(url, COUNTRIES)).status).toBe(400)
  expect(await publish(other.url, geo)).toMatchObject({ status: 201 })
  await eventually(
    () => Promise.all(Array.from({ length: 8 }, () => ask(url, COUNTRIES))),
    answers => answers.every(({ status }) => status === 200),
  )
  expect(await publish(url, uk)).toMatchObject({ status: 201 })
  const seen = await eventually(
    async () => ask(other.url, '{ ukSales { orders { totalCount } } }', await token('steward')),
    // While the machine has no time for it, a product may be late to say what it has granted.
    ({ status, errors }) => status === 200 && errors.length === 0,
  )
  expect(seen.data).toEqual({ ukSales: { orders: { totalCount: 2 } } })
  // Of the two that it is told are too many to be swapped, it swaps the second one in, and says so.
  expect(logged.filter(one => /^warn: .*let a worker serve it/.test(one))).toHaveLength(1)
})

test('a large mesh is put in force by new workers: nothing fails, and nothing that changes data happens twice', async () => {
  expect(await publish(other.url, uk)).toMatchObject({ status: 201 })
  const url = await workers({ subgraphsSwapped: 0 })
  const steward = await token('steward')
  going = true
  const failures: unknown[] = []
  let changed = 0
  const client = async (query: string, count: () => void) => {
    while (going) {
      const answer = await ask(url, query, steward).catch(error => ({ status: 0, errors: [error], data: null }))
      if (answer.status === 200 && answer.errors.length === 0) count()
      else failures.push(answer)
      await sleep(100)
      // What came while this process had no time is heard first: a connection may have been closed meanwhile.
      await turn()
    }
  }
  const clients = [
    client('{ ukSales { orders { totalCount } } }', () => {}),
    client('mutation { ukSales { run } }', () => changed++),
  ]
  const before = workerProcesses()
  expect(await publish(url, geo)).toEqual({ status: 201, body: { name: 'reference-geography', problems: [] } })
  await eventually(
    async () => workerProcesses(),
    now => now.length > 0 && now.every(pid => !before.includes(pid)),
  )
  expect((await ask(url, COUNTRIES)).data).toMatchObject({ referenceGeography: { countries: [{}, {}] } })
  going = false
  await Promise.all(clients)
  expect(failures).toEqual([])
  const mutations = uk.asked.filter(({ query }) => query.startsWith('mutation'))
  expect(mutations).toHaveLength(changed)
  expect(changed).toBeGreaterThan(0)
})

test('nor is it put there what no other gateway would load: workers are not started for it', async () => {
  expect(await publish(other.url, uk)).toMatchObject({ status: 201 })
  const url = await workers({ subgraphsSwapped: 0 }, 1)
  const before = workerProcesses()
  const { jwks } = await loadOrCreateKeys(home)
  const cached = withCacheTag(geo, jwks)
  expect(await publish(url, cached)).toMatchObject({
    status: 422,
    body: { problems: [{ code: 'SUPERGRAPH_NOT_PORTABLE', message: expect.stringContaining('reference-geography') }] },
  })
  await cached.die()
  expect(workerProcesses()).toEqual(before)
  expect((await ask(url, COUNTRIES)).status).toBe(400)
  // It stands in no catalogue, in nobody's way: the next one is in.
  expect(await publish(url, geo)).toMatchObject({ status: 201 })
})

test('a publication that no new worker can start on stays, is told so, and is in force once they can', async () => {
  expect(await publish(other.url, uk)).toMatchObject({ status: 201 })
  const url = await workers({ subgraphsSwapped: 0 }, 1)
  const steward = await token('steward')
  const answered = async () => (await ask(url, '{ ukSales { orders { totalCount } } }', steward)).data
  const admin = await token('admin')
  const keys = path.join(home, 'identity', 'gateway.private.jwk.json')
  const before = await readFile(keys, 'utf8')
  await writeFile(keys, before.slice(0, 20))

  expect(await publish(url, geo, admin)).toMatchObject({
    status: 202,
    body: {
      name: 'reference-geography',
      problems: [{ code: 'PUBLICATION_NOT_IN_FORCE', hint: expect.stringContaining('stays') }],
    },
  })
  expect((await ask(url, COUNTRIES)).status).toBe(400)
  expect(await answered()).toEqual({ ukSales: { orders: { totalCount: 2 } } })
  // It stands in the catalogue: a gateway that needs no new process serves it.
  await eventually(
    () => ask(other.url, COUNTRIES),
    ({ status }) => status === 200,
  )

  await writeFile(keys, before)
  await eventually(
    () => ask(url, COUNTRIES),
    ({ status }) => status === 200,
  )
  expect(await answered()).toEqual({ ukSales: { orders: { totalCount: 2 } } })
})
