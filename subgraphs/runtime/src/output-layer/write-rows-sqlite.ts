import path from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Dataset, ValueType } from '@terrane/schema'
import type Database from 'better-sqlite3'
import { indexedTogether, withColumns } from './read-columns.js'
import { readingOf, readRows } from './read-rows.js'
import { sqliteDialect } from './row-dialect-sqlite.js'
import { ROW } from './row-store.js'
import { openForWriting } from './sqlite-file.js'
import { TablePages } from './sqlite-pages.js'
import type { WriteRowsOptions } from './write-rows.js'

/** A new `rows.sqlite`. */
export async function writeRowsSqlite(options: Omit<WriteRowsOptions, 'rows'>): Promise<void> {
  const file = path.join(options.outputFolder, 'rows.sqlite')
  await withColumns(options.columnsFile, async (connection, another) => {
    const connections = [connection, await another()]
    for (const dataset of options.datasets) {
      const started = performance.now()
      const rows = await writeDataset(file, connections, dataset)
      options.onProgress?.({ dataset: dataset.name, rows, seconds: (performance.now() - started) / 1000 })
    }
  })
  // What a reader needs to choose an index; cheap, because it looks at a sample only.
  within(file, database => {
    database.pragma('analysis_limit = 400')
    database.exec('ANALYZE')
  })
}

async function writeDataset(file: string, connections: DuckDBConnection[], dataset: Dataset): Promise<number> {
  const reading = await readingOf(connections[0]!, dataset)
  const { table } = reading
  const columns = dataset.properties.map(({ name, type }) => `${sqliteDialect.name(name)} ${sqliteType(type)}`)
  const root = within(file, database => {
    database.exec(`CREATE TABLE ${table} (${[`${ROW} INTEGER PRIMARY KEY`, ...columns].join(', ')})`)
    return database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(dataset.name) as number
  })
  const pages = new TablePages(
    file,
    root,
    reading.columns.map(({ as }) => as),
  )
  let rows: number
  try {
    rows = await readRows(connections, reading, (number, fields) => pages.add(number, fields))
    pages.finish()
  } finally {
    pages.close()
  }
  return within(file, database => {
    // Indexes after the rows: sorted once instead of kept sorted.
    database.exec('BEGIN')
    indexedTogether(dataset).forEach(({ unique, columns }, at) => {
      const index = sqliteDialect.name(`${dataset.name}_${at}`)
      const names = columns.map(sqliteDialect.name).join(', ')
      database.exec(`CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${index} ON ${table} (${names})`)
    })
    database.exec('COMMIT')
    // As SQLite finds them.
    const found = database.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
    if (found !== rows) throw new Error(`Expected ${rows} rows of ${table}, found ${found}.`)
    return rows
  })
}

function within<Result>(file: string, work: (database: Database.Database) => Result): Result {
  const database = openForWriting(file)
  try {
    return work(database)
  } finally {
    database.close()
  }
}

function sqliteType({ kind }: ValueType): 'INTEGER' | 'REAL' | 'TEXT' {
  if (kind === 'double') return 'REAL'
  return kind === 'boolean' || kind === 'integer' || kind === 'bigint' || kind === 'decimal' ? 'INTEGER' : 'TEXT'
}
