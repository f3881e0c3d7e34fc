import { together } from './condition.js'
import { fingerprintOf } from './decide.js'
import type { DatasetDecision, ProductDecision, PropertyDecision } from './decision.js'
import type { Mask } from './policy.js'

/**
 * What both decisions allow. A product uses it to add its own denials to what the gateway decided, where its policy has
 * moved on since: a grant that is withdrawn counts at once, one that is new counts from the gateway's next decision.
 */
export function intersect(one: ProductDecision, other: ProductDecision): ProductDecision {
  const datasets: Record<string, DatasetDecision> = {}
  for (const [name, dataset] of Object.entries(one.datasets)) {
    if (Object.hasOwn(other.datasets, name)) datasets[name] = intersectDataset(dataset, other.datasets[name]!)
  }
  const decided = {
    product: one.product,
    discover: one.discover && other.discover,
    actions: one.actions.filter(action => other.actions.includes(action)),
    datasets,
  }
  return { ...decided, policyVersion: other.policyVersion, fingerprint: fingerprintOf(decided) }
}

function intersectDataset(one: DatasetDecision, other: DatasetDecision): DatasetDecision {
  const properties: Record<string, PropertyDecision> = {}
  for (const [name, property] of Object.entries(one.properties)) {
    if (!Object.hasOwn(other.properties, name)) continue
    const theirs = other.properties[name]!
    properties[name] = {
      discover: property.discover && theirs.discover,
      read: intersectReads(property.read, theirs.read),
    }
  }
  const rows = together([one.rows, other.rows].filter(filter => filter !== undefined))
  return {
    discover: one.discover && other.discover,
    read: one.read && other.read,
    ...(rows ? { rows } : {}),
    properties,
  }
}

/** First match of one list and first match of the other meet in exactly one pair, so the order of pairs keeps its meaning. */
function intersectReads(one: PropertyDecision['read'], other: PropertyDecision['read']): PropertyDecision['read'] {
  if (one === false || other === false) return false
  if (one === true) return other
  if (other === true) return one
  return one.flatMap(mine =>
    other.map(theirs => {
      const when = together([mine.when, theirs.when].filter(condition => condition !== undefined))
      const mask = stricter(mine.mask, theirs.mask)
      return { ...(when ? { when } : {}), ...(mask ? { mask } : {}) }
    }),
  )
}

const STRICTNESS: Mask['kind'][] = ['first', 'hash', 'fixed', 'null']

function stricter(one: Mask | undefined, other: Mask | undefined): Mask | undefined {
  if (!one || !other) return one ?? other
  if (one.kind === 'first' && other.kind === 'first') return one.length <= other.length ? one : other
  return STRICTNESS.indexOf(one.kind) >= STRICTNESS.indexOf(other.kind) ? one : other
}
