import type { MeshProduct } from '../../api/mesh-types'
import { depths, type GraphEdge, type Tone } from './graph'

const STRATA: Tone[] = ['country', 'continent', 'globe']

/** Which of these products feeds which. */
export function waysOf(products: MeshProduct[]): GraphEdge[] {
  const known = new Set(products.map(({ name }) => name))
  return products.flatMap(({ name, upstream }) =>
    [...new Set((upstream ?? []).flatMap(({ product }) => product ?? []))]
      .filter(product => known.has(product))
      .map(from => ({ from, to: name })),
  )
}

/** A product's colour by how deep it stands: the same on every map. */
export function stratumOf(products: MeshProduct[]): (name: string) => Tone {
  const nodes = products.map(({ name }) => ({ id: name, label: name, tone: 'country' as Tone }))
  const depth = depths({ nodes, edges: waysOf(products) })
  return name => STRATA[Math.min(depth.get(name) ?? 0, STRATA.length - 1)]!
}
