import { createHash } from 'node:crypto'
import { contractsHash } from '../compatibility/fingerprint.js'
import type { Product } from '../contracts/model.js'
import { coordinatesOf } from '../graph/coordinates.js'
import type { Grant, ProductPolicy } from './policy.js'

/** The policy of a product under these grants. Its version is the SHA-256 of its content. */
export function policyOf(product: Product, grants: Grant[]): ProductPolicy {
  const coordinates = coordinatesOf(product)
  const policy = {
    product: product.name,
    domain: product.domain,
    visibility: product.visibility,
    contracts: contractsHash(product),
    datasets: product.datasets.map(dataset => ({
      name: dataset.name,
      visibility: dataset.visibility,
      discover: dataset.discover,
      primaryKey: dataset.primaryKey,
      properties: [...dataset.properties, ...extraOf(product, dataset.name)].map(
        ({ name, classification, discover }) => ({
          name,
          discover,
          ...(classification === undefined ? {} : { classification }),
        }),
      ),
      coordinates: coordinates.datasets[dataset.name]?.self ?? [],
      propertyCoordinates: coordinates.datasets[dataset.name]?.properties ?? {},
    })),
    coordinates: coordinates.product,
    grants,
  }
  return { ...policy, version: createHash('sha256').update(JSON.stringify(policy)).digest('hex') }
}

/** Extra fields that are governed by themselves count as properties of their dataset. */
function extraOf({ extension }: Product, dataset: string) {
  const visible = { discover: 'visible' as const, classification: undefined }
  return (extension?.fields ?? []).flatMap(({ dataset: of, property: name, own }) =>
    own && of === dataset ? [{ ...visible, ...own, name }] : [],
  )
}
