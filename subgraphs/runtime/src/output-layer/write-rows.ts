import type { Dataset } from '@terrane/schema'
import { writeRowsSqlite } from './write-rows-sqlite.js'

export interface WriteRowsOptions {
  /** `columns.duckdb` of the new publication, closed by whoever wrote it: `main.<dataset>` per dataset, columns by property. */
  columnsFile: string
  /** The run job's `rows`. */
  rows: { kind: 'sqlite' } | { kind: 'mysql'; url: string; tables: Record<string, string> }
  datasets: Dataset[]
  /** Folder of the new publication; `rows.sqlite` and temporary files are made here. */
  outputFolder: string
  /** After each dataset. */
  onProgress?: (progress: { dataset: string; rows: number; seconds: number }) => void
}

/**
 * The row store of a publication from its column store, in the run's child process: a new `rows.sqlite`, or tables of
 * their own in MySQL. Every table has `_row`, from 1 in the order of loading.
 */
export async function writeRows(options: WriteRowsOptions): Promise<void> {
  if (options.rows.kind === 'sqlite') return writeRowsSqlite(options)
  const { writeRowsMysql } = await import('./write-rows-mysql.js')
  return writeRowsMysql({ ...options, rows: options.rows })
}
