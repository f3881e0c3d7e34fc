import { type Dataset, graphNames, type Product, type ProductDecision, type Property } from '@terrane/schema'

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
    tells: tellsOf(product, datasets, properties),
  }
}

function tellsOf(product: Product, datasets: Dataset[], properties: (dataset: Dataset) => Property[]) {
  const known = new Set(
    datasets
      .flatMap(dataset => [dataset.name, dataset.entity ?? '', ...properties(dataset).map(({ name }) => name)])
      .map(joined),
  )
  const hidden = product.datasets.flatMap(dataset => {
    const seen = properties(dataset)
    const kept = dataset.properties.filter(property => !seen.includes(property)).flatMap(namesOf)
    if (datasets.includes(dataset)) return kept
    const { one } = graphNames(product).dataset(dataset.name) ?? {}
    return [...kept, dataset.name, one ?? '', dataset.entity ?? '', ...dataset.quality.map(({ id }) => id)]
  })
  const names = [...new Set(hidden)]
    .filter(name => !known.has(joined(name)))
    .map(wordsOf)
    .filter(words => words.length > 0)
  return (text: string) => {
    if (names.length === 0) return false
    // `amount` is not told by `amount_eur`, which the caller knows.
    const words = wordsOf(text.replace(/[\p{L}\p{N}_]+/gu, name => (known.has(joined(name)) ? '·' : name)))
    return names.some(name => isIn(words, name))
  }
}

/** What people and rules call it. */
const namesOf = ({ name, physicalName, businessName = '', quality }: Property): string[] => [
  ...[name, physicalName, businessName],
  ...quality.map(({ id }) => id),
]

/** Shorter names are in too many words to be looked for within them. */
const WITHIN_WORDS = 5

/**
 * However it is written: `customer_email`, `customerEmail`, "Customer e-mails". Longer names are also found within
 * words: a false alarm hides a sentence, a miss would tell a name.
 */
function isIn(words: string[], name: string[]): boolean {
  const whole = name.join('')
  if (whole.length < WITHIN_WORDS) return words.some((_, at) => words.slice(at, at + name.length).join('') === whole)
  return words.some((word, at) => {
    if (word.includes(whole)) return true
    const run = words.slice(at, at + name.length + 1).join('')
    return name.length > 1 && run.includes(whole)
  })
}

/** Lower-case words; a change of case, of letters to digits and whatever is neither ends one. */
function wordsOf(text: string): string[] {
  return text
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{L})(\p{N})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}·]+/u)
    .filter(word => word !== '')
}

const joined = (name: string) => wordsOf(name).join('')

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
