import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { issueToken } from '@terrane/gateway'
import { writeSecrets } from '@terrane/scripts'
import { createConnection } from 'mysql2/promise'
import { parse } from 'yaml'
import { MYSQL_SERVER, testOnMysql } from '../../mysql.js'
import { type Answer, ask, endAll, eventually, freePort, ROOT, type Running, terrane } from './processes.js'

/**
 * The containers of docker-compose.yml without containers: the same commands and variables, each a process of its own with
 * a home of its own, secrets from the same files, MariaDB for rows and stores. Only hosts and folders are of this machine.
 */

jest.setTimeout(600_000)

interface Service {
  command: string[]
  environment: Record<string, string>
  env_file?: string[]
  volumes: string[]
}

const ORDERS = 1000
const { mysql: _, ...services } = (
  parse(readFileSync(path.join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
    services: Record<string, Service>
  }
).services
const products = Object.keys(services).filter(name => services[name]!.command[0] === 'serve')

let base: string
let database: string
const ports: Record<string, number> = {}
const metricsPorts: Record<string, number> = {}
const running: Record<string, Running> = {}

/** What names another container, or a place in this one, as this machine has it. */
function here(name: string, text: string): string {
  const folders = services[name]!.volumes.filter(one => !one.startsWith('.')).map(one => one.split(':'))
  return folders.reduce(
    (all, [volume, place]) => all.replace(new RegExp(`^${place}(?=/|$)`), path.join(base, volume!)),
    text
      .replace(/\$\{TERRANE_PUBLIC_URL:-[^}]*\}/, `http://localhost:${ports.gateway}`)
      .replace(/\$\{\w+:-([^}]*)\}/g, '$1')
      .replace(/http:\/\/([a-z-]+):4000/g, (whole, host) => (ports[host] ? `http://127.0.0.1:${ports[host]}` : whole)),
  )
}

function start(name: string): Running {
  const { command, environment, env_file = [] } = services[name]!
  const secrets = env_file.flatMap(file =>
    readFileSync(path.join(base, file), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as [string, string]),
  )
  const given = Object.entries(environment).map(([key, value]) => [key, here(name, value)] as [string, string])
  const env = Object.fromEntries([...given, ...secrets])
  // The image says these; where they are on this machine differs.
  env.TERRANE_HOME = here(name, '/var/lib/terrane')
  env.HOST = '127.0.0.1'
  if ('PORT' in env) env.PORT = String(ports[name])
  // Containers have an address each; here all are on one.
  if ('TERRANE_METRICS' in env) env.TERRANE_METRICS = `127.0.0.1:${metricsPorts[name]}`
  if ('TERRANE_DATABASE_URL' in env) env.TERRANE_DATABASE_URL = `${MYSQL_SERVER}/${database}`
  if ('INDIA_SALES_MQTT_HOST' in env)
    Object.assign(env, { INDIA_SALES_MQTT_HOST: '127.0.0.1', INDIA_SALES_MQTT_PORT: String(ports['demo-data']) })
  const args = command.map(arg => here(name, arg === '1883' ? String(ports['demo-data']) : arg))
  const more = name === 'demo-data' ? ['--orders', String(ORDERS)] : []
  mkdirSync(env.TERRANE_HOME, { recursive: true })
  running[name] = terrane([...args, ...more], env)
  return running[name]
}

const asked = async (as: string, query: string): Promise<Answer> =>
  ask(`http://localhost:${ports.gateway}`, query, (await issueToken({ home: path.join(base, 'gateway'), as }))!)

beforeAll(async () => {
  if (!MYSQL_SERVER) return
  base = mkdtempSync(path.join(tmpdir(), 'terrane-composed-'))
  database = `terrane_composed_${randomBytes(5).toString('hex')}`
  await writeSecrets(path.join(base, 'secrets'), products, 'mysql')
  for (const name of Object.keys(services)) {
    ports[name] = await freePort()
    metricsPorts[name] = await freePort()
  }
  await start('gateway').url()
  start('demo-data')
  await running['demo-data']!.says(/source files in/)
  for (const name of products) start(name)
})
afterAll(async () => {
  await endAll()
  if (!MYSQL_SERVER) return
  rmSync(base, { recursive: true, force: true })
  const connection = await createConnection(MYSQL_SERVER)
  const [found] = await connection.query('SHOW DATABASES LIKE ?', [`${database.replaceAll('_', '\\_')}%`])
  for (const row of found as object[]) await connection.query('DROP DATABASE ??', [Object.values(row)[0]])
  await connection.end()
})

