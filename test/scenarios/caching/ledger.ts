import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type Gateway, type GatewayOptions, issueToken, startGateway } from '@terrane/gateway'
import { type DataProduct, openDataProduct, type ServedDataProduct, serveDataProduct } from '@terrane/runtime'
import { type AuditInfo, type GatewayKeys, loadOrCreateKeys, NEWS_PATH } from '@terrane/schema'
import { inProcessDataSource } from '../../../scripts/src/in-process-data-source.js'
import { EventStream } from '../gateway/event-stream.js'
import { eventually } from '../processes/processes.js'
import { ProductProxy } from './product-proxy.js'

export const REGIONS = ['north', 'south'] as const
/** Every row tells the edition that it was published in. */
export const rowsOf = (edition: number) =>
  Array.from({ length: 6 }, (_, at) => ({
    entryId: String(at),
    region: REGIONS[at % 2]!,
    holder: `Holder ${at} of ${edition}`,
    edition,
  }))

/** What a caller is granted; nothing without one. */
export interface Rights {
  region?: (typeof REGIONS)[number]
  masked: boolean
}

const ADDRESS = '/data/ledgers/ledger/1'

/** With answers that are shared there. A busy machine may let a Redis wait for longer than anybody is to wait for it. */
export const sharingIn = (cacheUrl: string): Partial<GatewayOptions> => ({
  cacheUrl,
  limits: { cacheMilliseconds: 2000 },
})

/** A way in of its own, and what it hears of the product by. */
export interface Door {
  gateway: Gateway
  /** What the gateway told its log. */
  log: { level: string; message: string }[]
  news: Set<AbortController>
  /** While it is, no news comes through. */
  deaf: boolean
  /** How often news was asked for meanwhile. */
  refused: number
  /** Questions that came to the product in this process. */
  asked: string[]
}

/** A product that publishes editions and grants them to callers, behind gateways. Their news can be cut off. */
export class Ledger {
  private readonly grants = new Map<string, string>()
  /** What was served before it began again. */
  private readonly left: { product: DataProduct; served: ServedDataProduct | undefined }[] = []
  readonly doors: Door[] = []
  /** By publication. */
  readonly editions = new Map<number, number>()

  private constructor(
    private readonly base: string,
    readonly home: string,
    public product: DataProduct,
    private served: ServedDataProduct | undefined,
    /** The way to it where it is in another process. */
    readonly proxy: ProductProxy | undefined,
  ) {}

  get gateway(): Gateway {
    return this.doors[0]!.gateway
  }

  static async open(where: 'in this process' | 'over HTTP', options: Partial<GatewayOptions> = {}): Promise<Ledger> {
    const base = await mkdtemp(path.join(os.tmpdir(), 'terrane-ledger-'))
    const home = path.join(base, 'home')
    await write(path.join(base, 'ledger'))
    await writeRows(base, 1)
    const product = await openIn(base, home, home)
    const served = where === 'over HTTP' ? await serveDataProduct(product, { listenPort: 0 }) : undefined
    const proxy = served && (await ProductProxy.open(served.url))
    const ledger = new Ledger(base, home, product, served, proxy)
    await ledger.openDoor(options)
    return ledger
  }

  /** Another process of the product with an empty home: where it is served. The one before goes on. */
  async beginAgain(): Promise<string> {
    const { product, served } = this
    this.left.push({ product, served })
    this.product = await openIn(this.base, this.home, path.join(this.base, `home-${this.left.length}`))
    this.served = await serveDataProduct(this.product, { listenPort: 0 })
    this.grants.clear()
    this.editions.clear()
    return this.served.url
  }

  /** The product ends and is started anew on its home, over HTTP; with another version of its descriptor, if one is given. */
  async restart(version?: string): Promise<void> {
    await this.served!.close()
    await this.product.close()
    if (version !== undefined) {
      const file = path.join(this.base, 'ledger', 'product.odps.yaml')
      await writeFile(file, (await readFile(file, 'utf8')).replace(/^version: .*$/m, `version: ${version}`))
    }
    this.product = await openIn(this.base, this.home, this.home)
    this.served = await serveDataProduct(this.product, { listenPort: 0 })
    this.proxy!.target = this.served.url
    this.interrupt()
  }

  /** Whom products of this gateway believe. */
  async trust(): Promise<GatewayKeys['jwks']> {
    return (await loadOrCreateKeys(this.home)).jwks
  }

