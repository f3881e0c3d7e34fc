import type { ApolloGateway } from '@apollo/gateway'
import type { GraphQLError } from 'graphql'
import type { WrittenData } from './answer-data.js'
import type { Fields } from './plan/place.js'
import type { Projections } from './plan/projections.js'

type ApolloRequest = Parameters<ApolloGateway['executor']>[0]

/** One operation: what of Apollo Server's request an executor reads, so that others can hand one over too. */
export type OperationRequest = Pick<
  ApolloRequest,
  'request' | 'document' | 'queryHash' | 'source' | 'schema' | 'context'
>

export interface OperationAnswer {
  /** As text where it is the answer of a plan. */
  data?: WrittenData | Record<string, unknown> | null
  errors?: readonly GraphQLError[]
  extensions?: Record<string, unknown>
}

/** The question as it was asked, where the request's document is only what may be planned of it. */
export interface WholeQuestion {
  projections: Projections
  /** By response key, what the root has beside what is planned: introspection. */
  beside: Fields
}

/**
 * Plans one operation and runs the plan. It is handed only what the caller may have; errors of subgraphs are in the
 * answer, a throw is a fault of the gateway. `schema` of the request decides which supergraph is meant.
 */
export type Executor = (request: OperationRequest, whole?: WholeQuestion) => Promise<OperationAnswer>

/** One that answers at once where nobody has to be asked: from what is kept. */
export type PromptExecutor = (request: OperationRequest) => OperationAnswer | Promise<OperationAnswer>
