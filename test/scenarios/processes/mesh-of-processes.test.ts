import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { issueToken } from '@terrane/gateway'
import { generateSources, openMesh } from '@terrane/scripts'
import { createConnection } from 'mysql2/promise'
import { type Answer, ask, endAll, eventually, freePort, productFolder, type Running, terrane } from './processes.js'

/**
 * A gateway and five products, each a process of its own, the gateway with another home than theirs. What they answer is
 * held against the same products in one process that keeps its rows and stores in MariaDB.
 */

const ORDERS = 300
const QUESTION = `{
  europeSales { byCountryAndMonth(where: { month: { gte: "2026-01-01" } }, first: 5) {
    nodes { country { code name continent { name } } month orderCount revenue } } }
  ukSales {
    orders(first: 3, orderBy: [{ amount: DESC }]) {
      totalCount nodes { orderId orderedAt amount currency customerEmail country { name } } }
    ordersAggregate(groupBy: [PRODUCT_CATEGORY]) { group { productCategory } count sum { amount } }
    product { name version owner { name } quality { passed failed } freshness } } }`
const WITH_MARGIN = QUESTION.replace('revenue }', 'revenue margin }')
/** In the order in which they feed one another. */
const PRODUCTS = ['reference-geography', 'uk-sales', 'france-sales', 'germany-sales', 'europe-sales']
const SERVER = 'mysql://root@127.0.0.1:3306'

let folder: string
let sources: string
let gateway: Running
let mesh: string
let listenPort: string
const homes = { gateway: '', products: '', europe: '' }
const products: Record<string, { running: Running; url: string }> = {}
let expected: Record<'steward' | 'analyst', Answer>

const tokenOf = async (as: string) => (await issueToken({ home: homes.gateway, as }))!
const askAs = async (as: string | undefined, query: string) => ask(mesh, query, as && (await tokenOf(as)))

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-processes-'))
  for (const name of ['gateway', 'products', 'europe'] as const) homes[name] = path.join(folder, name)
  expected = await answersOfOneProcess()
  listenPort = String(await freePort())
  gateway = terrane(['gateway', '--demo', '--port', listenPort], { TERRANE_HOME: homes.gateway })
  mesh = await gateway.url()
})

afterAll(async () => {
  await endAll()
  rmSync(folder, { recursive: true, force: true })
})

/** The reference: one process, rows and stores in MariaDB; leaves its source files behind for the others. */
async function answersOfOneProcess() {
  const database = `terrane_test_${randomBytes(6).toString('hex')}`
  const connection = await createConnection(SERVER)
  await connection.query('CREATE DATABASE ??', [database])
  try {
    const home = path.join(folder, 'one')
    const generated = await generateSources(home, { today: new Date('2026-11-22T00:00:00Z'), orders: ORDERS })
    sources = generated.folder
    const one = await openMesh({
      home,
      listenPort: 0,
      demo: true,
      databaseUrl: `${SERVER}/${database}`,
      folders: PRODUCTS.map(productFolder),
      env: { ...process.env, TERRANE_SOURCES: sources },
      log: () => {},
    })
    await pushFrance(one.url, (await issueToken({ home, as: 'admin' }))!)
    for (const product of one.products) await product.run('start')
    const answer = async (as: string, query: string) => ask(one.url, query, await issueToken({ home, as }))
    const answers = { steward: await answer('steward', WITH_MARGIN), analyst: await answer('analyst', QUESTION) }
    await one.close()
    return answers
  } finally {
    const [found] = await connection.query('SHOW DATABASES LIKE ?', [`${database.replaceAll('_', '\\_')}%`])
    for (const row of found as object[]) await connection.query('DROP DATABASE ??', [Object.values(row)[0]])
    await connection.end()
  }
}

/** France's files, to its input port. */
async function pushFrance(url: string, token: string): Promise<void> {
  for (const file of readdirSync(path.join(sources, 'france-sales'))) {
    const pushed = await fetch(`${url}/data/europe/france/france-sales/1/input/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${token}` },
      body: readFileSync(path.join(sources, 'france-sales', file)),
    })
    expect([file, pushed.ok]).toEqual([file, true])
  }
}