  /** Another gateway of the same home and catalogue. */
  async openDoor(options: Partial<GatewayOptions> = {}): Promise<Door> {
    const { product, proxy, home } = this
    const inside = inProcessDataSource(product)
    const door: Omit<Door, 'gateway'> = { log: [], news: new Set(), deaf: false, refused: 0, asked: [] }
    const gateway = await startGateway({
      listenPort: 0,
      home,
      // Whom the first one signs in the others believe.
      ...(this.doors[0] ? { issuer: { url: `${this.gateway.url}/oidc`, audience: 'terrane' } } : { demo: true }),
      log: event => door.log.push(event),
      ...(proxy
        ? { productUrls: [proxy.url] }
        : {
            products: [
              {
                name: 'ledger',
                url: 'terrane:ledger',
                fetch: request => this.fetch(request, door),
                dataSource: {
                  process: asking => {
                    door.asked.push(asking.request.query ?? '')
                    return inside.process(asking)
                  },
                },
              },
            ],
          }),
      ...options,
    })
    const open = Object.assign(door, { gateway })
    this.doors.push(open)
    return open
  }

  async closeDoor(door: Door): Promise<void> {
    this.doors.splice(this.doors.indexOf(door), 1)
    await door.gateway.close()
  }

  async publish(edition: number): Promise<void> {
    await writeRows(this.base, edition)
    const { state, publication, problems } = await this.product.run('test')
    if (state !== 'PUBLISHED') throw new Error(JSON.stringify(problems))
    this.editions.set(publication!, edition)
  }

  /** The gateway has heard of the newest publication, which that caller may read: what it is asked of it from now on is kept. */
  async heard(caller: string, { gateway } = this.doors[0]!): Promise<void> {
    const mesh = { gateway, token: async (as: string) => (await issueToken({ home: this.home, as }))! }
    const subscription = `subscription { ledgerPublished(after: ${this.newest - 1}) { publication } }`
    await eventually(
      async () => {
        const stream = await EventStream.open(mesh, subscription, { as: `product:${caller}` })
        const event = await stream.next()
        stream.close()
        return event?.data?.data
      },
      told => Boolean(told),
    )
  }

  /** A gateway that shares its answers reaches the Redis, and has heard of the newest publication. */
  async ready(caller: string, door = this.doors[0]!): Promise<void> {
    await eventually(
      async () => door.log.some(({ message }) => message === 'The shared cache answers'),
      answers => answers,
    )
    await this.heard(caller, door)
  }

  /** The number of the newest publication. */
  get newest(): number {
    return Math.max(...this.editions.keys())
  }

  /** From now on these and no others; undefined takes them away. */
  async grant(caller: string, rights: Rights | undefined): Promise<void> {
    const before = this.grants.get(caller)
    if (before !== undefined) {
      await this.control('DELETE', `/control/grants/${encodeURIComponent(before)}`)
      this.grants.delete(caller)
    }
    if (!rights) return
    const answer = await this.control('PUT', '/control/grants', {
      subject: `product:${caller}`,
      actions: ['read'],
      dataset: 'entries',
      ...(rights.region ? { rowFilter: { region: { eq: rights.region } } } : {}),
      ...(rights.masked ? { masks: { holder: { kind: 'first', length: 3 } } } : {}),
    })
    this.grants.set(caller, ((await answer.json()) as { id: string }).id)
  }

