import { MapperKind, mapSchema, pruneSchema } from '@graphql-tools/utils'
import {
  type GraphQLFieldConfigArgumentMap,
  GraphQLInputObjectType,
  GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql'
import type { ProductDecision } from '../authorisation/decision.js'
import type { Coordinates } from './coordinates.js'

/** What a caller may not even know of. */
export interface Hidden {
  /** Every place in the graph that names it: `UkSalesOrder.margin`, `UkSalesOrder`. */
  places: Set<string>
  /** Names, as the contract writes them, of what is withheld from something that is known: `margin`. */
  names: Set<string>
}

export function hiddenFrom(of: { coordinates: Coordinates; decision: ProductDecision }[]): Hidden {
  const places = new Set<string>()
  const names = new Set<string>()
  const hide = (more: string[]) => {
    for (const place of more) places.add(place)
  }
  for (const { coordinates, decision } of of) {
    if (!decision.discover) hide(coordinates.product)
    for (const [name, { self, properties }] of Object.entries(coordinates.datasets)) {
      const dataset = Object.hasOwn(decision.datasets, name) ? decision.datasets[name] : undefined
      const whole = !decision.discover || !dataset?.discover
      if (whole) hide(self)
      if (whole && decision.discover) names.add(name)
      for (const [property, where] of Object.entries(properties)) {
        const shown = dataset && Object.hasOwn(dataset.properties, property) && dataset.properties[property]!.discover
        if (whole || !shown) hide(where)
        if (!whole && !shown) names.add(property)
      }
    }
  }
  return { places, names }
}

/**
 * The graph as if the hidden places did not exist: questions are validated and introspection is answered with this one
 * alone, so that no error text can tell the difference. What only hidden places led to goes too, and so do descriptions
 * that say a hidden name.
 */
export function visibleSchema(schema: GraphQLSchema, { places: hidden, names }: Hidden): GraphQLSchema {
  if (hidden.size === 0) return schema
  const spelt = [...names].flatMap(spellings)
  const quiet = <Described extends { description?: string | null | undefined }>(element: Described): Described =>
    element.description && spelt.some(name => element.description!.toLowerCase().includes(name))
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

/** `customer_email` as the contract writes it, as the graph does and as people do. */
function spellings(name: string): string[] {
  const lower = name.toLowerCase()
  return [lower, lower.replaceAll('_', ''), lower.replaceAll('_', ' ')]
}