/** One product as a process; it has its own home and is told whose signatures to believe. */
async function serve(name: string, env: Record<string, string> = {}, given = productFolder(name)): Promise<string> {
  const running = terrane(['serve', given, '--port', '0'], {
    TERRANE_HOME: homes.products,
    TERRANE_SOURCES: sources,
    TERRANE_GATEWAY_JWKS: `${mesh}/.well-known/terrane-keys`,
    ...env,
  })
  const url = await running.url()
  products[name] = { running, url }
  return url
}

const publish = async (url: string, as = 'admin') =>
  terrane(['publish', url, '--gateway', mesh], {
    TERRANE_HOME: path.join(folder, 'desk'),
    TERRANE_TOKEN: await tokenOf(as),
  }).end

/** A copy of a product that calls itself otherwise. */
function renamed(product: string, name: string): string {
  const copy = path.join(folder, 'renamed', name)
  mkdirSync(path.dirname(copy), { recursive: true })
  cpSync(productFolder(product), copy, { recursive: true })
  const file = path.join(copy, 'product.odps.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^(id|name): .*$/gm, `$1: ${name}`))
  return copy
}

describe('a product alone', () => {
  let url: string
  beforeAll(async () => {
    // By a file, as where the key is mounted into a container.
    const jwks = path.join(homes.gateway, 'identity', 'gateway.jwks.json')
    url = await serve('uk-sales', { TERRANE_GATEWAY_JWKS: jwks })
  })
  const address = '/data/europe/uk/uk-sales/1'

  test.each([
    ['GET', `${address}/orders/1.csv`, 403],
    ['GET', `${address}/orders/1.parquet`, 403],
    ['POST', `${address}/control/runs`, 403],
    ['PUT', `${address}/control/pipeline/orders`, 403],
    ['PUT', `${address}/control/grants`, 403],
    ['POST', `${address}/input/orders`, 403],
    ['GET', `${address}/observability/audit`, 403],
    ['GET', `${address}/observability/metrics`, 403],
    ['GET', '/.well-known/data-product/policy', 404],
  ])('without a signature: %s %s is refused', async (method, where, status) => {
    const answer = await fetch(url + where, { method, ...(method === 'GET' ? {} : { body: '{}' }) })
    expect(answer.status).toBe(status)
    expect(await answer.text()).not.toMatch(/UK-\d/)
  })

  test('without a signature: no rows, no entities, no schema; an identity that nobody signed is refused', async () => {
    const answer = await ask(
      url,
      `{ ukSales { orders { totalCount nodes { orderId } } ordersAggregate { count } product { name } }
         _entities(representations: [{ __typename: "UkSalesOrder", orderId: "UK-1" }]) { __typename } }`,
    )
    expect(answer.data).toEqual({
      ukSales: { orders: null, ordersAggregate: null, product: { name: 'uk-sales' } },
      _entities: [null],
    })
    expect((await ask(url, '{ _service { sdl } }')).data).toBeNull()
    const forged = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'terrane-identity': await tokenOf('admin') },
      body: JSON.stringify({ query: '{ ukSales { orders { totalCount } } }' }),
    })
    expect(forged.status).toBe(401)
  })

  test('what is public is answered, and how to ask for more is said', async () => {
    expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok')
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    const described = (await (await fetch(`${url}/.well-known/data-product`)).json()) as { name: string }
    expect(described.name).toBe('uk-sales')
    expect(products['uk-sales']!.running.said()).toContain(`npx terrane gateway --demo --product ${url}`)
  })
})

