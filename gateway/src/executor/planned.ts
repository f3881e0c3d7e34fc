import type { GraphQLSchema } from 'graphql'
import type { Executor, OperationRequest } from './executor.js'
import type { PlanDescription } from './plan/described/description.js'
import type { Engine } from './plan/engine.js'

export interface PlanExecutor extends Executor {
  /** The plan of a request, as it would be run. Runs nothing. */
  describe(request: OperationRequest): Promise<PlanDescription>
}

/** Apollo's query plans, run by an engine of our own per supergraph; the request's schema says which one is meant. */
export function planExecutor(supergraphOf: (schema: GraphQLSchema) => { engine: Engine }): PlanExecutor {
  const engineOf = ({ schema }: OperationRequest) => supergraphOf(schema).engine
  const execute: Executor = (request, whole) => engineOf(request).run(request, whole)
  return Object.assign(execute, { describe: (request: OperationRequest) => engineOf(request).describe(request) })
}
