import { useMemo } from 'react'
import type { MeshProduct } from '../../api/mesh-types'
import type { Graph } from '../../parts/graph/graph'
import { GraphView } from '../../parts/graph/graph-view'
import { stratumOf, waysOf } from '../../parts/graph/strata'

/** The mesh: products inside the first segment of their domain, data flowing up. */
export default function MeshMap({ products }: { products: MeshProduct[] }) {
  const graph = useMemo(() => graphOf(products), [products])
  return <GraphView graph={graph} direction="UP" label="Map of the mesh; arrow keys follow the data" />
}

function graphOf(products: MeshProduct[]): Graph {
  const stratum = stratumOf(products)
  return {
    nodes: products.map(({ name, title, domain }) => ({
      id: name,
      label: title ?? name,
      note: domain ?? name,
      tone: stratum(name),
      href: `/products/${encodeURIComponent(name)}`,
      ...(domain ? { group: domain.split('/')[0]! } : {}),
    })),
    edges: waysOf(products),
  }
}
