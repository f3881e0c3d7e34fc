import type { Coordinates } from '../graph/coordinates.js'
import type { ProductPolicy } from './policy.js'

/** The coordinates that a policy carries, for those who do not have the product itself. */
export function coordinatesIn(policy: ProductPolicy): Coordinates {
  const datasets = policy.datasets.map(
    ({ name, coordinates, propertyCoordinates }) =>
      [name, { self: coordinates, properties: propertyCoordinates }] as const,
  )
  return { product: policy.coordinates, datasets: Object.fromEntries(datasets) }
}
