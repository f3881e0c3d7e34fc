import { createHash } from 'node:crypto'
import { type Condition, negation, together } from './condition.js'
import type { DatasetDecision, ProductDecision, PropertyDecision } from './decision.js'
import type { Action, Caller, Grant, ProductPolicy } from './policy.js'

type PolicyDataset = ProductPolicy['datasets'][number]
type PolicyProperty = PolicyDataset['properties'][number]

/**
 * The one decision: what `caller` may do with the product at the moment `now`. Pure, so gateway and product come to the
 * same answer from the same policy. Deny wins; what nobody allowed is denied.
 */
export function decide(policy: ProductPolicy, caller: Caller, now: Date = new Date()): ProductDecision {
  const inForce = policy.grants.filter(grant => applies(grant, caller, now))
  const actions = (['control', 'observe'] as const).filter(action => mayOnProduct(inForce, action))
  const datasets: Record<string, DatasetDecision> = {}
  for (const dataset of policy.datasets) {
    datasets[dataset.name] = decideDataset(
      dataset,
      caller,
      inForce.filter(grant => grant.dataset === '*' || grant.dataset === dataset.name),
    )
  }
  const discover =
    seenBy(policy.visibility, caller) || actions.length > 0 || Object.values(datasets).some(dataset => dataset.discover)
  const decided = { product: policy.product, discover, actions: actions as Action[], datasets }
  return { ...decided, policyVersion: policy.version, fingerprint: fingerprintOf(decided) }
}

/** SHA-256 over a decision's content: equal ones may share answers. */
export function fingerprintOf(decided: Omit<ProductDecision, 'policyVersion' | 'fingerprint'>): string {
  return createHash('sha256').update(JSON.stringify(decided)).digest('hex')
}

/** Subjects are compared whole; a role never becomes a person or a machine, whatever it is called. */
function applies(grant: Grant, caller: Caller, now: Date): boolean {
  // A visitor has no grants: what anybody may see follows from visibility alone.
  if (!caller.authenticated) return false
  const subject = grant.subject
  const named =
    subject === '*' ||
    (subject.startsWith('role:') ? caller.roles.includes(subject.slice('role:'.length)) : subject === caller.subject)
  if (!named) return false
  const time = now.getTime()
  // An unreadable date is a grant that is not in force, or a denial that is: both fail closed.
  const from = grant.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(grant.from)
  const until = grant.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(grant.until)
  if (Number.isNaN(from) || Number.isNaN(until)) return grant.effect === 'deny'
  return from <= time && time < until
}

function mayOnProduct(grants: Grant[], action: 'control' | 'observe'): boolean {
  // Whoever may change a product may look at what it does.
  const asked: Action[] = action === 'observe' ? ['observe', 'control'] : ['control']
  const whole = grants.filter(grant => grant.dataset === '*')
  if (whole.some(grant => grant.effect === 'deny' && grant.actions.includes(action))) return false
  return whole.some(grant => grant.effect === 'allow' && asked.some(one => grant.actions.includes(one)))
}

function decideDataset(dataset: PolicyDataset, caller: Caller, grants: Grant[]): DatasetDecision {
  // A dataset may be known to all and still show nothing to all: that takes a property classified public.
  const allowing = [...grants, ...(dataset.visibility === 'public' ? [PUBLIC_PROPERTIES] : [])].filter(
    grant =>
      grant.effect === 'allow' &&
      grant.actions.includes('read') &&
      (dataset.properties.length === 0 || dataset.properties.some(property => covers(grant, property))),
  )
  const denying = grants.filter(grant => grant.effect === 'deny' && grant.actions.includes('read'))
  // A key cannot be hidden without its dataset, so denying the one is denying the other.
  const denyingAll = denying.filter(
    grant => !isNarrowed(grant) || grant.properties?.some(name => dataset.primaryKey.includes(name)),
  )
  const read = allowing.length > 0 && !denyingAll.some(grant => grant.rowFilter === undefined)
  const rows = read ? rowsOf(allowing, denyingAll) : undefined

  const discoverable = discoverDataset(dataset, caller, grants, read)
  const properties: Record<string, PropertyDecision> = {}
  for (const property of dataset.properties) {
    const readable = read && readProperty(dataset, property, allowing, denying)
    const named = grants.filter(grant => covers(grant, property))
    const hidden = !dataset.primaryKey.includes(property.name) && named.some(grant => hides(grant))
    const shown =
      property.discover === 'visible' ||
      dataset.primaryKey.includes(property.name) ||
      named.some(grant => grant.effect === 'allow' && grantsSight(grant))
    properties[property.name] = {
      discover: discoverable && !hidden && (shown || readable !== false),
      read: hidden ? false : readable,
    }
  }
  return { discover: discoverable, read: read && discoverable, ...(rows ? { rows } : {}), properties }
}

