import type { Caller, InputPort, Model, Problem, Product, ProductDecision, RunInfo, ValueType } from '@terrane/schema'
import type { QuarantinedRow } from '../input-layer/landed.js'
import type { Pin, Publications } from '../output-layer/store.js'
import type { RunResult } from '../pipeline/job.js'
import type { Stores } from '../stores/stores.js'
import type { RunEvent } from './run-events.js'

/**
 * What the management ports (discovery, control, observability) stand on: the product, its stores and the few things
 * that only the wiring can do. They never see a stage's code.
 */
export interface ManagedProduct {
  product: Product
  /** `/data/europe/uk/uk-sales/1` */
  address: string
  stores: Stores
  publications: Publications
  /** The SQL in force: the folder's baseline with its overlays. */
  models(): Promise<Model[]>
  /** Begins a run, after the one that may be going on. */
  startRun(trigger: string): Promise<{ id: string; finished: Promise<RunInfo> }>
  /**
   * Judges these models as a whole and runs `model`, what it needs and the outputs below it on the inputs of now, checked
   * as a run checks; publishes nothing. `withoutValues`: problems say neither how many rows they are about nor which.
   */
  dryRun(models: Model[], model: string, withoutValues: boolean): Promise<RunResult>
  quarantine(port: string, limit: number): Promise<QuarantinedRow[]>
  /** How what arrives at a port comes: fetched as files or tables, sent as files, or sent as messages, which are no files. */
  arrival(port: InputPort): 'pulled' | 'pushed' | 'messages'
  /** Whether a column of this type can show the text of a mask. */
  holds(type: ValueType, text: string): boolean
  /** What of a decision still stands: for answers that go on after they were allowed. */
  stillDecided(asking: Asking): Promise<ProductDecision>
  /** Grants changed: decisions made before are not to be trusted any longer. */
  policyChanged(): void
  /** Problems of the deploy that keep the product from running: an overlay over a baseline that moved. */
  standingProblems(): Promise<Problem[]>
  /** Prometheus text. */
  metrics(): Promise<string>
  onPublication(listener: (publication: number) => void): () => void
  /** Runs as they go on; returns how to stop listening. */
  onRun(listener: (event: RunEvent) => void): () => void
}

/** Who asks, what was decided about them, and which publication their request reads. */
export interface Asking {
  caller: Caller
  decision: ProductDecision
  pin?: Pin
}
