import type { Dataset, Model, ModelLineage, Problem, Product, Property, QualityResult } from '@terrane/schema'
import type { LandedFile } from '../input-layer/landed.js'

/**
 * One run is one child process. It gets a `RunJob` as one JSON document on standard input and tells of its progress and
 * result as one JSON line each on standard output. It never touches a store of the parent; all it makes is in
 * `job.outputFolder`, a folder that counts for nothing until the parent moves the pointer.
 */
export interface RunJob {
  kind: 'publish' | 'dry-run'
  product: string
  /** DuckDB file of the typed input layer; only this process, and one run at a time, opens it. */
  inputFile: string
  /** What the run reads, by port: the landed files that count now, with how they are typed. */
  inputs: {
    port: string /** undefined where another product is the source: its parquet says the types */
    dataset?: Dataset
    /** Whoever sent a file has gone: one that cannot be read is set aside, and is no reason to publish nothing. */
    pushed?: boolean
    files: LandedFile[]
  }[]
  /** Folder for quarantined rows, one ndjson file per landed file that has any: `<sha256>.ndjson` of QuarantinedRow. */
  quarantineFolder: string
  /** Effective SQL: baseline with overlays. */
  models: Model[]
  /** Output datasets with what is promised of each; output models are matched by name. */
  datasets: Dataset[]
  /** New folder for columns.duckdb, rows.sqlite, exports. */
  outputFolder: string
  rows:
    | { kind: 'sqlite' }
    | { kind: 'mysql'; url: string /** dataset → table name, `orders__p17` */; tables: Record<string, string> }
  limits: RunLimits
  /** Dry run: what this model needs, itself with its first rows, and the outputs below it; nothing is kept. */
  dryRunModel?: string
  /** Dry run: problems say neither how many rows they are about nor which. */
  withoutValues?: boolean
}

export interface RunLimits {
  /** Memory of the run beyond node and DuckDB themselves (1.5 GB of address space). Default 1024. */
  memoryMegabytes: number
  /** DuckDB threads. Default 2. */
  threads: number
  /** Killed after this. Default 600. */
  seconds: number
}

/** Lines on standard output of the child, and what `run()` passes to its progress listener. */
export type RunMessage =
  | { type: 'progress'; step: string; detail?: string; rows?: number; seconds?: number }
  | { type: 'result'; result: RunResult }
  | { type: 'verdict'; verdict: Verdict }
  | { type: 'examined'; problem?: Problem }
  | { type: 'verdicts'; verdicts: TracedVerdict[] }

export interface RunResult {
  ok: boolean
  problems: Problem[]
  /** port → rows typed and rows quarantined, in this run's inputs. */
  inputs: { port: string; rows: number; quarantined: number }[]
  datasets: { dataset: string; rows: number }[]
  quality: QualityResult[]
  /** Table-level lineage, `input.orders` → `abstraction.orders_clean`. */
  lineage: { from: string; to: string }[]
  /** Dry run only. */
  sample?: { rows: Record<string, unknown>[]; rowCount: number }
  seconds: number
  /** The child's standard error, bounded: for the operator's log, never for a caller. */
  log?: string
}

/** Child-process side signature is `node child.js`; this is the parent's. Resolves also where the child was killed (ok: false). */
export type RunPipeline = (
  job: RunJob,
  onProgress?: (message: Extract<RunMessage, { type: 'progress' }>) => void,
  signal?: AbortSignal,
) => Promise<RunResult>

/**
 * Judges SQL without running it: syntax, one SELECT, tables and functions allowed, order; with `inputs`, also whether the
 * outputs have the columns and types that are promised. Also in a child.
 */
export type JudgeModels = (
  product: Pick<Product, 'models' | 'datasets' | 'inputPorts'>,
  inputs?: InputTable[],
) => Promise<{ problems: Problem[]; order: string[]; lineage: { from: string; to: string }[] }>

/** What the judge's child gets on standard input. */
export interface JudgeJob {
  kind: 'judge'
  models: Model[]
  /** Names of the input ports, `orders` for `input.orders`. */
  ports: string[]
  /** The output datasets that contracts promise. */
  datasets: Dataset[]
  /** The columns of input ports, as far as they are known: models are bound to them where given. */
  inputs?: InputTable[]
}

/** An input port as models see it. */
export interface InputTable {
  port: string
  properties: Pick<Property, 'name' | 'type'>[]
}
/** What it answers, as one line `{ type: 'verdict', verdict }`. */
export type Verdict = Awaited<ReturnType<JudgeModels>>

/** A parquet file that was pushed, before it is kept. The child answers `{ type: 'examined', problem }`. */
export interface ExamineJob {
  kind: 'examine'
  file: LandedFile
  properties: Property[]
}

/** Judges the models of several products in one process, and traces where the columns of those without problems come from. */
export interface TraceJob {
  kind: 'trace'
  products: Omit<JudgeJob, 'kind'>[]
}
/** `columns` is empty where the models have problems. */
export type TracedVerdict = Verdict & { columns: ModelLineage[] }
