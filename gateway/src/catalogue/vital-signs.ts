import type { DataProductInfo, Freshness, QualityResult } from '@terrane/schema'
import { IDENTITY_HEADER } from '@terrane/schema/identity/signed-identity'
import type { ProductIdentities } from '../supergraph/product-identities.js'
import type { Product } from '../supergraph/products.js'
import { readJson } from '../supergraph/read-body.js'
import { DISCOVERY_PATH } from '../supergraph/read-product.js'
import type { VisibleProduct } from './visible-product.js'

/** How a product is now. All of it, hidden names included: what a caller is told of it is settled by `qualityFor`. */
export interface Signs {
  status?: string
  freshness: Freshness
  publishedAt?: string
  /** The number of the publication in force. */
  publication?: number
  quality: QualityResult[]
}

const FRESH_MILLISECONDS = 2000
/** How long a question waits for a product. One that is slower is told of by what it said last. */
const PATIENCE_MILLISECONDS = 500
const LONGEST_MILLISECONDS = 5000
/** What was said last counts no longer than this. */
const REMEMBERED_MILLISECONDS = 60_000

interface Held {
  product: Product
  signs?: Signs
  /** Of the signs, and of the last question; epoch milliseconds. */
  saidAt: number
  askedAt: number
  asking?: Promise<void>
}

/**
 * What products say of their own state at their discovery ports, asked by the mesh itself and kept for a moment. A product
 * that is silent is unknown, and costs nobody more than half a second once.
 */
export class VitalSigns {
  private readonly held = new Map<string, Held>()

  constructor(private readonly identities: ProductIdentities) {}

  async of(product: Product): Promise<Signs | undefined> {
    const now = Date.now()
    const before = this.held.get(product.info.name)
    const held = before?.product === product ? before : { product, saidAt: 0, askedAt: 0 }
    this.held.set(product.info.name, held)
    // Failures count too: who does not answer is not asked with every question.
    if (held.asking === undefined && now - held.askedAt > FRESH_MILLISECONDS) {
      held.askedAt = now
      held.asking = this.ask(held).finally(() => {
        delete held.asking
      })
    }
    const left = held.askedAt + PATIENCE_MILLISECONDS - now
    if (held.asking !== undefined && left > 0) await within(held.asking, left)
    return Date.now() - held.saidAt < REMEMBERED_MILLISECONDS ? held.signs : undefined
  }

  private async ask(held: Held): Promise<void> {
    const { endpoint } = held.product
    try {
      const response = await endpoint.fetch(
        new Request(`http://${endpoint.name}${DISCOVERY_PATH}`, {
          headers: { [IDENTITY_HEADER]: await this.identities.ofGateway(endpoint.name), accept: 'application/json' },
          signal: AbortSignal.timeout(LONGEST_MILLISECONDS),
        }),
      )
      if (!response.ok) throw new Error(`status ${response.status}`)
      held.signs = signsIn((await readJson(response)) as Partial<DataProductInfo>)
      held.saidAt = Date.now()
    } catch {
      // That a product is silent is told where it is asked for data; here it is unknown.
      delete held.signs
    }
  }
}

function signsIn({ status, freshness, publishedAt, publications, datasets }: Partial<DataProductInfo>): Signs {
  const publication = publications?.find(({ current }) => current)?.number
  return {
    freshness: freshness === 'FRESH' || freshness === 'LATE' ? freshness : 'UNKNOWN',
    ...(typeof status === 'string' ? { status } : {}),
    ...(typeof publishedAt === 'string' ? { publishedAt } : {}),
    ...(Number.isSafeInteger(publication) ? { publication: publication! } : {}),
    quality: (datasets ?? []).flatMap(dataset => dataset.quality ?? []),
  }
}

/** How many rules held, of those that are about what the caller may know of. */
export function qualityFor(seen: VisibleProduct, { quality }: Signs): { passed: number; failed: number } {
  const told = quality.filter(({ dataset, property, rule, expected }) => {
    const of = seen.datasets.find(one => one.name === dataset)
    // A rule over several properties names them all.
    const properties = property?.split(', ') ?? []
    return of && properties.every(name => of.properties.includes(name)) && !seen.tells(`${rule} ${expected}`)
  })
  const passed = told.filter(result => result.passed).length
  return { passed, failed: told.length - passed }
}

function within(work: Promise<void>, milliseconds: number): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, milliseconds)
    void work.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
