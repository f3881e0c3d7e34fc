import { MapperKind, mapSchema, pruneSchema } from '@graphql-tools/utils'
import type { ProductDecision, ProductPolicy } from '@terrane/schema'
import {
  type GraphQLFieldConfigArgumentMap,
  GraphQLInputObjectType,
  GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql'

type Maybe<T> = T | null | undefined

/** Every place in the graph that names what this caller may not even know of: `UkSalesOrder.margin`, `UkSalesOrder`. */
export function hiddenCoordinates(policy: ProductPolicy, decision: ProductDecision): string[] {
  const hidden: string[] = decision.discover ? [] : [...policy.coordinates]
  for (const dataset of policy.datasets) {
    const of = Object.hasOwn(decision.datasets, dataset.name) ? decision.datasets[dataset.name] : undefined
    const whole = !decision.discover || !of?.discover
    if (whole) hidden.push(...dataset.coordinates)
    for (const property of Object.keys(dataset.propertyCoordinates)) {
      const shown = of && Object.hasOwn(of.properties, property) && of.properties[property]!.discover
      if (whole || !shown) hidden.push(...dataset.propertyCoordinates[property]!)
    }
  }
  return hidden
}

/**
 * The graph as if the hidden places did not exist: questions are validated and introspection is answered with this one
 * alone, so that no error text can tell the difference. What only hidden places led to goes too, and so do descriptions
 * that say a hidden name.
 */
export function callerSchema(schema: GraphQLSchema, hidden: ReadonlySet<string>): GraphQLSchema {
  if (hidden.size === 0) return schema
  const names = hiddenWords(hidden)
  const quiet = <Described extends { description?: Maybe<string> }>(element: Described): Described =>
    element.description && names.some(name => element.description!.toLowerCase().includes(name))
      ? { ...element, description: undefined }
      : element
  const visible = (coordinate: string, args: GraphQLFieldConfigArgumentMap | undefined) =>
    Object.fromEntries(
      Object.entries(args ?? {})
        .filter(([name]) => !hidden.has(`${coordinate}(${name}:)`))
        .map(([name, argument]) => [name, quiet(argument)]),
    )
  const mapped = mapSchema(schema, {
    [MapperKind.OBJECT_TYPE]: type => (hidden.has(type.name) ? null : new GraphQLObjectType(quiet(type.toConfig()))),
    [MapperKind.INPUT_OBJECT_TYPE]: type =>
      hidden.has(type.name) ? null : new GraphQLInputObjectType(quiet(type.toConfig())),
    [MapperKind.TYPE]: type => (hidden.has(type.name) ? null : type),
    [MapperKind.FIELD]: (field, fieldName, typeName) => {
      const coordinate = `${typeName}.${fieldName}`
      if (hidden.has(coordinate)) return null
      return 'args' in field ? { ...quiet(field), args: visible(coordinate, field.args) } : quiet(field)
    },
    [MapperKind.ENUM_VALUE]: (value, typeName, _schema, externalValue) =>
      hidden.has(`${typeName}.${externalValue}`) ? null : quiet(value),
  })
  return pruneSchema(mapped)
}

/** What hidden members are called, as the graph writes it and as the contract does: `customeremail`, `customer_email`. */
function hiddenWords(hidden: ReadonlySet<string>): string[] {
  const members = [...hidden].flatMap(coordinate => coordinate.split('.')[1] ?? [])
  const spellings = members.flatMap(name => [name, name.replace(/([a-z0-9])([A-Z])/g, '$1_$2')])
  return [...new Set(spellings.map(name => name.toLowerCase()))]
}
