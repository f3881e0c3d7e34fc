import './without-apollo-telemetry.js'
import { GraphQLError, parse, validate } from 'graphql'
import type { OperationRequest } from './executor/executor.js'
import type { PlanDescription } from './executor/plan/described/description.js'
import { planExecutor } from './executor/planned.js'
import { Federation } from './supergraph/federation.js'

/**
 * How a gateway would run an operation on this supergraph for somebody who may read everything. Asks no subgraph.
 * `errors`: why the operation does not fit. Throws where the supergraph itself is none.
 */
export async function planOperation(
  sdl: string,
  query: string,
  operationName?: string,
): Promise<{ plan?: PlanDescription; errors: string[] }> {
  const silent = { process: () => Promise.reject(new TypeError('Planning asks no subgraph')) }
  const federation = new Federation(sdl, () => silent)
  await federation.load()
  const schema = federation.current.apiSchema
  try {
    const document = parse(query)
    const errors = validate(schema, document)
    if (errors.length > 0) return { errors: errors.map(String) }
    const request = { query, ...(operationName === undefined ? {} : { operationName }) }
    const asked = { request, document, queryHash: query, schema, context: {} } as unknown as OperationRequest
    return { plan: await planExecutor(of => federation.of(of)).describe(asked), errors: [] }
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [String(error)] }
    throw error
  } finally {
    await federation.gateway.stop()
  }
}
