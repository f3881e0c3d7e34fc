import type { Readable } from 'node:stream'
import type {
  AggregateArguments,
  AggregateRow,
  Condition,
  Dataset,
  DatasetDecision,
  OrderBy,
  PublicationInput,
  QualityResult,
  Row,
  Value,
} from '@terrane/schema'

/**
 * What a publication promises to its readers. Both stores receive the caller's decision on the dataset and push it
 * down: rows outside its filter do not exist, denied properties are an error of the caller's (checked before), cases
 * and masks replace the column wherever it is named. Values leave as `Row` in the one form of `Value`.
 */
export interface RowStore {
  /** In the order of the keys; null where absent or filtered. */
  byKeys(dataset: Dataset, keys: Value[][], properties: string[], decision: DatasetDecision): Promise<(Row | null)[]>
  /** Keyset pages: rows after the position given, at most `first`; nulls last, ties in the order of loading. */
  page(dataset: Dataset, question: PageQuestion, decision: DatasetDecision): Promise<PositionedRow[]>
  count(dataset: Dataset, where: Condition | undefined, decision: DatasetDecision): Promise<number>
  close(): Promise<void>
}
export interface PageQuestion {
  properties: string[]
  where?: Condition
  orderBy: OrderBy[]
  first: number
  after?: Position
}
/** Values of the sort properties, then the row's number in its publication. What a cursor carries. */
export type Position = Value[]
export interface PositionedRow {
  row: Row
  position: Position
}

export interface ColumnStore {
  aggregate(dataset: Dataset, args: AggregateArguments, decision: DatasetDecision): Promise<AggregateRow[]>
  /** Streams the dataset in a file format; bytes are produced as they are read. */
  export(dataset: Dataset, format: ExportFormat, properties: string[], decision: DatasetDecision): Promise<Readable>
  sample(dataset: Dataset, properties: string[], count: number, decision: DatasetDecision): Promise<Row[]>
  close(): Promise<void>
}
export type ExportFormat = 'csv' | 'json' | 'ndjson' | 'parquet'

/** `manifest.json` of a publication; written last, in the folder, before the pointer moves. */
export interface Manifest {
  product: string
  number: number
  /** Unlike any other's, also where a product begins again with an empty home. Given at commit; before, `createdAt` had to do. */
  id: string
  createdAt: string
  /** Equal fingerprints of inputs, SQL and contracts mean: nothing to run. */
  fingerprint: string
  inputs: PublicationInput[]
  /** Rows that came in by each port, and those set aside. Publications from before it was kept do not say. */
  arrivals?: { port: string; rows: number; quarantined: number }[]
  models: { name: string; layer: string; sql: string; sha256: string }[]
  contracts: { id: string; version: string; sha256: string }[]
  datasets: { dataset: string; rows: number }[]
  quality: QualityResult[]
  lineage: { from: string; to: string }[]
  rows: { kind: 'sqlite' } | { kind: 'mysql'; tables: Record<string, string> }
  /** Seals the cursors of this publication, in whatever process reads it. Given at commit; never told to anybody. */
  cursorKey?: string
}

/** All of it that is known before the commit. */
export type FinishedManifest = Omit<Manifest, 'id' | 'cursorKey'>

/** The publications of one product. */
export interface Publications {
  /** Number in force, undefined before the first. One indexed read of the metadata store. */
  current(): Promise<number | undefined>
  /**
   * Reserves the next number and its empty folder. Numbers are never used twice. Tables (MySQL only, by dataset) are
   * `database.table`: the product has a database of its own, `terrane_uk-sales.orders__p17`.
   */
  begin(): Promise<{ number: number; folder: string; tables: Record<string, string> }>
  /** Writes the manifest durably and moves the pointer: the moment of publication. */
  commit(finished: FinishedManifest): Promise<void>
  /** Removes what an unsuccessful run left. */
  abandon(number: number): Promise<void>
  /** Pins a publication (the current one by default) until released; undefined where it is gone or none exists. */
  pin(number?: number): Promise<Pin | undefined>
  list(): Promise<Manifest[]>
  /** Removes folders and tables that no pointer and no history knows: what a crash left. Then old ones beyond the last N. */
  sweep(): Promise<void>
  onCommit(listener: (number: number) => void): () => void
  close(): Promise<void>
}

export interface Pin {
  readonly number: number
  readonly manifest: Manifest
  readonly rows: RowStore
  readonly columns: ColumnStore
  release(): void
}
