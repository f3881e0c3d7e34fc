import type { Property } from '../contracts/model.js'
import { SortOrder } from '../fixed-api/filters.js'
import type { DatasetNames, GraphNames, PropertyNames } from './names.js'
import { isSingleKey } from './output-types.js'
import { propertyDirectives } from './policy-keys.js'
import { type InputPlan, type Naming, one } from './type-plan.js'
import { isNumber, isScalar } from './value-types.js'

/** What the types of a dataset have in common where they name its properties. */

/** An output field that shows values of the property. */
export function propertyField(graph: GraphNames, { dataset }: DatasetNames, { field, property }: PropertyNames) {
  const directives = propertyDirectives(graph.product, dataset, property)
  return { name: field, directives, names: naming(dataset.name, property) }
}

export function naming(dataset: string, property: Property): Naming[] {
  return [{ dataset, property: property.name }]
}

/** Those that have an order: they can be sorted by, grouped by and counted. */
export function sortable(names: DatasetNames): PropertyNames[] {
  return names.properties.filter(({ property }) => isScalar(property.type))
}

/** Those that can be added up; numbers that are keys cannot. */
export function summable(names: DatasetNames): PropertyNames[] {
  return names.properties.filter(({ property }) => isNumber(property.type) && !isSingleKey(names, property.name))
}

/** An input with a sort order for each; none where there is nothing to sort by. */
export function orderType({ dataset }: DatasetNames, name: string, properties: PropertyNames[]): InputPlan[] {
  const fields = properties.map(({ field, property }) => ({
    name: field,
    type: one(SortOrder),
    names: naming(dataset.name, property),
  }))
  return fields.length === 0 ? [] : [{ kind: 'input', name, dataset: dataset.name, fields }]
}
