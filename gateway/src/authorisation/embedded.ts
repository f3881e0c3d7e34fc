import { createHash } from 'node:crypto'
import {
  type Caller,
  type DatasetDecision,
  decide,
  type ProductDecision,
  type ProductPolicy,
} from '@terrane/schema/authorisation'
import { IDENTITY_HEADER } from '@terrane/schema/identity/signed-identity'
import { BoundedMap } from '../bounded-map.js'
import { monotonicNow } from '../clock.js'
import type { ProductEndpoint } from '../gateway.js'
import type { ProductIdentities } from '../supergraph/product-identities.js'
import { readJson } from '../supergraph/read-body.js'
import type { Decided, DecisionPoint } from './decision-point.js'

const POLICY_PATH = '/.well-known/data-product/policy'

/** A product as the decision point meets it. `policy`: the last one seen. */
export interface GovernedProduct {
  endpoint: ProductEndpoint
  /** Of another process: its policy is asked for at most once a second. */
  remote: boolean
  policy: ProductPolicy
}

const REMOTE_FRESH_MILLISECONDS = 1000
const REMOTE_PATIENCE_MILLISECONDS = 3000
/** Who takes longer to fail than this is not waited for again: every operation would wait, whatever it asks. */
const SLOW_FAILURE_MILLISECONDS = 250

/** One decision, and until when it stands, in epoch milliseconds. */
interface Made {
  decision: ProductDecision
  until: number
}

interface Last {
  standings: readonly { policy: ProductPolicy; confirmed: boolean }[]
  until: number
  decided: Decided
}

interface Held {
  policy: ProductPolicy
  etag?: string
  /** Undefined where the product could not be asked: nothing may be read on the strength of an old policy. */
  confirmedAt?: number
  /** It could not be asked, and was long about it: nobody waits until it answers again. */
  silent?: boolean
  asking?: Promise<void>
  next?: Promise<void>
}

/** The products' own grants, asked of the products: by ETag on every operation where they are in this process. */
export class EmbeddedDecisionPoint implements DecisionPoint {
  private readonly held = new Map<string, Held>()
  private readonly decided = new BoundedMap<string, Made>(5000)
  /** What was decided last about a caller, for as long as the very same policies stand. */
  private readonly last = new WeakMap<Caller, Last>()
  /** By what is hashed: long texts of few kinds of callers. */
  private readonly fingerprints = new BoundedMap<string, string>(100)
  /** Of callers as JSON. */
  private readonly told = new WeakMap<Caller, string>()

  constructor(
    private readonly products: () => Iterable<GovernedProduct>,
    private readonly identities: ProductIdentities,
    private readonly onUnreachable: (product: string, error: unknown) => void,
  ) {}

  decide(caller: Caller): Decided | Promise<Decided> {
    const policies = this.policies()
    return policies instanceof Promise
      ? policies.then(found => this.decideBy(found, caller))
      : this.decideBy(policies, caller)
  }

  private decideBy(policies: readonly Held[], caller: Caller): Decided {
    const before = this.last.get(caller)
    if (before && stillStands(before, policies)) return before.decided
    const decisions = new Map<string, ProductDecision>()
    let told = ''
    let until = Number.POSITIVE_INFINITY
    for (const { policy, confirmedAt } of policies) {
      const made = this.decideOne(policy, caller)
      const enforced = confirmedAt === undefined ? nothingToRead(made.decision) : made.decision
      decisions.set(policy.product, enforced)
      told += `${policy.product} ${enforced.fingerprint} `
      until = Math.min(until, made.until)
    }
    const standings = policies.map(({ policy, confirmedAt }) => ({ policy, confirmed: confirmedAt !== undefined }))
    const decided = this.together(policies, decisions, told)
    this.last.set(caller, { standings, until, decided })
    return decided
  }

  private together(policies: readonly Held[], decisions: ReadonlyMap<string, ProductDecision>, told: string): Decided {
    return {
      decisions,
      policies: new Map(policies.map(({ policy }) => [policy.product, policy])),
      unreachable: new Set(
        policies.filter(({ confirmedAt }) => confirmedAt === undefined).map(({ policy }) => policy.product),
      ),
      fingerprint: this.fingerprintOf(told),
    }
  }

  private fingerprintOf(told: string): string {
    const known = this.fingerprints.get(told)
    if (known !== undefined) return known
    const fingerprint = createHash('sha256').update(told).digest('hex')
    this.fingerprints.set(told, fingerprint)
    return fingerprint
  }

  /** A product's grants have just been changed: whatever is decided from now on rests on what it says after this. */
  async renew(product: GovernedProduct): Promise<void> {
    const held = this.held.get(product.policy.product)
    if (!held) return
    // What is being asked may have been answered before the change.
    await held.asking
    held.confirmedAt = 0
    await this.confirm(product, held)
  }

