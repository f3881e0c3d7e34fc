import { rmSync } from 'node:fs'
import path from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Dataset, ValueType } from '@terrane/schema'
import type Database from 'better-sqlite3'
import { insertRows, type Part, type Reading, readingOf } from './insert-rows.js'
import { indexedTogether, withColumns } from './read-columns.js'
import { sqliteDialect } from './row-dialect-sqlite.js'
import { ROW } from './row-store.js'
import { moveIn, type SecondHalf, startHalf } from './second-half.js'
import { openForWriting } from './sqlite-file.js'
import type { WriteRowsOptions } from './write-rows.js'

/** Rows from which a second process pays: it takes a quarter of a second to start, and moving its rows takes time too. */
const HALVES_FROM = 200_000

export interface WriteRowsSqliteOptions extends Omit<WriteRowsOptions, 'rows'> {
  halvesFrom?: number
}

/** A new `rows.sqlite`. */
export async function writeRowsSqlite(options: WriteRowsSqliteOptions): Promise<void> {
  await withColumns(options.columnsFile, async connection => {
    const database = openForWriting(path.join(options.outputFolder, 'rows.sqlite'))
    try {
      for (const dataset of options.datasets) {
        const started = performance.now()
        const rows = await writeDataset(database, connection, dataset, options)
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

async function writeDataset(
  database: Database.Database,
  connection: DuckDBConnection,
  dataset: Dataset,
  options: WriteRowsSqliteOptions,
): Promise<number> {
  const reading = await readingOf(connection, dataset)
  const { table } = reading
  const columns = dataset.properties.map(({ name, type }) => `${sqliteDialect.name(name)} ${sqliteType(type)}`)
  const create = `CREATE TABLE ${table} (${[`${ROW} INTEGER PRIMARY KEY`, ...columns].join(', ')})`
  database.exec(create)
  const rows = await (reading.end < (options.halvesFrom ?? HALVES_FROM)
    ? writeWhole(database, connection, reading)
    : writeHalves(database, connection, reading, create, options))
  // Indexes after the rows: sorted once instead of kept sorted.
  database.exec('BEGIN')
  indexedTogether(dataset).forEach(({ unique, columns }, at) => {
    const index = sqliteDialect.name(`${dataset.name}_${at}`)
    const names = columns.map(sqliteDialect.name).join(', ')
    database.exec(`CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${index} ON ${table} (${names})`)
  })
  database.exec('COMMIT')
  return rows
}

async function writeWhole(
  database: Database.Database,
  connection: DuckDBConnection,
  reading: Reading,
  part?: Part,
): Promise<number> {
  database.exec('BEGIN')
  const rows = await insertRows(database, connection, reading, part)
  database.exec('COMMIT')
  return rows
}

async function writeHalves(
  database: Database.Database,
  connection: DuckDBConnection,
  reading: Reading,
  create: string,
  { columnsFile, outputFolder }: WriteRowsSqliteOptions,
): Promise<number> {
  const middle = Math.ceil(reading.end / 2)
  const counted = await connection.runAndReadAll(
    `SELECT count(*) FILTER (rowid < ${middle}), count(*) FROM ${reading.table}`,
  )
  const [before, all] = counted.getRows()[0]!.map(Number) as [number, number]
  const file = path.join(outputFolder, 'second-half.sqlite')
  const half: SecondHalf = { columnsFile, file, create, reading, part: { from: middle, to: reading.end, before } }
  const second = startHalf(half)
  try {
    const first = await writeWhole(database, connection, reading, { from: 0, to: middle, before: 0 })
    await second.written
    const rows = first + moveIn(database, half)
    if (rows !== all) throw new Error(`Expected ${all} rows of ${reading.table}, wrote ${rows}.`)
    return rows
  } finally {
    await second.stop()
    rmSync(file, { recursive: true, force: true })
  }
}

function sqliteType({ kind }: ValueType): 'INTEGER' | 'REAL' | 'TEXT' {
  if (kind === 'double') return 'REAL'
  return kind === 'boolean' || kind === 'integer' || kind === 'bigint' || kind === 'decimal' ? 'INTEGER' : 'TEXT'
}
