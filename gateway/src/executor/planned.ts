import type { GraphQLSchema } from 'graphql'
import type { Executor } from './executor.js'
import type { Engine } from './plan/engine.js'

/** Apollo's query plans, run by an engine of our own per supergraph; the request's schema says which one is meant. */
export function planExecutor(supergraphOf: (schema: GraphQLSchema) => { engine: Engine }): Executor {
  return request => supergraphOf(request.schema).engine.run(request)
}
