import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type DataProduct, openDataProduct } from '@terrane/runtime'
import {
  type Caller,
  decide,
  IDENTITY_HEADER,
  IdentitySigner,
  loadOrCreateKeys,
  type ProductPolicy,
} from '@terrane/schema'
import { createConnection } from 'mysql2/promise'
import { MYSQL_SERVER } from '../../mysql.js'

/** One small product from its folder to its ports: a harbour's register of ships, their calls and notices. */
export interface Harbour {
  product: DataProduct
  home: string
  sources: string
  signer: IdentitySigner
  /** Header of somebody with these roles, decided under the policy in force; without roles nobody is signed. */
  as: (...roles: string[]) => Promise<Record<string, string>>
  /** One operation over the HTTP surface. */
  ask: (query: string, headers?: Record<string, string>, variables?: object) => Promise<Answer>
  get: (path: string, headers?: Record<string, string>) => Promise<Response>
  close: () => Promise<void>
}
export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely by tests
  data?: any
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string } }[]
  extensions?: { terrane?: { publications: Record<string, number> } }
}

export const CALLS = 600
export const SHIPS = 40
export const folder = path.join(__dirname, 'product')

/** Both engines that hold rows and stores; MariaDB gets a database of its own per test file. */
export const ENGINES: [string, () => string | undefined][] = [
  ['SQLite', () => undefined],
  ...(MYSQL_SERVER
    ? [
        ['MariaDB', () => `${MYSQL_SERVER}/terrane_test_${process.pid}_${Date.now().toString(36)}`] as [
          string,
          () => string,
        ],
      ]
    : []),
]
if (!MYSQL_SERVER) describe.skip('on MariaDB', () => test('a harbour', () => {}))

export const person = (...roles: string[]): Caller => ({
  subject: `user:${roles.join('-') || 'nobody'}`,
  authenticated: true,
  roles,
  scopes: [],
})

/** Sources that say the same for the same arguments. */
export async function writeSources(sources: string, calls = CALLS): Promise<void> {
  await mkdir(sources, { recursive: true })
  const ships = ['ship_id,name,flag,built,tonnage']
  for (let at = 1; at <= SHIPS; at++) {
    ships.push(
      `S${String(at).padStart(3, '0')},Ship ${at},${['GB', 'NO', 'PA', ''][at % 4]},19${60 + at}-0${1 + (at % 9)}-15,${9007199254740000 + at}`,
    )
  }
  await writeFile(path.join(sources, 'ships.csv'), `${ships.join('\n')}\n`)
  const lines = ['call_id,ship_id,arrived_at,berth,fee,pilot_name,remark,profit']
  for (let at = 1; at <= calls; at++) {
    const day = String(1 + (at % 28)).padStart(2, '0')
    const month = String(1 + (at % 12)).padStart(2, '0')
    const fee = at % 11 === 0 ? '' : (at * 7.25).toFixed(2)
    lines.push(
      `${at},S${String(1 + (at % SHIPS)).padStart(3, '0')},2026-${month}-${day}T08:30:00Z,${1 + (at % 5)},${fee},Pilot ${at % 7},secret remark ${at},${(at / 2).toFixed(2)}`,
    )
  }
  await writeFile(path.join(sources, 'calls.csv'), `${lines.join('\n')}\n`)
}

export async function openHarbour(
  options: {
    run?: boolean
    databaseUrl?: string | undefined
    productFolder?: string
    env?: Record<string, string>
    graceSeconds?: number
    log?: (event: object) => void
  } = {},
): Promise<Harbour> {
  const base = await mkdtemp(path.join(os.tmpdir(), 'terrane-harbour-'))
  const [home, sources] = [path.join(base, 'home'), path.join(base, 'sources')]
  await writeSources(sources)
  const keys = await loadOrCreateKeys(home)
  const signer = new IdentitySigner(keys.privateJwk)
  const { product, problems } = await openDataProduct({
    folder: options.productFolder ?? folder,
    home,
    trust: keys.jwks,
    env: { HARBOUR_SOURCES: sources, ...options.env },
    log: event => {
      options.log?.(event)
      if (process.env.TEST_LOG) console.error(event)
    },
    ...(options.databaseUrl ? { databaseUrl: options.databaseUrl } : {}),
    ...(options.graceSeconds === undefined ? {} : { graceSeconds: options.graceSeconds }),
  })
  if (!product) throw new Error(`The harbour does not open: ${JSON.stringify(problems, null, 1)}`)
  const harbour = client(product, home, sources, signer, async () => {
    await product.close()
    await rm(base, { recursive: true, force: true })
    if (options.databaseUrl) await dropDatabases(options.databaseUrl)
  })
  if (options.run !== false) {
    const outcome = await product.run('test')
    if (outcome.state !== 'PUBLISHED')
      throw new Error(`The harbour does not publish: ${JSON.stringify(outcome.problems, null, 1)}`)
  }
  return harbour
}

async function dropDatabases(databaseUrl: string): Promise<void> {
  const name = new URL(databaseUrl).pathname.slice(1)
  const connection = await createConnection({ host: '127.0.0.1', user: 'root' })
  const [found] = await connection.query('SHOW DATABASES LIKE ?', [`${name.replaceAll('_', '\\_')}%`])
  for (const row of found as object[]) await connection.query('DROP DATABASE ??', [Object.values(row)[0]])
  await connection.end()
}

export function client(
  product: DataProduct,
  home: string,
  sources: string,
  signer: IdentitySigner,
  close: () => Promise<void>,
): Harbour {
  const url = (pathname: string) => new URL(pathname, 'http://harbour.test')
  const policy = async (): Promise<ProductPolicy> => {
    const identity = await signer.sign({ ...mesh, decision: emptyDecision }, 'harbour')
    const response = await product.fetch(
      new Request(url('/.well-known/data-product/policy'), { headers: { [IDENTITY_HEADER]: identity } }),
    )
    return (await response.json()) as ProductPolicy
  }
  return {
    product,
    home,
    sources,
    signer,
    async as(...roles) {
      const caller = person(...roles)
      return { [IDENTITY_HEADER]: await signer.sign({ caller, decision: decide(await policy(), caller) }, 'harbour') }
    },
    async ask(query, headers = {}, variables = {}) {
      const response = await product.fetch(
        new Request(url('/graphql'), {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ query, variables }),
        }),
      )
      return { status: response.status, ...((await response.json()) as object) }
    },
    get: (pathname, headers = {}) => product.fetch(new Request(url(pathname), { headers, redirect: 'manual' })),
    close,
  }
}

const emptyDecision = {
  product: 'harbour',
  policyVersion: '',
  discover: false,
  actions: [],
  datasets: {},
  fingerprint: '',
}
/** The mesh itself, which may ask for the policy and nothing else here. */
export const mesh = {
  caller: { subject: 'gateway', authenticated: true, roles: [], scopes: [] },
  gateway: true,
  decision: emptyDecision,
}
