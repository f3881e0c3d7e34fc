import { type Fingerprint, hashOf } from '@terrane/schema/compatibility/fingerprint'
import { type Problem, problem } from '@terrane/schema/problems'
import type { GatewayOptions } from '../gateway.js'
import type { Log } from '../log.js'
import type { Mesh } from '../mesh.js'
import { DEFAULT_LIMITS } from '../plugins/use-limits.js'
import { GatewayStartError } from '../start-error.js'
import { CompositionLost } from '../supergraph/composing-thread.js'
import { baseOf } from '../supergraph/endpoints.js'
import type { ProductIdentities } from '../supergraph/product-identities.js'
import type { Addition, Product } from '../supergraph/products.js'
import type { ProductFacts } from '../supergraph/read-product.js'
import type { Siblings } from '../workers/siblings.js'
import { askName } from './ask-name.js'
import type { RegisteredProduct } from './registered-product.js'
import type { CatalogueStore } from './store.js'

const RETRY_MILLISECONDS = 5000
/** Longest that a gateway does not know what was published at another one with the same catalogue. */
const FOLLOW_MILLISECONDS = 1000
/** Between two attempts to put in force what cannot be: workers do not start, composing fails. Doubled with each. */
const FIRST_PAUSE_MILLISECONDS = 1000
const LONGEST_PAUSE_MILLISECONDS = 60_000
/** Who published what is configured. */
const CONFIGURATION = 'configuration'

interface Publication {
  url: string
  /** Where the product does not tell visitors its own. */
  name?: string
  replace?: boolean
  checked?: Fingerprint
  by: string
}

type Found = { name: string; addition: Addition }
type Unfound = { problems: Problem[] }

/** Products of other processes: published by URL while the gateway runs, here or at another gateway; remembered, restored. */
export class Registry {
  /** Configured by URL and not found yet. */
  private readonly waiting = new Set<string>()
  private governed = true
  private advised = false
  private readonly reported = new Map<string, string[]>()
  private retry?: NodeJS.Timeout
  private retrying = false
  private follow?: NodeJS.Timeout
  /** Of the catalogue's products: as of when each is here. */
  private readonly known = new Map<string, { registeredAt: string; hash: string }>()
  /** Of news that could not be put in force: when it is tried again, and how long it is until the time after that. */
  private readonly postponed = { until: 0, pause: FIRST_PAUSE_MILLISECONDS }

  /** Without a catalogue, for a supergraph as it is, nothing can be added. */
  constructor(
    private readonly options: GatewayOptions,
    private readonly store: CatalogueStore | undefined,
    private readonly mesh: Pick<Mesh, 'products' | 'remote' | 'meetGoverned'>,
    private readonly identities: ProductIdentities,
    private readonly log: Log,
    /** Where a large supergraph is put in force by processes that start anew. */
    private readonly siblings?: Pick<Siblings, 'renew'>,
  ) {
    if (!siblings) mesh.products.onChange(() => this.adviseWorkers())
  }

  /** What was published before, and what the configuration names. A product that is away keeps its place. */
  async restore(): Promise<void> {
    const before = (await this.store?.products()) ?? []
    try {
      await this.take(
        before.filter(({ name }) => !this.mesh.products.get(name)),
        this.options.productUrls ?? [],
      )
    } catch (error) {
      throw error instanceof CompositionLost ? new GatewayStartError([error.problem]) : error
    }
    this.governed = await this.mesh.meetGoverned()
    if (this.waiting.size > 0 || !this.governed)
      this.retry = setInterval(() => void this.retryWaiting(), RETRY_MILLISECONDS).unref()
    if (this.store) this.follow = setTimeout(() => void this.followOthers(), FOLLOW_MILLISECONDS).unref()
  }