describe('publishing while the gateway runs', () => {
  test('takes the role admin, and somebody who answers', async () => {
    const { url } = products['uk-sales']!
    const refused = await publish(url, 'analyst')
    expect(refused).toMatchObject({ exit: 2, err: expect.stringMatching(/takes the role admin/) })
    const stranger = await terrane(['publish', url, '--gateway', mesh], { TERRANE_HOME: path.join(folder, 'desk') }).end
    expect(stranger).toMatchObject({ exit: 2, err: expect.stringMatching(/token is not valid/) })
    expect((await askAs('steward', '{ ukSales { orders { totalCount } } }')).status).toBe(400)
    expect(await publish('http://127.0.0.1:9999')).toMatchObject({ exit: 3 })
  })

  test('more products are swapped in under questions, and none of these fails', async () => {
    const ready = Promise.all([serve('reference-geography'), serve('france-sales'), serve('germany-sales')])
    expect(await publish(products['uk-sales']!.url)).toMatchObject({
      exit: 0,
      out: expect.stringContaining('uk-sales'),
    })
    const [geography, ...others] = await ready
    let asking = true
    const answers: Answer[] = []
    const asked = (async () => {
      while (asking) {
        answers.push(await askAs('steward', '{ ukSales { orders(first: 20) { nodes { amount } } } }'))
        // Who asks without a pause only keeps the products from getting on.
        await pause(50)
      }
    })()
    expect(await publish(geography)).toMatchObject({ exit: 0 })
    for (const other of others) expect(await publish(other)).toMatchObject({ exit: 0 })
    asking = false
    await asked
    expect(answers.length).toBeGreaterThan(1)
    expect(answers.filter(({ status, errors }) => status !== 200 || errors.length > 0)).toEqual([])
    expect((await askAs(undefined, '{ referenceGeography { country(code: "FR") { name } } }')).data).toEqual({
      referenceGeography: { country: { name: 'France' } },
    })
  })

  test('a product that breaks composition is refused with the reason, and nothing changes', async () => {
    const folder = renamed('reference-geography', 'other-geography')
    const refused = await publish(await serve('other-geography', {}, folder))
    expect(refused.exit).toBe(1)
    expect(refused.err + refused.out).toMatch(/other-geography/)
    expect((await askAs(undefined, '{ referenceGeography { country(code: "FR") { name } } }')).errors).toEqual([])
    const listed = (await askAs('admin', '{ mesh { products { nodes { name } } } }')).data
    expect(JSON.stringify(listed)).not.toContain('other-geography')
    expect(await products['other-geography']!.running.stop()).toMatchObject({ exit: 0 })
  })
})

