import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type Gateway, type GatewayOptions, issueToken, type ProductEndpoint, startGateway } from '@terrane/gateway'
import { type DataProduct, openDataProduct } from '@terrane/runtime'
import { loadOrCreateKeys } from '@terrane/schema'
import { folder as HARBOUR, writeSources } from '../harbour/harbour.js'

/**
 * A mesh of real products behind a real gateway: the harbour with its registers, and the tides that are made of them (any
 * visitor may know of the tides, and of the harbour its notices).
 */
export class Market {
  private constructor(
    readonly home: string,
    readonly products: DataProduct[],
    public gateway: Gateway,
    private readonly options: Partial<GatewayOptions>,
    private readonly base: string,
  ) {}

  static async open(options: Partial<GatewayOptions> = {}): Promise<Market> {
    const base = await mkdtemp(path.join(os.tmpdir(), 'terrane-market-'))
    const [home, sources] = [path.join(base, 'home'), path.join(base, 'sources')]
    await writeSources(sources, 30)
    const { jwks } = await loadOrCreateKeys(home)
    const products: DataProduct[] = []
    for (const folder of [HARBOUR, path.join(__dirname, 'tides')]) {
      const { product, problems } = await openDataProduct({
        folder,
        home,
        trust: jwks,
        env: { HARBOUR_SOURCES: sources },
      })
      if (!product) throw new Error(JSON.stringify(problems, null, 1))
      products.push(product)
    }
    const gateway = await start(home, products, options)
    return new Market(home, products, gateway, options, base)
  }

  /** The harbour publishes what has come in. */
  async publish(): Promise<void> {
    const outcome = await this.products[0]!.run('test')
    if (outcome.state !== 'PUBLISHED') throw new Error(JSON.stringify(outcome.problems, null, 1))
  }

  async restart(options: Partial<GatewayOptions> = {}): Promise<void> {
    await this.gateway.close()
    this.gateway = await start(this.home, this.products, { ...this.options, ...options })
  }

  async close(): Promise<void> {
    await this.gateway.close()
    for (const product of this.products) await product.close()
    await rm(this.base, { recursive: true, force: true })
  }

  async bearer(as: string): Promise<Record<string, string>> {
    return as === 'visitor' ? {} : { authorization: `Bearer ${await issueToken({ home: this.home, as })}` }
  }

  /** One operation as a persona, or with whatever headers say. */
  async ask(query: string, as: string | Record<string, string>, variables: object = {}): Promise<Answer> {
    const headers = typeof as === 'string' ? await this.bearer(as) : as
    const response = await fetch(`${this.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    })
    const text = await response.text()
    return { status: response.status, text, headers: response.headers, ...(JSON.parse(text) as object) }
  }
}

export interface Answer {
  status: number
  text: string
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely by tests
  data?: any
  errors?: { message: string; extensions: { code: string } }[]
}

function start(home: string, products: DataProduct[], options: Partial<GatewayOptions>): Promise<Gateway> {
  return startGateway({
    listenPort: 0,
    home,
    demo: true,
    log: event => {
      if (process.env.TEST_LOG) console.error(event)
    },
    ...options,
    products: [...products.map(endpointOf), ...(options.products ?? [])],
  })
}

const endpointOf = (product: DataProduct): ProductEndpoint => ({
  name: product.product.name,
  url: `terrane:${product.product.name}`,
  fetch: request => product.fetch(request),
})
