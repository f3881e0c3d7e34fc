import { type DataProductInfo, IDENTITY_HEADER } from '@terrane/schema'
import type { ProductIdentities } from '../supergraph/product-identities.js'
import type { Product } from '../supergraph/products.js'
import type { Signs } from './catalogue-entries.js'

const KEPT_MILLISECONDS = 2000
const PATIENCE_MILLISECONDS = 1000

/** How products are now, as they say themselves to the mesh; kept for a moment. Who is silent is unknown. */
export class LiveSigns {
  private readonly held = new WeakMap<Product, { signs: Promise<Signs | undefined>; until: number }>()

  constructor(private readonly identities: ProductIdentities) {}

  of(product: Product): Promise<Signs | undefined> {
    const known = this.held.get(product)
    if (known && known.until > Date.now()) return known.signs
    const signs = this.ask(product).catch(() => undefined)
    this.held.set(product, { signs, until: Date.now() + KEPT_MILLISECONDS })
    return signs
  }

  private async ask({ endpoint }: Product): Promise<Signs | undefined> {
    const response = await endpoint.fetch(
      new Request(`http://${endpoint.name}/.well-known/data-product`, {
        headers: { [IDENTITY_HEADER]: await this.identities.ofGateway(endpoint.name), accept: 'application/json' },
        signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
      }),
    )
    if (!response.ok) return undefined
    const { freshness, publishedAt } = (await response.json()) as Partial<DataProductInfo>
    return {
      freshness: freshness === 'FRESH' || freshness === 'LATE' ? freshness : 'UNKNOWN',
      ...(typeof publishedAt === 'string' ? { publishedAt } : {}),
    }
  }
}
