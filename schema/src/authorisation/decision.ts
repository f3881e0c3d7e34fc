import type { Condition } from './condition.js'
import type { Action, Mask } from './policy.js'

/**
 * What one caller may do with one product: made once per operation by the decision point, carried to the product in the
 * signed identity, enforced there. JSON, and small.
 */
export interface ProductDecision {
  product: string
  policyVersion: string
  /** May know that the product exists. */
  discover: boolean
  /** Of `control` and `observe`, which are allowed on the product as a whole. */
  actions: Action[]
  datasets: Record<string, DatasetDecision>
  /** SHA-256 over all of the above but policyVersion: equal fingerprints may share answers. */
  fingerprint: string
}

export interface DatasetDecision {
  discover: boolean
  /** May read at least its key and some rows. */
  read: boolean
  /** Rows that may be seen at all; undefined = all. Meaningless unless `read`. */
  rows?: Condition
  properties: Record<string, PropertyDecision>
}

export interface PropertyDecision {
  discover: boolean
  /**
   * How the value is read: `true` plain; `false` denied; else the first case whose condition holds (undefined = always)
   * gives the value, masked where it says so, and null where no case holds. Pushed down into the query wherever the
   * property is named.
   */
  read: boolean | { when?: Condition; mask?: Mask }[]
}

/** The same decision by the keys that `@policy` carries: `<product>/<dataset>`, `<product>/<dataset>/<property>`. */
export function allows(decision: ProductDecision, policyKey: string): boolean {
  const [product, dataset, property] = policyKey.split('/')
  if (product !== decision.product || dataset === undefined) return false
  const of = decision.datasets[dataset]
  if (!of?.read) return false
  return property === undefined || (Object.hasOwn(of.properties, property) && of.properties[property]!.read !== false)
}
