import path from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Dataset, ValueType } from '@terrane/schema'
import Database from 'better-sqlite3'
import { insertRows, readingOf } from './insert-rows.js'
import { indexedTogether, withColumns } from './read-columns.js'
import { sqliteDialect } from './row-dialect-sqlite.js'
import { ROW } from './row-store.js'
import type { WriteRowsOptions } from './write-rows.js'

/** A new `rows.sqlite`. Until the manifest names it the file counts for nothing, so it is written without a journal. */
export async function writeRowsSqlite(options: Omit<WriteRowsOptions, 'rows'>): Promise<void> {
  await withColumns(options.columnsFile, async connection => {
    const database = openForWriting(path.join(options.outputFolder, 'rows.sqlite'))
    try {
      for (const dataset of options.datasets) {
        const started = performance.now()
        const rows = await writeDataset(database, connection, dataset)
        options.onProgress?.({ dataset: dataset.name, rows, seconds: (performance.now() - started) / 1000 })
      }
      // What a reader needs to choose an index; cheap, because it looks at a sample only.
      database.pragma('analysis_limit = 400')
      database.exec('ANALYZE')
    } finally {
      database.close()
    }
  })
}

function openForWriting(file: string): Database.Database {
  const database = new Database(file)
  for (const setting of ['page_size = 8192', 'journal_mode = OFF', 'synchronous = OFF', 'locking_mode = EXCLUSIVE'])
    database.pragma(setting)
  database.pragma('cache_size = -65536')
  return database
}

async function writeDataset(
  database: Database.Database,
  connection: DuckDBConnection,
  dataset: Dataset,
): Promise<number> {
  const reading = await readingOf(connection, dataset)
  const { table } = reading
  const columns = dataset.properties.map(({ name, type }) => `${sqliteDialect.name(name)} ${sqliteType(type)}`)
  database.exec(`CREATE TABLE ${table} (${[`${ROW} INTEGER PRIMARY KEY`, ...columns].join(', ')})`)
  database.exec('BEGIN')
  const rows = await insertRows(database, connection, reading)
  // Indexes after the rows: sorted once instead of kept sorted.
  indexedTogether(dataset).forEach(({ unique, columns }, at) => {
    const index = sqliteDialect.name(`${dataset.name}_${at}`)
    const names = columns.map(sqliteDialect.name).join(', ')
    database.exec(`CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${index} ON ${table} (${names})`)
  })
  database.exec('COMMIT')
  return rows
}

function sqliteType({ kind }: ValueType): 'INTEGER' | 'REAL' | 'TEXT' {
  if (kind === 'double') return 'REAL'
  return kind === 'boolean' || kind === 'integer' || kind === 'bigint' || kind === 'decimal' ? 'INTEGER' : 'TEXT'
}
