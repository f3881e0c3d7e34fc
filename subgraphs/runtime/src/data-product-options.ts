import type { DataProductInfo, Problem, Product } from '@terrane/schema'
import type { QuarantinedRow } from './input-layer/landed.js'
import type { JsonWebKeySet } from './keys.js'
import type { RunLimits, RunResult } from './pipeline/job.js'

/** Everything a product may reach from outside is handed in here. */
export interface DataProductOptions {
  /** Folder of the product, `subgraphs/uk-sales`. */
  folder: string
  /** TERRANE_HOME; the product owns `<home>/<product>/`. */
  home: string
  /** `mysql://…` for rows and stores; SQLite files under home without it. */
  databaseUrl?: string
  /** Public keys that sign identities (the gateway's). */
  trust: JsonWebKeySet
  /** The mesh, authenticated as this product, for ports fed by other products. */
  mesh?: (request: Request) => Promise<Response>
  /** Publications kept beside the current one. Default 3. */
  keep?: number
  /** With `databaseUrl`: how long what went out of force stays for requests of other processes. Default 60. */
  graceSeconds?: number
  limits?: Partial<RunLimits>
  graphLimits?: Partial<GraphLimits>
  /** Seconds between pulls where the contract says nothing; 0 never. Default 0. */
  pollSeconds?: number
  /** For `${VAR:-default}` in documents. Default `process.env`. */
  env?: Record<string, string | undefined>
  log?: Log
}

/** What one GraphQL operation may take. */
export interface GraphLimits {
  /** Values: before it is run by its page sizes, while it runs by what it read (docs/limits.md). Default 200000. */
  cost: number
  /** Milliseconds until it ends without an answer. Default 30000. */
  timeMilliseconds: number
}

export type Log = (event: { level: 'info' | 'warn' | 'error'; message: string; [detail: string]: unknown }) => void

/** What came of a run. */
export interface RunOutcome {
  state: 'PUBLISHED' | 'UNCHANGED' | 'FAILED'
  publication?: number
  problems: Problem[]
  result?: RunResult
}

/** One GraphQL operation without HTTP; `headers` (lower case) as over HTTP. */
export interface OperationRequest {
  query: string
  variables?: Record<string, unknown>
  operationName?: string
  headers: Record<string, string>
  /** Aborted when nobody waits for the answer any more. */
  signal?: AbortSignal
}
export interface OperationResult {
  data?: unknown
  errors?: unknown[]
  extensions?: Record<string, unknown>
}

/** A running data product. */
export interface DataProduct {
  readonly product: Product
  /** `/data/europe/uk/uk-sales/1` */
  readonly address: string
  /**
   * Its whole HTTP surface: `/graphql`, `/healthz`, `/readyz`, `/metrics`, `/.well-known/data-product`, its address and
   * all below. Trusts only the signed identity in `terrane-identity`; without one the caller is a visitor.
   */
  fetch(request: Request): Promise<Response>
  execute(request: OperationRequest): Promise<OperationResult>
  sdl(): string
  /** Pulls the inputs and runs the pipeline; runs of a product follow one another. Resolves with what came of it. */
  run(trigger: string, onProgress?: (step: string, detail?: string) => void): Promise<RunOutcome>
  /** Nothing runs by itself until the returned function is called; what came meanwhile is then one run. */
  holdRuns(): () => void
  /** Something that feeds it published: run once the burst is over, `terrane.runInterval` after the last run at the earliest. */
  upstreamPublished(): void
  onPublication(listener: (event: { product: string; publication: number }) => void): () => void
  /** Rows that did not fit the contract of an input port, as its owner sees them. */
  quarantine(port: string, limit: number): Promise<QuarantinedRow[]>
  /** The whole product as its owner sees it; what callers see follows their decision. */
  describe(): Promise<DataProductInfo>
  close(): Promise<void>
}
