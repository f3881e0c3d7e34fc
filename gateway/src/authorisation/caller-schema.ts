import { MapperKind, mapSchema, pruneSchema } from '@graphql-tools/utils'
import type { ProductDecision, ProductPolicy } from '@terrane/schema'
import type { GraphQLFieldConfigArgumentMap, GraphQLSchema } from 'graphql'

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
 * alone, so that no error text can tell the difference. What only hidden places led to goes too.
 */
export function callerSchema(schema: GraphQLSchema, hidden: ReadonlySet<string>): GraphQLSchema {
  if (hidden.size === 0) return schema
  const withoutArguments = (coordinate: string, args: GraphQLFieldConfigArgumentMap | undefined) =>
    Object.fromEntries(Object.entries(args ?? {}).filter(([name]) => !hidden.has(`${coordinate}(${name}:)`)))
  const mapped = mapSchema(schema, {
    [MapperKind.TYPE]: type => (hidden.has(type.name) ? null : type),
    [MapperKind.FIELD]: (field, fieldName, typeName) => {
      const coordinate = `${typeName}.${fieldName}`
      if (hidden.has(coordinate)) return null
      return 'args' in field ? { ...field, args: withoutArguments(coordinate, field.args) } : field
    },
    [MapperKind.ENUM_VALUE]: (value, typeName, _schema, externalValue) =>
      hidden.has(`${typeName}.${externalValue}`) ? null : value,
  })
  return pruneSchema(mapped)
}
