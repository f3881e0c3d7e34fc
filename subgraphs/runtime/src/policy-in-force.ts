import { decide, type Product, type ProductPolicy, policyOf, VISITOR } from '@terrane/schema'
import type { SecurityStore } from './stores/stores.js'

/** The product's policy as its security store has it now. Made anew when the store's version has grown. */
export class PolicyInForce {
  private made: { version: number; policy: Promise<ProductPolicy>; open?: boolean } | undefined

  constructor(
    private readonly product: Product,
    private readonly security: Pick<SecurityStore, 'grants' | 'version'>,
  ) {}

  async current(): Promise<ProductPolicy> {
    const version = await this.security.version()
    if (this.made?.version !== version) {
      const policy = this.security.grants().then(grants => policyOf(this.product, grants))
      this.made = { version, policy }
      // A failure is not kept: the next request asks again.
      policy.catch(() => this.changed())
    }
    return this.made.policy
  }

  changed(): void {
    this.made = undefined
  }

  /** Whether anybody may read everything. */
  async isOpen(): Promise<boolean> {
    const policy = await this.current()
    const { made } = this
    if (made?.open !== undefined) return made.open
    const decided = Object.values(decide(policy, VISITOR).datasets)
    const open = decided.every(
      dataset =>
        dataset.read &&
        dataset.rows === undefined &&
        Object.values(dataset.properties).every(property => property.read === true),
    )
    if (made) made.open = open
    return open
  }
}