describe('a product that feeds on others through the gateway', () => {
  const european = () => ({ TERRANE_HOME: homes.europe, TERRANE_MESH_URL: mesh, TERRANE_POLL_SECONDS: '1' })
  const secretOf = async (product: string) =>
    (await terrane(['token', '--secret-of', product], { TERRANE_HOME: homes.gateway }).end).out.trim()
  const orders = async () => {
    const { data } = await askAs('steward', '{ europeSales { orders { totalCount } } }')
    return (data as { europeSales: { orders: { totalCount: number } } }).europeSales.orders.totalCount
  }

  beforeAll(async () => {
    await pushFrance(mesh, await tokenOf('admin'))
    await eventually(
      () => askAs('steward', '{ franceSales { orders { totalCount } } }'),
      ({ data }) => JSON.stringify(data).includes(`:${ORDERS}}`),
    )
  })

  test('a product without a grant, or without its secret, is told so', async () => {
    const nordic = renamed('europe-sales', 'nordic-sales')
    const run = async (secret: string) =>
      terrane(['run', nordic, '--json'], { ...european(), TERRANE_CLIENT_SECRET: secret }).end
    const denied = await run(await secretOf('nordic-sales'))
    expect(denied.exit).toBe(1)
    const { state, problems } = JSON.parse(denied.out) as { state: string; problems: { code: string }[] }
    expect([state, new Set(problems.map(({ code }) => code))]).toEqual(['FAILED', new Set(['UPSTREAM_DENIED'])])
    expect(denied.err).toMatch(/✖ .*uk_orders.*\n {2}at .*product\.odps\.yaml:\d+:\d+\n {2}Ask the owner/)
    const wrong = await run('wrong')
    expect(wrong.exit).toBe(1)
    expect(wrong.out).toMatch(/identity provider refuses product:nordic-sales/)
  })

  test('pulls as itself, and the mesh answers what one process answers, with MariaDB below', async () => {
    const secret = await secretOf('europe-sales')
    const url = await serve('europe-sales', { ...european(), TERRANE_CLIENT_SECRET: secret })
    expect(await publish(url)).toMatchObject({ exit: 0 })
    expect(expected.steward.errors).toEqual([])
    expect(await askAs('steward', WITH_MARGIN)).toEqual(expected.steward)
    expect(await askAs('analyst', QUESTION)).toEqual(expected.analyst)
    expect((await askAs('analyst', WITH_MARGIN)).data).toBeNull()
  })

  test('is told 304 where nothing changed, and runs to no new publication', async () => {
    const credentials = Buffer.from(
      `${encodeURIComponent('product:europe-sales')}:${await secretOf('europe-sales')}`,
    ).toString('base64')
    const given = await fetch(`${mesh}/oidc/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${credentials}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    const { access_token } = (await given.json()) as { access_token: string }
    const read = (headers: Record<string, string> = {}) =>
      fetch(`${mesh}/data/europe/uk/uk-sales/1/orders/1.parquet`, {
        headers: { authorization: `Bearer ${access_token}`, ...headers },
      })
    const first = await read()
    expect([first.status, first.headers.get('terrane-omitted')]).toEqual([200, 'customer_name, customer_email'])
    await first.arrayBuffer()
    expect((await read({ 'if-none-match': first.headers.get('etag')! })).status).toBe(304)
    const runs = await eventually(
      async () =>
        (await askAs('admin', '{ europeSales { product { runs { trigger state } publications { number } } } }'))
          .data as {
          europeSales: { product: { runs: { trigger: string; state: string }[]; publications: object[] } }
        },
      ({ europeSales: { product } }) =>
        product.runs.some(({ trigger, state }) => trigger === 'poll' && state === 'UNCHANGED'),
    )
    expect(runs.europeSales.product.publications).toHaveLength(1)
  })

  test('runs again by itself when one of them publishes', async () => {
    const before = await orders()
    const exports = path.join(sources, 'uk-sales')
    const last = readdirSync(exports)
      .filter(name => name.endsWith('.csv'))
      .sort()
      .at(-1)!
    const [header, line] = readFileSync(path.join(exports, last), 'utf8').split('\n')
    const again = line!.split(',')
    again[header!.split(',').indexOf('order_id')] = 'UK-NEW-1'
    writeFileSync(path.join(exports, 'orders-2027-01.csv'), `${header}\n${again.join(',')}\n`)
    const run = await fetch(`${mesh}/data/europe/uk/uk-sales/1/control/runs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await tokenOf('admin')}` },
    })
    expect(run.status).toBe(202)
    expect(await eventually(orders, count => count > before)).toBe(before + 1)
  })

  test('needs no secret where it shares the home of the demo gateway', async () => {
    const env = { TERRANE_HOME: homes.gateway, TERRANE_MESH_URL: mesh }
    const { exit, out, err } = await terrane(['run', productFolder('europe-sales'), '--json'], env).end
    expect([exit, err]).toEqual([0, expect.any(String)])
    expect(JSON.parse(out)).toMatchObject({ product: 'europe-sales', state: 'PUBLISHED' })
  })
})

describe('stopping and starting', () => {
  test('a gateway that starts again knows what was published to it', async () => {
    expect(await gateway.stop('SIGINT')).toMatchObject({ exit: 0 })
    gateway = terrane(['gateway', '--demo', '--port', listenPort], { TERRANE_HOME: homes.gateway })
    expect(await gateway.url()).toBe(mesh)
    const answer = await eventually(
      () => askAs('steward', WITH_MARGIN),
      ({ errors }) => errors.length === 0,
    )
    expect(answer.data).toHaveProperty('europeSales.byCountryAndMonth.nodes.4.country')
  })

  test('everything ends when it is told to', async () => {
    const all = Object.values(products).filter(({ running }) => running.child.exitCode === null)
    expect(all).toHaveLength(5)
    const ended = await Promise.all([...all.map(({ running }) => running), gateway].map(each => each.stop()))
    expect(ended.map(({ exit }) => exit)).toEqual([0, 0, 0, 0, 0, 0])
  })
})
