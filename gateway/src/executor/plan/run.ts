import type { OperationRequest } from '../executor.js'
import type { Operation } from '../operation.js'
import type { SubgraphErrors } from './fetch-errors.js'
import type { Fields, PlanPath } from './place.js'
import type { Served } from './rounds.js'

/** One operation while its plan runs. */
export interface Run {
  readonly request: OperationRequest
  /** As the client gave them; subgraphs coerce them again. */
  readonly variables: Fields
  /** What was fetched so far; fetches merge into it. */
  readonly fetched: Fields
  readonly errors: SubgraphErrors
  /** Whether no text that was fetched has anything that JSON escapes. */
  plain: boolean
  /** Objects that a subgraph knows nothing of: what is missing in them is null, and no error. */
  readonly unknown: Set<Fields>
  /** Where the plan runs in rounds. */
  served?: Served
}

/** A node of the plan, made ready: runs for the objects at its path. */
export type Step = (run: Run, objects: Fields[], path: PlanPath) => Promise<void> | void

export const signalOf = (run: Run) => (run.request.context as Partial<Operation>).signal
