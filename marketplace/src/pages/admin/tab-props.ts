import type { Discovered } from '../../api/discovery'
import type { ManagedProduct } from '../../api/managed-product'

/** What each tab of a product's administration is given. */
export interface TabProps {
  managed: ManagedProduct
  described: Discovered
}
