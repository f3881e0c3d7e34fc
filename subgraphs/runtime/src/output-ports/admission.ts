import {
  type Caller,
  decide,
  fingerprintOf,
  type Grant,
  IDENTITY_HEADER,
  type IdentityVerifier,
  intersect,
  type ProductDecision,
  type ProductPolicy,
  VISITOR,
} from '@terrane/schema'
import { Refusal } from './refusal.js'

/** Who asks and what they may do: settled once, when a request starts. */
export interface Admitted {
  caller: Caller
  decision: ProductDecision
  /** The mesh itself: registration, policy. */
  gateway: boolean
}

/**
 * Lets a request in. Only the gateway's signature is believed; without one the caller is a visitor. Where the product's
 * policy has changed since the gateway decided, or time may have, the product's own denials are added, never permissions.
 * @throws Refusal UNAUTHENTICATED where an identity is presented that does not hold.
 */
export async function admit(
  token: string | null | undefined,
  verifier: IdentityVerifier,
  policy: () => Promise<ProductPolicy>,
): Promise<Admitted> {
  const inForce = await policy()
  if (!token) return { caller: VISITOR, decision: decide(inForce, VISITOR), gateway: false }
  const identity = await verifier.verify(token)
  if (!identity) {
    throw new Refusal('UNAUTHENTICATED', `The identity in the header ${IDENTITY_HEADER} is not valid for this product.`)
  }
  const { caller, decision, gateway = false } = identity
  if (gateway) return { caller, decision: structureOf(inForce), gateway }
  return { caller, decision: stillDecided({ caller, decision }, inForce), gateway }
}

/**
 * What of a decision stands by the policy in force: at admission, and again and again where an answer goes on for long.
 */
export function stillDecided(
  { caller, decision }: Pick<Admitted, 'caller' | 'decision'>,
  inForce: ProductPolicy,
): ProductDecision {
  // A signature lives longer than the last seconds of a grant: what has an end is decided anew.
  const stands = decision.policyVersion === inForce.version && !inForce.grants.some(isTimed)
  return stands ? decision : intersect(decision, decide(inForce, caller))
}

const isTimed = ({ from, until }: Grant) => from !== undefined || until !== undefined

/** The mesh learns of everything that exists, to compose and to list it by each caller's decision; it reads nothing. */
function structureOf(policy: ProductPolicy): ProductDecision {
  const datasets: ProductDecision['datasets'] = {}
  for (const { name, properties } of policy.datasets) {
    datasets[name] = {
      discover: true,
      read: false,
      properties: Object.fromEntries(properties.map(each => [each.name, { discover: true, read: false as const }])),
    }
  }
  const decided = { product: policy.product, discover: true, actions: [], datasets }
  return { ...decided, policyVersion: policy.version, fingerprint: fingerprintOf(decided) }
}
