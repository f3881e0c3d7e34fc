import { createHash } from 'node:crypto'
import type { Caller, IdentitySigner, ProductDecision } from '@terrane/schema'
import { BoundedMap } from '../bounded-map.js'

/** Half of the shortest lifetime a signed identity has: one from here is always good for a while. */
const REUSED_MILLISECONDS = 30_000

const THE_GATEWAY: Caller = { subject: 'gateway', authenticated: true, roles: [], scopes: [] }

/** The signed identities that products trust, kept for a moment: signing costs more than most look-ups. */
export class ProductIdentities {
  private readonly signed = new BoundedMap<string, { token: Promise<string>; until: number }>(2000)

  /** Both are the same objects for as long as they are remembered. */
  private readonly keys = new WeakMap<ProductDecision, WeakMap<Caller, string>>()

  constructor(private readonly signer: IdentitySigner) {}

  /** Who asks and what was decided about it, for the product of the decision alone. */
  of(caller: Caller, decision: ProductDecision): Promise<string> {
    return this.reuse(this.keyOf(caller, decision), () => this.signer.sign({ caller, decision }, decision.product))
  }

  /** The fingerprint holds the whole decision, so nobody is handed another caller's. */
  private keyOf(caller: Caller, decision: ProductDecision): string {
    const ofDecision = this.keys.get(decision) ?? new WeakMap<Caller, string>()
    this.keys.set(decision, ofDecision)
    let key = ofDecision.get(caller)
    if (key === undefined) {
      key = createHash('sha256')
        .update(JSON.stringify([decision.product, decision.policyVersion, decision.fingerprint, caller]))
        .digest('base64')
      ofDecision.set(caller, key)
    }
    return key
  }

  /** The mesh itself: reads structure and policy, never data. */
  ofGateway(product: string): Promise<string> {
    const decision = { product, policyVersion: '', discover: true, actions: [], datasets: {}, fingerprint: '' }
    return this.reuse(`gateway ${product}`, () =>
      this.signer.sign({ caller: THE_GATEWAY, decision, gateway: true }, product),
    )
  }

  /** To a product whose name is not known yet. */
  introduction(): Promise<string> {
    return this.signer.introduce()
  }

  private reuse(key: string, sign: () => Promise<string>): Promise<string> {
    const known = this.signed.get(key)
    if (known && known.until > Date.now()) return known.token
    const token = sign()
    this.signed.set(key, { token, until: Date.now() + REUSED_MILLISECONDS })
    token.catch(() => this.signed.delete(key))
    return token
  }
}
