import type { GraphQLSchema } from 'graphql'
import type { ProductDecision } from '../authorisation/decision.js'
import type { Coordinates } from './coordinates.js'
import { restrictSchema } from './restrict-schema.js'

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
  const spelt = new RegExp([...names].flatMap(spellings).map(escaped).join('|'))
  return restrictSchema(schema, {
    hidden,
    silences: description => names.size > 0 && spelt.test(description.toLowerCase()),
  })
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** `customer_email` as the contract writes it, as the graph does and as people do. */
function spellings(name: string): string[] {
  const lower = name.toLowerCase()
  return [lower, lower.replaceAll('_', ''), lower.replaceAll('_', ' ')]
}
