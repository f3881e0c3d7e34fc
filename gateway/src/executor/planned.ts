import type { GraphQLSchema } from 'graphql'
import type { Executor } from './executor.js'
import { Engine, type PlannedSupergraph } from './plan/engine.js'

/** Apollo's query plans, run by an engine of our own per supergraph; the request's schema says which one is meant. */
export function planExecutor(supergraphOf: (schema: GraphQLSchema) => PlannedSupergraph): Executor {
  const engines = new WeakMap<GraphQLSchema, Engine>()
  return (request, whole) => {
    const { schema } = request
    let engine = engines.get(schema)
    if (!engine) {
      engine = new Engine(supergraphOf(schema))
      engines.set(schema, engine)
    }
    return engine.run(request, whole)
  }
}
