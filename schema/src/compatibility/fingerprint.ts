import { createHash } from 'node:crypto'
import type { Product } from '../contracts/model.js'
import { contractsOf } from './rule.js'

/** What was checked, so that what is published can be held against it. */
export interface Fingerprint {
  /** Of the subgraph's SDL, as `{ _service { sdl } }` answers it. */
  sdl: string
  /** Of the descriptor and the output contracts, as written: comments, order of keys and values of variables do not count. */
  contracts: string
}

export function hashOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

export function contractsHash(product: Product): string {
  const contracts = contractsOf(product).map(({ id, document }) => [id, document])
  return hashOf(canonical([product.document, Object.fromEntries(contracts)]))
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  )
}
