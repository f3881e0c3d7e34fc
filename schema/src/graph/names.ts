import pluralize from 'pluralize'
import type { Dataset, Product, Property } from '../contracts/model.js'
import type { ExtraField } from './extension.js'
import { type DatePart, datePartsOf, isScalar } from './value-types.js'
import { camelCase, constantCase, pascalCase } from './words.js'

/** Every name that a product has in the graph, and the way back from them. Made by `graphNames`, nowhere else. */
export interface GraphNames {
  product: Product
  /** Root field on Query and Mutation: `ukSales`. */
  field: string
  /** `UkSales` */
  type: string
  /** `UkSalesControl` */
  control: string
  datasets: DatasetNames[]
  /** By the contract's name. */
  dataset(name: string): DatasetNames | undefined
  /** By the rows' type: `UkSalesOrder`, `Country`. */
  byType(type: string): DatasetNames | undefined
}

export interface DatasetNames {
  dataset: Dataset
  /** Connection field: `orders`. */
  list: string
  /** Look-up by primary key: `order`; undefined without a key or where the singular is the plural. */
  one?: string
  /** `ordersAggregate` */
  aggregate: string
  types: {
    /** `UkSalesOrder`, or the entity that the contract declares: `Country`. */
    row: string
    connection: string
    edge: string
    where: string
    orderBy: string
    dimension: string
    aggregate: string
    group: string
    sum: string
    avg: string
    min: string
    max: string
    countDistinct: string
    aggregateOrderBy: string
    groupOrderBy: string
    numberOrderBy: string
  }
  properties: PropertyNames[]
  /** Names of the primary key's properties, in key order. */
  key: PropertyNames[]
  /** By the contract's name. */
  property(name: string): PropertyNames | undefined
  /** By the field of the rows' type; reference fields belong to their property. */
  byField(field: string): PropertyNames | undefined
  /** By the member of the dimension enum. */
  dimension(member: string): DimensionNames | undefined
  /** Properties that an extra field of the rows' type works with. */
  needs(field: string): string[]
}

export interface PropertyNames {
  property: Property
  /** `customerEmail` */
  field: string
  /** The field that leads to another entity: `country` of type `Country`, which is found by its field `code`. */
  reference?: { field: string; entity: string; keyField: string }
  dimensions: DimensionNames[]
}

export interface DimensionNames {
  property: Property
  part?: DatePart
  /** `ORDERED_AT_MONTH` */
  member: string
  /** Field of the group's type: `orderedAtMonth`. */
  field: string
}

export interface NameOptions {
  /** For an older major that still serves beside the newest: `ukSalesV1`, `UkSalesV1…`. Default none. */
  olderMajor?: number
}

/** Products do not change once they are read, and their names are asked for at every turn. */
const known = new WeakMap<Product, GraphNames>()

export function graphNames(product: Product, { olderMajor }: NameOptions = {}): GraphNames {
  if (olderMajor !== undefined) return namesOf(product, `V${olderMajor}`)
  const names = known.get(product) ?? namesOf(product, '')
  known.set(product, names)
  return names
}

function namesOf(product: Product, suffix: string): GraphNames {
  const type = pascalCase(product.name) + suffix
  const datasets = product.datasets.map(dataset => datasetNames(type, dataset, product.extension?.fields ?? []))
  const byName = new Map(datasets.map(names => [names.dataset.name, names]))
  const byType = new Map(datasets.map(names => [names.types.row, names]))
  return {
    product,
    field: camelCase(product.name) + suffix,
    type,
    control: `${type}Control`,
    datasets,
    dataset: name => byName.get(name),
    byType: name => byType.get(name),
  }
}

function datasetNames(prefix: string, dataset: Dataset, extra: ExtraField[]): DatasetNames {
  const list = camelCase(dataset.name)
  const singular = dataset.singular ?? pluralize.singular(dataset.name)
  const one = camelCase(singular)
  const plural = prefix + pascalCase(dataset.name)
  const properties = dataset.properties.map(property => propertyNames(dataset, property))
  const byName = new Map(properties.map(names => [names.property.name, names]))
  const byField = new Map(
    properties.flatMap(names => [
      [names.field, names] as const,
      ...(names.reference ? [[names.reference.field, names] as const] : []),
    ]),
  )
  const dimensions = new Map(properties.flatMap(names => names.dimensions.map(each => [each.member, each] as const)))
  const key = isKeyed(dataset) ? dataset.primaryKey.map(name => byName.get(name)!) : []
  return {
    dataset,
    list,
    ...(key.length > 0 && one !== list ? { one } : {}),
    aggregate: `${list}Aggregate`,
    types: {
      row: dataset.entity ?? prefix + pascalCase(singular),
      connection: `${plural}Connection`,
      edge: `${plural}Edge`,
      where: `${plural}Where`,
      orderBy: `${plural}OrderBy`,
      dimension: `${plural}Dimension`,
      aggregate: `${plural}Aggregate`,
      group: `${plural}Group`,
      sum: `${plural}Sum`,
      avg: `${plural}Avg`,
      min: `${plural}Min`,
      max: `${plural}Max`,
      countDistinct: `${plural}CountDistinct`,
      aggregateOrderBy: `${plural}AggregateOrderBy`,
      groupOrderBy: `${plural}GroupOrderBy`,
      numberOrderBy: `${plural}NumberOrderBy`,
    },
    properties,
    key,
    property: name => byName.get(name),
    byField: field => byField.get(field),
    dimension: member => dimensions.get(member),
    needs: field => extra.find(each => each.dataset === dataset.name && each.field === field)?.needs ?? [],
  }
}

/** Lists and JSON cannot be asked for by equality, so a key with one of them has no look-up and is no entity. */
function isKeyed(dataset: Dataset): boolean {
  const key = dataset.primaryKey.map(name => dataset.properties.find(property => property.name === name))
  return key.length > 0 && key.every(property => property !== undefined && isScalar(property.type))
}

function propertyNames(dataset: Dataset, property: Property): PropertyNames {
  const { relationship } = property
  return {
    property,
    field: camelCase(property.name),
    dimensions: dimensionsOf(dataset, property),
    ...(relationship
      ? {
          reference: {
            field: camelCase(relationship.field),
            entity: relationship.entity,
            keyField: camelCase(relationship.to.property),
          },
        }
      : {}),
  }
}

/** A property that is itself called `ordered_at_month` keeps that name; the date part of `ordered_at` yields. */
function dimensionsOf(dataset: Dataset, property: Property): DimensionNames[] {
  if (!isScalar(property.type)) return []
  const member = constantCase(property.name)
  const taken = new Set(dataset.properties.map(other => constantCase(other.name)))
  const parts = datePartsOf(property.type).map(part => ({
    property,
    part,
    member: `${member}_${part}`,
    field: camelCase(`${property.name}_${part}`),
  }))
  return [{ property, member, field: camelCase(property.name) }, ...parts.filter(part => !taken.has(part.member))]
}
