import { type DatasetDecision, type ProductDecision, type Tells, tellsOf } from '@terrane/schema/authorisation'
import { BoundedMap } from '../bounded-map.js'
import type { Operation } from '../executor/operation.js'
import type { Product } from '../supergraph/products.js'

export type Access = 'ALL' | 'SOME' | 'NONE'

/** A product as one caller may know of it. Of what is hidden from them nothing stands in here, nor in any text. */
export interface VisibleProduct {
  product: Product
  name: string
  title?: string
  version: string
  domain: string
  address: string
  /** Its purpose. */
  description?: string
  tags: string[]
  owner: { name?: string }
  /** Its field in the graph: `ukSales`. */
  rootField?: string
  visibility: string
  datasets: VisibleDataset[]
  classifications: string[]
  fieldCount: number
  readableCount: number
  access: Access
  mayControl: boolean
  mayObserve: boolean
  tells: Tells
}

export interface VisibleDataset {
  name: string
  field: string
  address: string
  /** The contract that promises it. */
  contract: string
  description?: string
  /** Names of the properties that may be known of. */
  properties: string[]
  fieldCount: number
  readableCount: number
}

/** Views by what was decided: callers with the same decision see the same. */
const views = new BoundedMap<string, { product: Product; view: VisibleProduct }>(5000)

/** What this caller may discover, by name. */
export function visibleProducts(products: Product[], { decisions }: Pick<Operation, 'decisions'>): VisibleProduct[] {
  return products
    .flatMap(product => {
      const decision = decisions.get(product.info.name)
      return decision?.discover ? [viewOf(product, decision)] : []
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function viewOf(product: Product, decision: ProductDecision): VisibleProduct {
  const key = `${decision.product} ${decision.fingerprint}`
  const known = views.get(key)
  if (known?.product === product) return known.view
  const view = makeView(product, decision)
  views.set(key, { product, view })
  return view
}

function makeView(product: Product, decision: ProductDecision): VisibleProduct {
  const { info, policy } = product
  const tells = tellsIn(decision)
  const shown = (text: string | undefined) => (text === undefined || tells(text) ? undefined : text)
  const datasets = info.datasets.flatMap(({ name, field, address, contract, description }): VisibleDataset[] => {
    const decided = ownOf(decision.datasets, name)
    if (!decided?.discover) return []
    const properties = Object.keys(decided.properties).filter(property => decided.properties[property]!.discover)
    const readableCount = properties.filter(property => isReadable(decided, property)).length
    const told = optional('description', shown(description))
    return [{ name, field, address, contract, ...told, properties, fieldCount: properties.length, readableCount }]
  })
  const fieldCount = sum(datasets.map(dataset => dataset.fieldCount))
  const readableCount = sum(datasets.map(dataset => dataset.readableCount))
  return {
    product,
    name: info.name,
    ...optional('title', shown(info.title)),
    version: info.version,
    domain: info.domain,
    address: info.address,
    ...optional('description', shown(info.description?.purpose)),
    tags: info.tags.filter(tag => !tells(tag)),
    owner: optional('name', shown(info.owner.name)),
    ...optional('rootField', policy.coordinates.map(place => /^Query\.(\w+)$/.exec(place)?.[1]).find(Boolean)),
    visibility: policy.visibility,
    datasets,
    classifications: classificationsOf(product, datasets),
    fieldCount,
    readableCount,
    access: readableCount === 0 ? 'NONE' : readableCount === fieldCount ? 'ALL' : 'SOME',
    mayControl: decision.actions.includes('control'),
    mayObserve: decision.actions.includes('observe'),
    tells,
  }
}

/** Of the decision alone, which names everything that there is. */
function tellsIn(decision: ProductDecision): Tells {
  const known: string[] = []
  const hidden: string[] = []
  for (const [name, { discover, properties }] of Object.entries(decision.datasets)) {
    ;(discover ? known : hidden).push(name)
    for (const [property, of] of Object.entries(properties)) (of.discover ? known : hidden).push(property)
  }
  return tellsOf(known, hidden)
}

function classificationsOf({ policy }: Product, datasets: VisibleDataset[]): string[] {
  const found = datasets.flatMap(({ name, properties }) => {
    const all = policy.datasets.find(dataset => dataset.name === name)?.properties ?? []
    return all.flatMap(one => (one.classification && properties.includes(one.name) ? [one.classification] : []))
  })
  return [...new Set(found)].sort()
}

const isReadable = (dataset: DatasetDecision, property: string) =>
  dataset.read && dataset.properties[property]!.read !== false
const ownOf = <Value>(record: Record<string, Value>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined
const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0)
const optional = <Name extends string, Value>(name: Name, value: Value | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value }
