import type { QueryPlan } from '@apollo/query-planner'
import type { StopSignal } from '../stop.js'

/** One operation to plan. It was validated before. */
export interface PlanQuestion {
  /** The document's text. */
  document: string
  operationName?: string
  /** By label of a progressive `@override`: whether the fields under it have moved. */
  overrides: ReadonlyMap<string, boolean>
}

/** Plans the operations of one supergraph, wherever that is done. */
export interface Planner {
  /** The supergraph read: SDL of what clients may ask. Rejects where the supergraph is none. */
  load(): Promise<string>
  /** Resolves once a question would be planned at once. */
  ready(): Promise<void>
  /**
   * Rejects with the planner's own error, a `GraphQLError` where the operation is at fault. `signal`: from when on nobody
   * waits for the plan.
   */
  plan(question: PlanQuestion, signal?: StopSignal): Promise<QueryPlan>
  /** The supergraph is replaced. What is asked nevertheless is still planned. */
  retire(): void
}

export interface PlannerOptions {
  sdl: string
  /** Whether the supergraph's schema is checked; one that was composed here needs none. */
  validate: boolean
}