  private policies(): Held[] | Promise<Held[]> {
    const policies: Held[] = []
    const asking: Promise<void>[] = []
    for (const product of this.products()) {
      const name = product.policy.product
      const held = this.held.get(name) ?? { policy: product.policy }
      this.held.set(name, held)
      policies.push(held)
      const fresh = product.remote && Date.now() - (held.confirmedAt ?? 0) < REMOTE_FRESH_MILLISECONDS
      if (fresh) continue
      const confirmed = this.confirm(product, held)
      if (!held.silent) asking.push(confirmed)
    }
    return asking.length === 0 ? policies : Promise.all(asking).then(() => policies)
  }

  /**
   * In this process an answer counts for those who waited before it was asked for: whoever comes while one is under way
   * waits for the next, together with all that come until then.
   */
  private confirm(product: GovernedProduct, held: Held): Promise<void> {
    if (held.asking === undefined) {
      held.asking = this.ask(product, held).finally(() => {
        delete held.asking
      })
      return held.asking
    }
    if (product.remote) return held.asking
    held.next ??= held.asking.then(() => {
      delete held.next
      return this.confirm(product, held)
    })
    return held.next
  }

  private async ask(product: GovernedProduct, known: Held): Promise<void> {
    const began = monotonicNow()
    try {
      const answer = await fetchPolicy(product.endpoint, this.identities, known.etag)
      if (answer !== 'unchanged') {
        known.policy = answer.policy
        if (answer.etag === undefined) delete known.etag
        else known.etag = answer.etag
      }
      known.confirmedAt = Date.now()
      known.silent = false
    } catch (error) {
      delete known.confirmedAt
      known.silent = product.remote && monotonicNow() - began >= SLOW_FAILURE_MILLISECONDS
      this.onUnreachable(product.endpoint.name, error)
    }
  }

  private decideOne(policy: ProductPolicy, caller: Caller): Made {
    let who = this.told.get(caller)
    if (who === undefined) {
      who = JSON.stringify(caller)
      this.told.set(caller, who)
    }
    const key = `${JSON.stringify([policy.product, policy.version])} ${who}`
    const now = Date.now()
    const known = this.decided.get(key)
    if (known && now < known.until) return known
    const made = { decision: decide(policy, caller, new Date(now)), until: nextChange(policy, now) }
    this.decided.set(key, made)
    return made
  }
}

function stillStands({ until, standings }: Last, policies: readonly Held[]): boolean {
  if (Date.now() >= until || standings.length !== policies.length) return false
  return standings.every(
    ({ policy, confirmed }, index) =>
      policies[index]!.policy === policy && (policies[index]!.confirmedAt !== undefined) === confirmed,
  )
}

/** The policy of a product, asked by the mesh itself. Throws where there is none to be had. */
export async function fetchPolicy(
  endpoint: ProductEndpoint,
  identities: ProductIdentities,
  etag?: string,
): Promise<{ policy: ProductPolicy; etag?: string } | 'unchanged'> {
  const response = await endpoint.fetch(
    new Request(`http://${endpoint.name}${POLICY_PATH}`, {
      headers: {
        [IDENTITY_HEADER]: await identities.ofGateway(endpoint.name),
        accept: 'application/json',
        ...(etag === undefined ? {} : { 'if-none-match': etag }),
      },
      signal: AbortSignal.timeout(REMOTE_PATIENCE_MILLISECONDS),
    }),
  )
  if (response.status === 304 && etag !== undefined) return 'unchanged'
  if (!response.ok) throw new Error(`status ${response.status} for ${POLICY_PATH}`)
  const policy = (await readJson(response)) as ProductPolicy
  if (policy.product !== endpoint.name) throw new Error(`it calls itself ${JSON.stringify(policy.product)}`)
  const tag = response.headers.get('etag')
  return { policy, ...(tag === null ? {} : { etag: tag }) }
}

/** When a grant begins or ends next, in epoch milliseconds: until then the decision stands. */
function nextChange(policy: ProductPolicy, now: number): number {
  const moments = policy.grants.flatMap(grant => [grant.from, grant.until]).flatMap(at => (at ? [Date.parse(at)] : []))
  return Math.min(Number.POSITIVE_INFINITY, ...moments.filter(at => at > now))
}

/** The product can not be asked: what it is called may still be known, nothing of it may be read. */
function nothingToRead(decision: ProductDecision): ProductDecision {
  const datasets: Record<string, DatasetDecision> = {}
  for (const [name, dataset] of Object.entries(decision.datasets))
    datasets[name] = {
      discover: dataset.discover,
      read: false,
      properties: Object.fromEntries(
        Object.entries(dataset.properties).map(([property, of]) => [property, { discover: of.discover, read: false }]),
      ),
    }
  return { ...decision, actions: [], datasets, fingerprint: `unreachable ${decision.fingerprint}` }
}
