import { graphqlSync } from 'graphql'
import type { Product } from '../contracts/model.js'
import { productGraph } from '../graph/product-graph.js'
import { contractsHash, type Fingerprint, hashOf } from './fingerprint.js'

/** A product as it would be served: its subgraph says its SDL in words of its own. */
export function servedFingerprint(product: Product): Fingerprint {
  const { data } = graphqlSync({ schema: productGraph(product).schema, source: '{ _service { sdl } }' })
  const { sdl } = data!._service as { sdl: string }
  return { sdl: hashOf(sdl), contracts: contractsHash(product) }
}
