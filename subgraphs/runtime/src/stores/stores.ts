import type { AuditInfo, Grant, QualityRule, RunInfo } from '@terrane/schema'
import type { LandedFile } from '../input-layer/landed.js'

/**
 * The three stores of a product, each a TypeORM data source of its own with migrations: SQLite files under
 * `<home>/<product>/` or tables in the database of `TERRANE_DATABASE_URL`. Every write passes the store's one queue.
 */
export interface Stores {
  metadata: MetadataStore
  security: SecurityStore
  audit: AuditStore
  close(): Promise<void>
}

/** What the product is and how it came to its data. */
export interface MetadataStore {
  landed(port?: string): Promise<LandedFile[]>
  /** False where this port has this content already; its name, time and upstream are refreshed then. */
  land(file: LandedFile): Promise<boolean>
  /** The same of several, in one transaction; answers in their order. */
  landTogether(files: readonly LandedFile[]): Promise<boolean[]>
  /** Forgets a landed file. False where this port has no such content. */
  withdraw(port: string, sha256: string): Promise<boolean>
  /** For pulled ports: which landed files make up the input now (the source's listing), by sha256, with the source's revisions. */
  setCurrent(port: string, items: { name: string; sha256: string; revision?: string }[]): Promise<void>
  current(port: string): Promise<{ name: string; sha256: string; revision?: string }[]>

  startRun(run: Pick<RunInfo, 'id' | 'trigger' | 'startedAt'>): Promise<void>
  finishRun(run: RunInfo): Promise<void>
  runs(limit: number): Promise<RunInfo[]>

  overlays(): Promise<Overlay[]>
  putOverlay(overlay: Overlay): Promise<void>
  removeOverlay(model: string): Promise<boolean>
  qualityOverlays(): Promise<QualityOverlay[]>
  putQualityOverlay(overlay: QualityOverlay): Promise<void>
  removeQualityOverlay(dataset: string): Promise<boolean>

  /** The descriptor and contracts as deployed, for discovery and for finding out what a deploy changed. */
  deployed(): Promise<{ sha256: string; at: string } | undefined>
  setDeployed(sha256: string, documents: Record<string, unknown>): Promise<void>

  /** The pointer and the history of publications (see output-layer/publications). */
  currentPublication(): Promise<number | undefined>
  reservePublication(): Promise<number>
  commitPublication(number: number, manifest: object): Promise<void>
  publications(): Promise<{ number: number; manifest: object }[]>
  forgetPublication(number: number): Promise<void>
}
/** A model's SQL changed through the control port, over the folder's baseline. */
export interface Overlay {
  model: string
  sql: string
  baselineSha256: string
  by: string
  at: string
}

/** A dataset's quality rules changed through the control port, over the contract's. */
export interface QualityOverlay {
  dataset: string
  rules: QualityRule[]
  baselineSha256: string
  by: string
  at: string
}

export interface SecurityStore {
  grants(): Promise<Grant[]>
  /** On deploy: declared ones are replaced as a whole, granted ones stay. */
  replaceDeclared(grants: Grant[]): Promise<void>
  put(grant: Grant): Promise<void>
  revoke(id: string): Promise<boolean>
  /** Grows with every change. */
  version(): Promise<number>
}

export interface AuditStore {
  /** Buffered; written in batches by the store's queue, at the latest after a second and on close. */
  record(
    entry: AuditInfo,
    /** What is recorded twice under one is kept once. Up to 38 characters of ASCII; by default nothing is the same. */
    once?: string,
  ): void
  /** Newest first; a few more than `limit` where the last ones are of one moment, so that `before` it loses none. */
  list(filter: { subject?: string; dataset?: string; limit: number; before?: string }): Promise<AuditInfo[]>
}
