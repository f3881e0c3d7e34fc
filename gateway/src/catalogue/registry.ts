import { type Fingerprint, IDENTITY_HEADER, INTRODUCTION_PATH, type Problem, problem } from '@terrane/schema'
import type { GatewayOptions } from '../gateway.js'
import type { Log } from '../log.js'
import type { Mesh } from '../mesh.js'
import { baseOf } from '../supergraph/endpoints.js'
import type { ProductIdentities } from '../supergraph/product-identities.js'
import type { ProductFacts } from '../supergraph/read-product.js'
import type { CatalogueStore } from './store.js'

const RETRY_MILLISECONDS = 5000

/** Products of other processes: published by URL while the gateway runs, remembered, restored. */
export class Registry {
  /** Configured by URL and not found yet. */
  private readonly waiting = new Set<string>()
  private governed = true
  private readonly reported = new Map<string, string[]>()
  private retry?: NodeJS.Timeout

  /** Without a catalogue, for a supergraph as it is, nothing can be added. */
  constructor(
    private readonly options: GatewayOptions,
    private readonly store: CatalogueStore | undefined,
    private readonly mesh: Pick<Mesh, 'products' | 'remote' | 'meetGoverned'>,
    private readonly identities: ProductIdentities,
    private readonly log: Log,
  ) {}

  /** What was published before, and what the configuration names. A product that is away keeps its place. */
  async restore(): Promise<void> {
    for (const { name, url, facts } of (await this.store?.products()) ?? []) {
      if (this.mesh.products.get(name)) continue
      const known = JSON.parse(facts) as ProductFacts
      const { problems } = await this.mesh.products.add(this.mesh.remote(name, url), { remote: true, known })
      this.report(url, problems)
    }
    for (const url of this.options.productUrls ?? []) await this.addConfigured(url)
    this.governed = await this.mesh.meetGoverned()
    if (this.waiting.size > 0 || !this.governed) {
      this.retry = setInterval(() => void this.retryWaiting(), RETRY_MILLISECONDS)
      this.retry.unref()
    }
  }

  /** `name` where the product does not tell visitors its own. */
  async publish(request: {
    url: string
    name?: string
    replace?: boolean
    checked?: Fingerprint
    by: string
  }): Promise<{ name?: string; problems: Problem[] }> {
    if (!isHttpUrl(request.url)) return { problems: [problem('PRODUCT_URL_INVALID', { url: request.url })] }
    const url = baseOf(request.url)
    const named = request.name === undefined ? await askName(url, this.identities) : { name: request.name }
    if ('problem' in named) return { problems: [named.problem] }
    const { name } = named
    const { product, problems } = await this.mesh.products.add(this.mesh.remote(name, url), {
      remote: true,
      replace: request.replace === true,
      ...(request.checked ? { checked: request.checked } : {}),
    })
    if (product === undefined) return { name, problems }
    const { sdl, policy, info } = product
    await this.store?.put({
      name,
      url,
      facts: JSON.stringify({ sdl, policy, info } satisfies ProductFacts),
      registeredBy: request.by,
      registeredAt: new Date().toISOString(),
    })
    this.log({ level: 'info', message: 'Product published', product: name, url, by: request.by })
    return { name, problems: [] }
  }

  missing(): string[] {
    // One that was known before keeps its place in the graph: while it is away it costs itself, not the whole gateway.
    const known = new Set(this.mesh.products.all().map(({ endpoint }) => endpoint.url))
    const unknown = [...this.waiting].filter(url => !known.has(baseOf(url)))
    return [...unknown, ...(this.governed ? [] : ['policies of products in the supergraph'])]
  }

  async close(): Promise<void> {
    clearInterval(this.retry)
  }

  private async addConfigured(url: string): Promise<void> {
    const { problems } = await this.publish({ url, by: 'configuration', replace: true })
    if (problems.length === 0) this.waiting.delete(url)
    else this.waiting.add(url)
    this.report(url, problems)
  }

  private async retryWaiting(): Promise<void> {
    for (const url of [...this.waiting]) await this.addConfigured(url)
    this.governed ||= await this.mesh.meetGoverned()
    if (this.waiting.size === 0 && this.governed) clearInterval(this.retry)
  }

  /** Each once while it lasts: what is asked every few seconds would fill the log. */
  private report(url: string, problems: Problem[]): void {
    const before = this.reported.get(url)
    this.reported.set(
      url,
      problems.map(({ message }) => message),
    )
    for (const { code, message, hint } of problems) {
      if (!before?.includes(message)) this.log({ level: 'error', message, code, hint, url })
    }
  }
}

function isHttpUrl(url: string): boolean {
  return URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)
}

async function askName(url: string, identities: ProductIdentities): Promise<{ name: string } | { problem: Problem }> {
  const failed = (reason: string) => ({
    problem: problem('PRODUCT_UNREACHABLE', { product: 'to be registered', url, what: 'its name', reason }),
  })
  try {
    const response = await fetch(url + INTRODUCTION_PATH, {
      headers: { accept: 'application/json', [IDENTITY_HEADER]: await identities.introduction() },
      signal: AbortSignal.timeout(10_000),
    })
    const { name } = (await response.json()) as { name?: unknown }
    return typeof name === 'string' && /^[a-z][a-z0-9-]{0,62}$/.test(name)
      ? { name }
      : failed(`it does not say (status ${response.status})`)
  } catch (error) {
    const { message, cause } = error as Error
    return failed(cause instanceof Error && cause.message ? cause.message : message)
  }
}