  /**
   * Resolves once the product is in force, or is not published. Published with problems is what composes and stands in the
   * catalogue, but is not in force here yet: others have it by then, so that it is not taken back.
   */
  async publish(request: Publication): Promise<{ name?: string; published: boolean; problems: Problem[] }> {
    const found = await this.found(request)
    if ('problems' in found) return { published: false, ...found }
    const { name } = found
    const addition: Addition = { ...found.addition, published: true }
    const siblings = this.isLarge() ? this.siblings : undefined
    const added = await (siblings ? this.mesh.products.try(addition) : this.mesh.products.add(addition))
    if (added.product === undefined) return { name, published: false, problems: added.problems }
    // As long as it is not known, it is news that this gateway follows.
    await this.remember(added.product, request.by, { known: siblings === undefined })
    try {
      await siblings?.renew({ joins: false })
      return { name, published: true, problems: [] }
    } catch (error) {
      this.postpone()
      const reason = (error as Error).message
      return { name, published: true, problems: [problem('PUBLICATION_NOT_IN_FORCE', { product: name, reason })] }
    }
  }

  missing(): string[] {
    // One that was known before keeps its place in the graph: while it is away it costs itself, not the whole gateway.
    const known = new Set(this.mesh.products.all().map(({ endpoint }) => endpoint.url))
    const unknown = [...this.waiting].filter(url => !known.has(baseOf(url)))
    return [...unknown, ...(this.governed ? [] : ['policies of products in the supergraph'])]
  }

  async close(): Promise<void> {
    clearInterval(this.retry)
    clearTimeout(this.follow)
    delete this.follow
  }

  private async found({ url: given, name: told, replace, checked }: Publication): Promise<Found | Unfound> {
    if (!isHttpUrl(given)) return { problems: [problem('PRODUCT_URL_INVALID', { url: given })] }
    const url = baseOf(given)
    const named = told === undefined ? await askName(url, this.identities) : { name: told }
    if ('problem' in named) return { problems: [named.problem] }
    const { name } = named
    const endpoint = this.mesh.remote(name, url)
    const addition: Addition = { endpoint, remote: true, replace: replace === true, ...(checked ? { checked } : {}) }
    return { name, addition }
  }

  private async remember(product: Product, by: string, { known } = { known: true }): Promise<void> {
    const { endpoint, sdl, policy, info } = product
    const { name, url } = endpoint
    const registeredAt = new Date().toISOString()
    if (known) this.known.set(name, { registeredAt, hash: hashOfFacts(url, product) })
    const facts = JSON.stringify({ sdl, policy, info } satisfies ProductFacts)
    await this.store?.put({ name, url, facts, registeredBy: by, registeredAt })
    this.log({ level: 'info', message: 'Product published', product: name, url, by })
  }

  /**
   * Puts in force what the catalogue says of products, and what is configured by URL: all at once, because composing
   * takes longer the more there is.
   */
  private async take(registered: readonly RegisteredProduct[], configured: readonly string[] = []): Promise<void> {
    const additions = new Map<string, Addition>()
    for (const { name, url, facts: text } of registered) {
      const known = JSON.parse(text) as ProductFacts
      additions.set(name, { endpoint: this.mesh.remote(name, url), remote: true, replace: true, known })
    }
    const found = await Promise.all(configured.map(url => this.found({ url, by: CONFIGURATION, replace: true })))
    for (const one of found) {
      if (!('addition' in one)) continue
      const known = additions.get(one.name)?.known
      additions.set(one.name, known ? { ...one.addition, known } : one.addition)
    }
    const names = [...additions.keys()]
    const added = await this.mesh.products.addAll([...additions.values()])
    // Only now: what is lost on the way is news the next time too.
    for (const { name, url, facts, registeredAt } of registered) {
      this.known.set(name, { registeredAt, hash: hashOfFacts(url, JSON.parse(facts) as ProductFacts) })
      this.report(url, added[names.indexOf(name)]!.problems)
    }
    for (const [at, url] of configured.entries()) {
      const one = found[at]!
      const { product, problems } = 'addition' in one ? added[names.indexOf(one.name)]! : { ...one, product: undefined }
      this.report(url, problems)
      if (problems.length > 0 || !product) {
        this.waiting.add(url)
        continue
      }
      this.waiting.delete(url)
      // What is the same is no news to other gateways.
      if (this.known.get(product.endpoint.name)?.hash !== hashOfFacts(product.endpoint.url, product))
        await this.remember(product, CONFIGURATION)
    }
  }

