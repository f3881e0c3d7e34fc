import { GraphQLID } from 'graphql'
import type { Condition } from '../authorisation/condition.js'
import type { Value } from '../contracts/model.js'
import { keyValue } from './arguments.js'
import { answerConnection, findReferred } from './dataset-resolvers.js'
import { connectionArguments, datasetField } from './dataset-types.js'
import type { DatasetNames, GraphNames, PropertyNames } from './names.js'
import { policyDirective, propertyDirectives, requiredPolicy } from './policy-keys.js'
import type { ProductResolvers } from './resolvers.js'
import { propertiesOf, selectionOf } from './selection.js'
import { AS_OF, type FieldPlan, type GraphNode, type ObjectPlan, one, required } from './type-plan.js'
import { camelCase, pascalCase } from './words.js'

/** One relationship of a contract, with both its ends. */
export interface Reference {
  from: DatasetNames
  property: PropertyNames
  /** `country`, of type `Country`. */
  field: string
  entity: string
  /** The entity's key, `code`. */
  keyField: string
  /** The other end, where it is of this product. */
  target?: DatasetNames
  /** Name of the field that leads back, where there is one. */
  back?: string
}

export function referencesOf(graph: GraphNames): Reference[] {
  const all = graph.datasets.flatMap(from =>
    from.properties.flatMap(property =>
      property.reference
        ? [{ from, property, ...property.reference, target: graph.byType(property.reference.entity) }]
        : [],
    ),
  )
  return all.map(reference => {
    const { from, target, property, entity } = reference
    if (!target && !property.property.relationship!.reverse) return reference
    const siblings = all.filter(other => other.from === from && other.entity === entity)
    // Within a product the way back is named after the dataset; on an entity of another product it carries the product.
    const name = target ? from.list : camelCase(graph.field) + pascalCase(from.dataset.name)
    return { ...reference, back: siblings.length > 1 ? `${name}By${pascalCase(reference.field)}` : name }
  })
}

/** `UkSalesOrder.country`, governed as `country_code` is. */
export function referenceField(
  graph: GraphNames,
  reference: Reference,
  resolvers?: ProductResolvers<unknown>,
): FieldPlan {
  const { from, property, field, entity, keyField, target } = reference
  const { dataset } = from
  return {
    name: field,
    type: one(entity),
    directives: propertyDirectives(graph.product, dataset, property.property),
    names: [
      { dataset: dataset.name, property: property.property.name },
      ...(target && target !== from ? [{ dataset: target.dataset.name }] : []),
    ],
    deprecated: property.property.deprecated,
    origin: `the reference of ${property.property.name}`,
    resolve: (node, _args, context, info) => {
      const value = node[property.field]
      if (value === null || value === undefined) return null
      // Another product's entity is told by its key; whether there is one of that key only its owner knows.
      if (!target) return { __typename: entity, [keyField]: value }
      const selected = propertiesOf(target, selectionOf(info))
      return resolvers && findReferred(target, resolvers, { [keyField]: value }, node[AS_OF], selected, context)
    },
  }
}

/** `Continent.countries`: the rows that refer to this one. It tells their references too, so it takes both grants. */
export function reverseField(
  graph: GraphNames,
  reference: Reference,
  resolvers?: ProductResolvers<unknown>,
): FieldPlan {
  const { from, property, keyField, back } = reference
  const { dataset } = from
  const keys = [requiredPolicy(graph.product, dataset), requiredPolicy(graph.product, dataset, property.property)]
  const scopes = propertyDirectives(graph.product, dataset, property.property).filter(
    each => !each.startsWith('@policy'),
  )
  const whatRefers = (node: GraphNode): Condition | undefined => {
    const value = keyValue(property.property, node[keyField]) as Value | undefined
    return value === undefined ? undefined : { property: property.property.name, op: 'eq', value }
  }
  return {
    name: back!,
    type: one(from.types.connection),
    ...datasetField(graph, from),
    directives: [...policyDirective(...keys), ...scopes],
    names: [{ dataset: dataset.name }, { dataset: dataset.name, property: property.property.name }],
    origin: `the way back from ${property.property.name} of ${dataset.name}`,
    args: connectionArguments(from),
    ...(resolvers ? { resolve: answerConnection(from, resolvers, whatRefers) } : {}),
  }
}

/**
 * Entities of other products: their keys, which only say that they exist elsewhere (`resolvable: false`) unless a field
 * leads back from them. Such fields on a shared entity are asked for one by one (`terrane.reverse`): with many products
 * they make composition and planning explode.
 */
export function foreignEntities(
  graph: GraphNames,
  references: Reference[],
  resolvers?: ProductResolvers<unknown>,
): ObjectPlan[] {
  const foreign = references.filter(reference => !reference.target)
  return [...new Set(foreign.map(reference => reference.entity))].map(entity => {
    const of = foreign.filter(reference => reference.entity === entity)
    const keys = [...new Set(of.map(reference => reference.keyField))]
    const back = of.filter(reference => reference.back !== undefined)
    return {
      kind: 'object',
      name: entity,
      origin: { dataset: of[0]!.from.dataset.name, property: of[0]!.property.property.name },
      directives: keys.map(key => {
        const entered = back.some(reference => reference.keyField === key)
        return entered ? `@key(fields: "${key}")` : `@key(fields: "${key}", resolvable: false)`
      }),
      fields: [
        ...keys.map(key => ({ name: key, type: required(GraphQLID) })),
        ...back.map(reference => reverseField(graph, reference, resolvers)),
      ],
      resolveReference: async representation => representation,
    }
  })
}
