import type { DuckDBConnection } from '@duckdb/node-api'

/**
 * Names inside `<home>/<product>/input.duckdb`: tables of typed rows in the schema `typed`, one per port and way of
 * typing, and one view per port in the schema `input` with exactly the contract's columns.
 */
export const INPUT_STORE = 'input_store'

/** What is told about one file under one way of typing. */
export interface TypedFile {
  load: number
  key: string
  rows: number
  quarantined: number
  warnings: string
}

export async function all<Row>(connection: DuckDBConnection, sql: string): Promise<Row[]> {
  const reader = await connection.runAndReadAll(sql)
  return reader.getRowObjectsJS() as Row[]
}
