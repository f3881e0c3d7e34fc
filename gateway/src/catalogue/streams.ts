import type { VisibleProduct } from './visible-product.js'

/** Where an input port of a product gets its data from. */
export interface Upstream {
  product: string
  dataset?: string
  port: string
}

/**
 * The products that feed this one, of those that the caller may know of: an input port names a contract, and the contract's
 * dataset must be known to the caller as well as the port's own name.
 */
export function upstreamOf(of: VisibleProduct, seen: VisibleProduct[]): Upstream[] {
  return (of.product.info.fedBy ?? []).flatMap(({ port, contractId }) => {
    if (of.tells(`${port} ${contractId}`)) return []
    return seen.flatMap((source): Upstream[] => {
      const promised = source.product.info.datasets.filter(({ contract }) => contract === contractId)
      const known = source.datasets.filter(({ contract }) => contract === contractId)
      if (promised.length === 0 || known.length < promised.length || source.tells(`${port} ${contractId}`)) return []
      // A contract with several datasets: the port is called after the one it takes, or takes more than can be told.
      const dataset = known.length === 1 ? known[0] : known.find(({ name }) => name === port)
      return [{ product: source.name, ...(dataset ? { dataset: dataset.name } : {}), port }]
    })
  })
}

/** Names of the products that this one feeds, of those that the caller may know of. */
export function downstreamOf(of: VisibleProduct, seen: VisibleProduct[]): string[] {
  return seen.filter(one => upstreamOf(one, seen).some(({ product }) => product === of.name)).map(({ name }) => name)
}