  async ask(
    caller: string,
    query: string,
    init: { method?: 'GET'; headers?: Record<string, string>; signal?: AbortSignal } = {},
    { url } = this.gateway,
  ) {
    const token = await issueToken({ home: this.home, as: `product:${caller}` })
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...init.headers }
    return init.method === 'GET'
      ? fetch(`${url}/graphql?query=${encodeURIComponent(query)}`, { headers })
      : fetch(`${url}/graphql`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ query }),
          ...(init.signal ? { signal: init.signal } : {}),
        })
  }

  /** The product's own record of who read its entries. */
  async audited(caller: string): Promise<AuditInfo[]> {
    const answer = await this.control('GET', `/observability/audit?subject=product:${caller}&limit=1000`)
    return ((await answer.json()) as { audit: AuditInfo[] }).audit
  }

  /** How often an answer was given again. */
  hits(): Promise<number> {
    return this.counted('terrane_gateway_cache_lookups_total{cache="answers",outcome="hit"}')
  }

  /** A figure of `/metrics`, by its name and labels. */
  async counted(series: string, { url } = this.gateway): Promise<number> {
    const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n')
    return Number(lines.find(line => line.startsWith(`${series} `))?.slice(series.length) ?? 0)
  }

  /** The streams of news break; the gateway opens them again by itself. */
  interrupt({ news } = this.doors[0]!): void {
    for (const each of news) each.abort()
    news.clear()
    this.proxy?.interrupt()
  }

  /** From now on no news comes through; resolves once the gateway knows it. */
  async silence(): Promise<void> {
    const source = this.proxy ?? this.doors[0]!
    const { refused } = source
    source.deaf = true
    this.interrupt()
    await eventually(
      async () => source.refused,
      now => now > refused,
    )
  }

  /** News comes through again, as soon as it is asked for. */
  endSilence(): void {
    Object.assign(this.proxy ?? this.doors[0]!, { deaf: false })
  }

  async close(): Promise<void> {
    await Promise.all(this.doors.map(({ gateway }) => gateway.close()))
    await this.proxy?.close()
    for (const { product, served } of [...this.left, { product: this.product, served: this.served }]) {
      await served?.close()
      await product.close()
    }
    await rm(this.base, { recursive: true, force: true })
  }

  private async fetch(request: Request, door: Omit<Door, 'gateway'>): Promise<Response> {
    if (new URL(request.url).pathname !== NEWS_PATH) return this.product.fetch(request)
    if (door.deaf) {
      door.refused++
      throw new Error('no news comes through')
    }
    const cut = new AbortController()
    door.news.add(cut)
    const answer = await this.product.fetch(request)
    const body = answer.body!.pipeThrough(new TransformStream(), { signal: cut.signal })
    return new Response(body, answer)
  }

  private async control(method: string, pathname: string, body?: object): Promise<Response> {
    const token = await issueToken({ home: this.home, as: 'admin' })
    const answer = await fetch(`${this.gateway.url}${ADDRESS}${pathname}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (!answer.ok) throw new Error(`${method} ${pathname}: ${answer.status} ${await answer.text()}`)
    return answer
  }
}

async function openIn(base: string, keys: string, home: string): Promise<DataProduct> {
  const { jwks } = await loadOrCreateKeys(keys)
  const { product, problems } = await openDataProduct({
    folder: path.join(base, 'ledger'),
    home,
    trust: jwks,
    env: { ENTRIES: path.join(base, 'entries.csv') },
    log: () => {},
  })
  if (!product) throw new Error(JSON.stringify(problems))
  return product
}

async function writeRows(base: string, edition: number): Promise<void> {
  const lines = rowsOf(edition).map(({ entryId, region, holder }) => [entryId, region, holder, edition].join())
  const file = path.join(base, 'entries.csv')
  await writeFile(`${file}.new`, `entry_id,region,holder,edition\n${lines.join('\n')}\n`)
  await rename(`${file}.new`, file)
}

async function write(folder: string): Promise<void> {
  const files = {
    'product.odps.yaml': `
apiVersion: v1.0.0
kind: DataProduct
id: 5b0b6c5e-8a0e-4a53-9d1e-4f4f1f3c9b11
name: ledger
version: 1.0.0
status: active
domain: ledgers
inputPorts:
  - { name: entries, version: 1.0.0, contractId: ledger.input.entries }
outputPorts:
  - { name: entries, version: 1.0.0, type: tables, contractId: ledger.entries }
team: { name: Keepers }
`,
    'contracts/inputs/entries.odcs.yaml': `
apiVersion: v3.1.0
kind: DataContract
id: ledger.input.entries
version: 1.0.0
status: active
servers:
  - { server: files, type: local, path: "\${ENTRIES:-entries.csv}", format: csv }
schema:
  - name: entries
    properties:
      - { name: entry_id, logicalType: string, required: true }
      - { name: region, logicalType: string }
      - { name: holder, logicalType: string }
      - { name: edition, logicalType: integer }
`,
    'contracts/entries.odcs.yaml': `
apiVersion: v3.1.0
kind: DataContract
id: ledger.entries
name: Entries
version: 1.0.0
status: active
roles:
  - { role: admin, access: control }
schema:
  - name: entries
    properties:
      - { name: entry_id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1, unique: true, classification: internal }
      - { name: region, logicalType: string, classification: internal }
      - { name: holder, logicalType: string, classification: internal }
      - { name: edition, logicalType: integer, classification: internal }
`,
    'pipeline/output/entries.sql': 'SELECT entry_id, region, holder, edition FROM input.entries ORDER BY entry_id',
  }
  for (const [place, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, place)), { recursive: true })
    await writeFile(path.join(folder, place), `${text.trim()}\n`)
  }
}