const COUNTRIES = ['ukSales', 'franceSales', 'germanySales', 'japanSales', 'indiaSales']
const EVERY_COUNTRY = `{ ${COUNTRIES.map(field => `${field} { ordersAggregate { count } }`).join(' ')} }`
const GLOBAL = `{ globalSales { byContinent { nodes { continent { name } orderCount revenue } } }
  mesh { products(search: "sales") { nodes { name } totalCount } } }`

/** Rarely: what asks the whole mesh keeps it from getting on. Whoever waits in vain is told what each of them said last. */
async function inTheEnd(read: () => Promise<Answer>, wanted: (answer: Answer) => boolean): Promise<Answer> {
  try {
    return await eventually(read, wanted, { pauseMilliseconds: 1000, patienceMilliseconds: 500_000 })
  } catch (error) {
    const said = Object.entries(running).map(([name, one]) => `${name}: ${one.said().slice(-400)}`)
    throw new Error([(error as Error).message, ...said].join('\n'))
  }
}

testOnMysql('the gateway finds every product, and each brings in what is its own', async () => {
  const whole = (answer: Answer) =>
    answer.errors.length === 0 &&
    COUNTRIES.every(field => {
      const { ordersAggregate } = (answer.data?.[field] ?? {}) as { ordersAggregate?: { count: number }[] }
      return ordersAggregate?.[0]?.count === ORDERS
    })
  const answer = await inTheEnd(() => asked('steward', EVERY_COUNTRY), whole)
  expect(whole(answer)).toBe(true)
})

testOnMysql('what feeds on others adds up to all of it, over the network, as itself', async () => {
  const sum = (answer: Answer) =>
    (
      (answer.data?.globalSales as { byContinent?: { nodes: { orderCount: number }[] } } | null)?.byContinent?.nodes ??
      []
    ).reduce((all, { orderCount }) => all + orderCount, 0)
  const answer = await inTheEnd(
    () => asked('steward', GLOBAL),
    found => sum(found) === ORDERS * COUNTRIES.length,
  )
  expect(sum(answer)).toBe(ORDERS * COUNTRIES.length)
  expect(answer.errors).toEqual([])
  expect((answer.data as { mesh: { products: { totalCount: number } } }).mesh.products.totalCount).toBe(8)
  expect((await fetch(`http://localhost:${ports.gateway}/readyz`)).status).toBe(200)
})

testOnMysql(
  'who must not get in does not: a visitor reads no rows, and a product asked past the gateway gives none',
  async () => {
    const visitor = await ask(`http://localhost:${ports.gateway}`, '{ ukSales { orders { totalCount } } }')
    expect(visitor.data).toEqual({ ukSales: { orders: null } })
    const past = await fetch(`http://127.0.0.1:${ports['uk-sales']}/data/europe/uk/uk-sales/1/orders/1.csv`)
    expect(past.status).toBe(403)
  },
)

testOnMysql('a product that is started again finds its publications, and the gateway finds it', async () => {
  const count = '{ ukSales { ordersAggregate { count } product { publications { number } } } }'
  const before = await asked('steward', count)
  expect(await running['uk-sales']!.stop()).toMatchObject({ exit: 0 })
  const meanwhile = await asked(
    'steward',
    `{ ukSales { ordersAggregate { count } } referenceGeography { country(code: "FR") { name } } }`,
  )
  expect(meanwhile.data).toMatchObject({ referenceGeography: { country: { name: 'France' } } })
  expect((await fetch(`http://localhost:${ports.gateway}/readyz`)).status).toBe(200)
  await start('uk-sales').url()
  // For a moment the gateway holds to it that the product was silent.
  const same = (answer: Answer) => JSON.stringify(answer.data) === JSON.stringify(before.data)
  const after = await eventually(() => asked('steward', count), same)
  expect(after.data).toEqual(before.data)
})

testOnMysql('all of them end when they are told to', async () => {
  const ended = await Promise.all(Object.values(running).map(one => one.stop()))
  expect(ended.map(({ exit }) => exit)).toEqual(ended.map(() => 0))
})
