import type { Caller, ProductDecision } from '@terrane/schema'
import type { Reading } from '../reading.js'
import type { Allowance } from './allowance.js'
import type { RowLoaders } from './row-loaders.js'

/** What resolvers know of the request they answer. Nothing of it outlives the request. */
export interface GraphContext {
  caller: Caller
  decision: ProductDecision
  /** The mesh itself asks. */
  gateway: boolean
  reading: Reading
  loaders: RowLoaders
  allowance: Allowance
}
