import { createHash } from 'node:crypto'
import { coordinatesIn } from '@terrane/schema/authorisation'
import { hiddenFrom, visibleSchema } from '@terrane/schema/graph/visible-schema'
import type { GraphQLSchema } from 'graphql'
import { BoundedMap } from '../bounded-map.js'
import { announcedProducts, withSubscriptions } from '../subscriptions/subscription-type.js'
import type { LoadedSupergraph } from '../supergraph/federation.js'
import type { Decided } from './decision-point.js'

/** Some 50 MB: a type of eight fields takes 2 kB. */
const TYPES = 25_000
/** A schema lists all its types, also those that are the whole graph's: of so many that takes as much as one of its own. */
const LISTED_PER_OWN = 32

/**
 * The graph as each caller may know of it: questions and subscriptions are validated, and introspection is answered, with
 * this alone. Callers from whom the same is hidden share one schema.
 */
export class VisibleSchemas {
  private static readonly remembered = new WeakMap<LoadedSupergraph, VisibleSchemas>()
  private readonly schemas: BoundedMap<string, GraphQLSchema>
  private readonly keys = new BoundedMap<string, string>(1000)

  private constructor(private readonly supergraph: LoadedSupergraph) {
    const all = Object.keys(supergraph.apiSchema.getTypeMap()).length
    this.schemas = new BoundedMap(Math.max(TYPES, 4 * all))
  }

  static of(supergraph: LoadedSupergraph): VisibleSchemas {
    const known = VisibleSchemas.remembered.get(supergraph) ?? new VisibleSchemas(supergraph)
    VisibleSchemas.remembered.set(supergraph, known)
    return known
  }

  for(decided: Decided): GraphQLSchema {
    const key = this.keys.get(decided.fingerprint)
    return (key && this.schemas.get(key)) || this.make(decided)
  }

  private make(decided: Decided): GraphQLSchema {
    const hidden = hiddenFrom(
      [...decided.policies].map(([name, policy]) => ({
        coordinates: coordinatesIn(policy),
        decision: decided.decisions.get(name)!,
      })),
    )
    const announced = announcedProducts(this.supergraph.apiSchema, decided)
    const told = [...hidden.places, ...announced.map(({ field }) => field)]
    const key = createHash('sha256').update(told.sort().join(' ')).digest('hex')
    this.keys.set(decided.fingerprint, key)
    const schema =
      this.schemas.get(key) ?? withSubscriptions(visibleSchema(this.supergraph.apiSchema, hidden), announced)
    this.schemas.set(key, schema, this.weightOf(schema))
    return schema
  }

  /** In types of its own: those that are its alone, and what it takes to list the others. */
  private weightOf(schema: GraphQLSchema): number {
    const { apiSchema } = this.supergraph
    if (schema === apiSchema) return 1
    const whole = apiSchema.getTypeMap()
    const types = Object.values(schema.getTypeMap())
    return Math.ceil(types.length / LISTED_PER_OWN) + types.filter(type => whole[type.name] !== type).length
  }
}
