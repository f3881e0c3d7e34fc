import type { Product } from '../contracts/model.js'
import { graphNames, type NameOptions } from './names.js'
import { productTypes } from './product-types.js'
import type { Naming, TypePlan } from './type-plan.js'

/** Every place in the graph that names the product, a dataset or a property, as GraphQL's schema coordinates. */
export interface Coordinates {
  product: string[]
  datasets: Record<string, { self: string[]; properties: Record<string, string[]> }>
}

/**
 * `Type`, `Type.field`, `Input.field`, `Enum.MEMBER`. Whoever may not discover a property may see none of its places.
 * Read from the same plan as the types themselves.
 */
export function coordinatesOf(product: Product, options?: NameOptions): Coordinates {
  const names = graphNames(product, options)
  const extra = product.extension?.fields ?? []
  const datasets: Coordinates['datasets'] = Object.create(null)
  for (const { name, properties } of product.datasets) {
    const places = Object.create(null) as Record<string, string[]>
    for (const property of properties) places[property.name] = []
    for (const { dataset, property, own } of extra) if (own && dataset === name) places[property] = []
    datasets[name] = { self: [], properties: places }
  }
  const add = ({ dataset, property }: Naming, place: string) => {
    const of = datasets[dataset]!
    ;(property === undefined ? of.self : of.properties[property]!).push(place)
  }
  for (const type of productTypes(names)) {
    if (type.dataset !== undefined) add({ dataset: type.dataset }, type.name)
    for (const { name, names = [] } of membersOf(type)) for (const each of names) add(each, `${type.name}.${name}`)
  }
  for (const { type, field, dataset, property } of extra) {
    add({ dataset, property }, `${type}.${field}`)
    // A field of the root is not within a type of its dataset: without the dataset's grant it is not there.
    if (type === names.type) add({ dataset }, `${type}.${field}`)
  }
  return {
    product: [`Query.${names.field}`, `Mutation.${names.field}`, names.type, names.control],
    datasets,
  }
}

function membersOf(type: TypePlan): { name: string; names?: Naming[] }[] {
  return type.kind === 'enum' ? type.members : type.fields
}
