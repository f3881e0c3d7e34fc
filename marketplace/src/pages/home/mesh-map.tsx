import { useMemo } from 'react'
import type { MeshProduct } from '../../api/mesh-types'
import { depths, type Graph, type Tone } from '../../parts/graph/graph'
import { GraphView } from '../../parts/graph/graph-view'

const STRATA: Tone[] = ['country', 'continent', 'globe']

/** The mesh: products inside the first segment of their domain, data flowing up. */
export default function MeshMap({ products }: { products: MeshProduct[] }) {
  const graph = useMemo(() => graphOf(products), [products])
  return <GraphView graph={graph} direction="UP" label="Map of the mesh; arrow keys follow the data" />
}

function graphOf(products: MeshProduct[]): Graph {
  const known = new Set(products.map(({ name }) => name))
  const ways = products.flatMap(({ name, upstream }) =>
    [...new Set((upstream ?? []).flatMap(({ product }) => product ?? []))]
      .filter(product => known.has(product))
      .map(from => ({ from, to: name })),
  )
  const bare = { nodes: products.map(({ name }) => ({ id: name, label: name, tone: 'country' as Tone })), edges: ways }
  const depth = depths(bare)
  return {
    nodes: products.map(({ name, title, domain }) => ({
      id: name,
      label: title ?? name,
      note: domain ?? name,
      tone: STRATA[Math.min(depth.get(name) ?? 0, STRATA.length - 1)]!,
      href: `/products/${encodeURIComponent(name)}`,
      ...(domain ? { group: domain.split('/')[0]! } : {}),
    })),
    edges: ways,
  }
}
