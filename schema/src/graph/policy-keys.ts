import type { Dataset, Product, Property } from '../contracts/model.js'

/**
 * The key that a grant must cover, as `@policy` carries it: `uk-sales/orders`, `uk-sales/orders/margin`. Undefined where
 * none of its own is needed: a dataset whose visibility is public and that has a property classified `public`, such a
 * property, and a primary key, which its dataset's grant alone governs (ARCHITECTURE §4). What a property takes in all is its own key and its
 * dataset's.
 */
export function requiredPolicy(
  product: Pick<Product, 'name'>,
  dataset: Pick<Dataset, 'name' | 'visibility' | 'primaryKey' | 'properties'>,
  property?: Pick<Property, 'name' | 'classification'>,
): string | undefined {
  if (property === undefined) {
    return isOpen(dataset) ? undefined : `${product.name}/${dataset.name}`
  }
  if (property.classification === 'public' || dataset.primaryKey.includes(property.name)) return undefined
  return `${product.name}/${dataset.name}/${property.name}`
}

/** Anybody reads something of it; where nothing is public, being known to all opens no row and no key. */
function isOpen({ visibility, properties }: Pick<Dataset, 'visibility' | 'properties'>): boolean {
  return visibility === 'public' && properties.some(({ classification }) => classification === 'public')
}

/** `@policy` that needs all of the keys; none where there are none. */
export function policyDirective(...keys: (string | undefined)[]): string[] {
  const needed = keys.filter(key => key !== undefined)
  return needed.length === 0 ? [] : [`@policy(policies: ${JSON.stringify([needed])})`]
}

/** The directives of a field that shows the property's values. */
export function propertyDirectives(product: Product, dataset: Dataset, property: Property): string[] {
  const scopes = property.scopes?.filter(all => all.length > 0) ?? []
  return [
    ...policyDirective(requiredPolicy(product, dataset, property)),
    ...(scopes.length > 0 ? [`@requiresScopes(scopes: ${JSON.stringify(scopes)})`] : []),
  ]
}
