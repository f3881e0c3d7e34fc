import { type Dataset, graphNames, type Product, type ProductDecision, type Property, tellsOf } from '@terrane/schema'

/** What of the product a caller may know of, whether or not they may read it. */
export interface Sight {
  datasets: Dataset[]
  properties(dataset: Dataset): Property[]
  readable(dataset: Dataset): Property[]
  /** The caller may read all its rows, so that how many there are is nothing new. */
  countable(dataset: Dataset): boolean
  /** Whether a text names a dataset or property that this caller must not learn of. */
  tells(text: string): boolean
}

export function sightOf(product: Product, decision: ProductDecision): Sight {
  const decided = (dataset: Dataset) => decision.datasets[dataset.name]
  const datasets = product.datasets.filter(dataset => decided(dataset)?.discover)
  const properties = (dataset: Dataset) =>
    decided(dataset)?.discover
      ? dataset.properties.filter(property => decided(dataset)!.properties[property.name]?.discover)
      : []
  return {
    datasets,
    properties,
    readable: dataset =>
      decided(dataset)?.read
        ? dataset.properties.filter(property => (decided(dataset)!.properties[property.name]?.read ?? false) !== false)
        : [],
    countable: dataset => decided(dataset)?.read === true && decided(dataset)!.rows === undefined,
    tells: textsTold(product, datasets, properties),
  }
}

function textsTold(product: Product, datasets: Dataset[], properties: (dataset: Dataset) => Property[]) {
  const known = datasets.flatMap(dataset => [
    ...[dataset.name, dataset.entity ?? ''],
    ...properties(dataset).map(({ name }) => name),
  ])
  const hidden = product.datasets.flatMap(dataset => {
    const seen = properties(dataset)
    const kept = dataset.properties.filter(property => !seen.includes(property)).flatMap(namesOf)
    if (datasets.includes(dataset)) return kept
    const { one } = graphNames(product).dataset(dataset.name) ?? {}
    return [...kept, dataset.name, one ?? '', dataset.entity ?? '', ...dataset.quality.map(({ id }) => id)]
  })
  return tellsOf(known, hidden)
}

/** What people and rules call it. */
const namesOf = ({ name, physicalName, businessName = '', quality }: Property): string[] => [
  ...[name, physicalName, businessName],
  ...quality.map(({ id }) => id),
]

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
