/**
 * Landing keeps what arrives exactly as received at `<home>/<product>/input/<port>/<sha256>` and remembers it in the
 * metadata store. The same content twice is one landed file.
 */
export interface LandedFile {
  port: string
  /** Lower-case hex of the bytes as received. */
  sha256: string
  /** Absolute path of the bytes as received. */
  path: string
  /** Name at the source, with hive partitions (`year=2026/month=01/part.parquet`). */
  name: string
  format: 'csv' | 'json' | 'ndjson' | 'parquet'
  compression?: 'gzip'
  bytes: number
  /** ISO. */
  receivedAt: string
  upstream?: { product: string; dataset: string; publication: number }
}

/** Answer to a push. */
export interface Receipt {
  port: string
  sha256: string
  bytes: number
  /** True where this content had arrived before; it is not loaded again. */
  duplicate: boolean
  receivedAt: string
  /** The run it started, if any. */
  run?: string
}

/** A row that did not fit its input contract. */
export interface QuarantinedRow {
  port: string
  sha256: string
  file: string
  /** Line in the file, from 1; row number for parquet. */
  line: number
  property?: string
  reason: string
  /** The line as received, at most 2,000 characters. */
  text: string
}