/** What a public dataset gives to anybody: its properties classified public, all rows. */
const PUBLIC_PROPERTIES: Grant = {
  id: 'public',
  effect: 'allow',
  subject: '*',
  actions: ['read'],
  dataset: '*',
  classifications: ['public'],
  origin: 'declared',
  by: 'visibility',
  at: '',
}

function discoverDataset(dataset: PolicyDataset, caller: Caller, grants: Grant[], read: boolean): boolean {
  if (grants.some(grant => hides(grant) && !isNarrowed(grant))) return false
  if (read || grants.some(grant => grant.effect === 'allow' && grantsSight(grant))) return true
  return dataset.discover === 'visible' && seenBy(dataset.visibility, caller)
}

function readProperty(
  dataset: PolicyDataset,
  property: PolicyProperty,
  allowing: Grant[],
  denying: Grant[],
): PropertyDecision['read'] {
  if (dataset.primaryKey.includes(property.name)) return true
  const allowed = allowing.filter(grant => covers(grant, property))
  const denied = denying.filter(grant => isNarrowed(grant) && covers(grant, property))
  if (allowed.length === 0 || denied.some(grant => grant.rowFilter === undefined)) return false

  const plain = allowed.filter(grant => maskOf(grant, property) === undefined)
  // Where every grant to the dataset shows the property, the dataset's row filter says it all.
  if (denied.length === 0 && (plain.length === allowing.length || plain.some(grant => grant.rowFilter === undefined)))
    return true

  const exceptions = denied.map(grant => negation(grant.rowFilter!))
  // The plain sight comes first: who was granted both sees the value.
  const inOrder = [...plain, ...allowed.filter(grant => !plain.includes(grant))]
  return inOrder.map(grant => {
    const when = together([...(grant.rowFilter ? [grant.rowFilter] : []), ...exceptions])
    const mask = maskOf(grant, property)
    return { ...(when ? { when } : {}), ...(mask ? { mask } : {}) }
  })
}

function rowsOf(allowing: Grant[], denying: Grant[]): Condition | undefined {
  const allowed: Condition[] = allowing.some(grant => grant.rowFilter === undefined)
    ? []
    : [either(allowing.map(grant => grant.rowFilter!))]
  return together([...allowed, ...denying.map(grant => negation(grant.rowFilter!))])
}

function covers(grant: Grant, property: PolicyProperty): boolean {
  if (grant.properties !== undefined && !grant.properties.includes(property.name)) return false
  return (
    grant.classifications === undefined ||
    (property.classification !== undefined && grant.classifications.includes(property.classification))
  )
}

const isNarrowed = (grant: Grant) => grant.properties !== undefined || grant.classifications !== undefined
/** A denial of some rows leaves the name known. */
const hides = (grant: Grant) =>
  grant.effect === 'deny' && grant.actions.includes('discover') && grant.rowFilter === undefined
const either = (conditions: Condition[]): Condition => (conditions.length === 1 ? conditions[0]! : { or: conditions })
const grantsSight = (grant: Grant) => grant.actions.includes('read') || grant.actions.includes('discover')
const maskOf = (grant: Grant, property: PolicyProperty) =>
  grant.masks && Object.hasOwn(grant.masks, property.name) ? grant.masks[property.name] : undefined
const seenBy = (visibility: ProductPolicy['visibility'], caller: Caller) =>
  visibility === 'public' || (visibility === 'internal' && caller.authenticated)
