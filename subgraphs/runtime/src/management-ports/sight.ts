import type { Dataset, Product, ProductDecision, Property } from '@terrane/schema'

/** What of the product a caller may know of, whether or not they may read it. */

export function discoverableDatasets(product: Product, decision: ProductDecision): Dataset[] {
  return product.datasets.filter(dataset => decision.datasets[dataset.name]?.discover)
}

export function discoverableProperties(dataset: Dataset, decision: ProductDecision): Property[] {
  const decided = decision.datasets[dataset.name]
  return decided?.discover ? dataset.properties.filter(property => decided.properties[property.name]?.discover) : []
}

export function readableProperties(dataset: Dataset, decision: ProductDecision): Property[] {
  const decided = decision.datasets[dataset.name]
  return decided?.read
    ? dataset.properties.filter(property => (decided.properties[property.name]?.read ?? false) !== false)
    : []
}

/** Names of datasets and properties that this caller must not learn, not even from a comment in SQL. */
export function hiddenNames(product: Product, decision: ProductDecision): string[] {
  const known = new Set(
    discoverableDatasets(product, decision).flatMap(dataset => [
      dataset.name,
      ...discoverableProperties(dataset, decision).map(property => property.name),
    ]),
  )
  const all = product.datasets.flatMap(dataset => [dataset.name, ...dataset.properties.map(property => property.name)])
  return [...new Set(all)].filter(name => !known.has(name))
}

/**
 * Whether a text says any of these names, in any case. Plain containment: a false alarm hides a sentence, a miss would
 * tell a name.
 */
export function namesAny(text: string, hidden: string[]): boolean {
  const lower = text.toLowerCase()
  return hidden.some(name => lower.includes(name.toLowerCase()))
}

/** Every value of every row, as it is: who may see this may also see what SQL makes of the inputs. */
export function readsEverything(product: Product, decision: ProductDecision): boolean {
  return product.datasets.every(dataset => {
    const decided = decision.datasets[dataset.name]
    return (
      decided?.read === true &&
      decided.rows === undefined &&
      dataset.properties.every(property => decided.properties[property.name]?.read === true)
    )
  })
}
