import type { ApolloGateway } from '@apollo/gateway'
import type { ExecutionResult } from 'graphql'

/** What Apollo Server hands over for one operation: document, variables, context, the schema of its moment. */
export type OperationRequest = Parameters<ApolloGateway['executor']>[0]
export type OperationAnswer = ExecutionResult<Record<string, unknown>, Record<string, unknown>>

/**
 * Plans one operation and runs the plan. It is handed only what the caller may have; errors of subgraphs are in the
 * answer, a throw is a fault of the gateway. `schema` of the request decides which supergraph is meant.
 */
export type Executor = (request: OperationRequest) => Promise<OperationAnswer>
