import type { PlanQuestion } from './planner.js'

/** To a planning thread, after what it is told first: `PlannerOptions`. */
export interface ToPlan {
  question: PlanQuestion
}

/** From a planning thread: once `loaded` and once `ready`, or `refused`; then one answer to each question, in order. */
export type FromPlanning =
  | { kind: 'loaded'; apiSdl: string }
  | { kind: 'refused'; reason: string }
  | { kind: 'ready' }
  /** `plan`: JSON of the `QueryPlan`. */
  | { kind: 'planned'; plan: string }
  /** `ofOperation`: what the operation's author may be told. */
  | { kind: 'failed'; message: string; ofOperation: boolean; extensions: Record<string, unknown> }