  /** Whatever was published at another gateway that has the same catalogue. */
  private async followOthers(): Promise<void> {
    try {
      const registered = (await this.store?.registrations()) ?? []
      const due = Date.now() >= this.postponed.until
      const news = registered.filter(
        ({ name, registeredAt }) =>
          this.known.get(name)?.registeredAt !== registeredAt && this.mesh.products.get(name)?.remote !== false,
      )
      if (news.length > 0 && due && this.isLarge()) await this.renew()
      else if (news.length > 0 && due) {
        await this.take((await this.store?.products(news.map(({ name }) => name))) ?? [])
        this.postponed.pause = FIRST_PAUSE_MILLISECONDS
      }
      this.report('the catalogue', [])
    } catch (error) {
      this.reportOfCatalogue(error as Error)
    }
    // None once the gateway has closed.
    this.follow?.refresh()
  }

  private reportOfCatalogue(error: Error): void {
    const lost = error instanceof CompositionLost
    if (lost) this.postpone()
    this.report('the catalogue', [lost ? error.problem : problem('CATALOGUE_UNAVAILABLE', { reason: error.message })])
  }

  /** Has workers started on what is in the catalogue now; those that do not start are tried again later. */
  private async renew(): Promise<void> {
    try {
      // Every worker notices, each at its own time.
      await this.siblings?.renew({ joins: true })
      this.postponed.pause = FIRST_PAUSE_MILLISECONDS
      this.report('new workers', [])
    } catch (error) {
      this.postpone()
      this.report('new workers', [problem('WORKERS_NOT_STARTED', { reason: (error as Error).message })])
    }
  }

  private postpone(): void {
    const { postponed } = this
    postponed.until = Date.now() + postponed.pause
    postponed.pause = Math.min(2 * postponed.pause, LONGEST_PAUSE_MILLISECONDS)
  }

  /** Whether the mesh is put in force by new processes: a supergraph of this size would hold up those who ask here. */
  private isLarge(): boolean {
    return this.siblings !== undefined && this.mesh.products.all().length > this.mostSwapped()
  }

  private mostSwapped(): number {
    return this.options.limits?.subgraphsSwapped ?? DEFAULT_LIMITS.subgraphsSwapped
  }

  /** Once, where the process itself serves more than can be swapped under those who ask it. */
  private adviseWorkers(): void {
    const products = this.mesh.products.all().length
    if (this.advised || products <= this.mostSwapped()) return
    this.advised = true
    const message =
      'Each publication to a mesh of this size slows down who asks: let a worker serve it (docs/deploy.md)'
    this.log({ level: 'warn', message, products, command: 'terrane gateway --workers 1' })
  }

  /** One at a time: where composing takes longer than the time between two, they would queue up without end. */
  private async retryWaiting(): Promise<void> {
    if (this.retrying) return
    this.retrying = true
    try {
      await this.take([], [...this.waiting])
      this.governed ||= await this.mesh.meetGoverned()
    } catch (error) {
      // What cannot be remembered now can be the next time.
      this.reportOfCatalogue(error as Error)
    } finally {
      this.retrying = false
    }
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

/** Of what composes a product; its policy changes without being published. */
function hashOfFacts(url: string, { sdl, info }: ProductFacts): string {
  return hashOf(JSON.stringify([url, sdl, info]))
}

function isHttpUrl(url: string): boolean {
  return URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)
}
