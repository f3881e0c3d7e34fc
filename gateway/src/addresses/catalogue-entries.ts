import type { Freshness } from '@terrane/schema'
import { decide, type ProductDecision, VISITOR } from '@terrane/schema/authorisation'
import { discoverable } from '../catalogue/discoverable.js'
import type { Product } from '../supergraph/products.js'
import type { ProductSummary } from '../supergraph/read-product.js'

export const FORMATS = ['csv', 'json', 'ndjson', 'parquet'] as const

/** A product as the catalogue tells one caller of it. */
export interface CatalogueEntry extends Omit<ProductSummary, 'datasets'> {
  visibility: string
  freshness: Freshness
  publishedAt?: string
  datasets: (ProductSummary['datasets'][number] & { access: Access })[]
}

/** Who may read it: everybody; whoever is given it, which may be asked for; or it is not even known to everybody. */
export type Access = 'public' | 'restricted' | 'hidden'

interface Signs {
  freshness: Freshness
  publishedAt?: string
}

/** What the caller may discover, by name, from `after` on; one more page where `next` says so. */
export async function catalogueEntries(
  products: Product[],
  decisions: ReadonlyMap<string, ProductDecision>,
  page: { first: number; after: string },
  signsOf: (product: Product) => Promise<Signs | undefined>,
): Promise<{ entries: CatalogueEntry[]; next?: string }> {
  const seen = discoverable(products, { decisions: new Map(decisions) }).filter(({ name }) => name > page.after)
  const shown = seen.slice(0, page.first)
  const entries = await Promise.all(
    shown.map(async info => {
      const product = products.find(one => one.info.name === info.name)!
      const { freshness = 'UNKNOWN', publishedAt } = (await signsOf(product)) ?? {}
      return {
        ...info,
        visibility: product.policy.visibility,
        freshness,
        ...(publishedAt ? { publishedAt } : {}),
        datasets: info.datasets.map(dataset => ({
          ...dataset,
          access: accessTo(product, dataset.name, decisions.get(info.name)!),
        })),
      }
    }),
  )
  return { entries, ...(seen.length > shown.length ? { next: shown.at(-1)!.name } : {}) }
}

/** Of the properties that this caller may know of: the others must not show, not even in what is said of the whole. */
function accessTo({ policy }: Product, name: string, decision: ProductDecision): Access {
  const forVisitors = decide(policy, VISITOR)
  const visitors = Object.hasOwn(forVisitors.datasets, name) ? forVisitors.datasets[name] : undefined
  if (!forVisitors.discover || !visitors?.discover) return 'hidden'
  const known = Object.entries(decision.datasets[name]?.properties ?? {}).filter(([, { discover }]) => discover)
  const open =
    visitors.read && !visitors.rows && known.every(([property]) => visitors.properties[property]?.read === true)
  return open ? 'public' : 'restricted'
}
