import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Dataset, ValueType } from '@terrane/schema'
import Database from 'better-sqlite3'
import { text } from './column-dialect.js'
import { columnOf, indexedTogether, tableOf, withColumns } from './read-columns.js'
import { sqliteDialect } from './row-dialect-sqlite.js'
import { ROW } from './row-store.js'
import type { WriteRowsOptions } from './write-rows.js'

/** Between the texts of a row, and in place of one that is null: ASCII's own separators of units and records. */
const BETWEEN = '\u001f'
const ABSENT = '\u001e'
/** Rows of one INSERT; measured best between 4 and 16, limited by SQLite's 32,766 parameters. */
const ROWS = 8

type Bound = string | number | bigint | null

/** A new `rows.sqlite`. Until the manifest names it the file counts for nothing, so it is written without a journal. */
export async function writeRowsSqlite(options: Omit<WriteRowsOptions, 'rows'>): Promise<void> {
  await withColumns(options.columnsFile, async connection => {
    const database = new Database(join(options.outputFolder, 'rows.sqlite'))
    try {
      for (const setting of ['page_size = 8192', 'journal_mode = OFF', 'synchronous = OFF', 'locking_mode = EXCLUSIVE'])
        database.pragma(setting)
      database.pragma('cache_size = -65536')
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

async function writeDataset(
  database: Database.Database,
  connection: DuckDBConnection,
  dataset: Dataset,
): Promise<number> {
  const table = sqliteDialect.name(dataset.name)
  const definitions = dataset.properties.map(({ name, type }) => `${sqliteDialect.name(name)} ${sqliteType(type)}`)
  database.exec(`CREATE TABLE ${table} (${[`${ROW} INTEGER PRIMARY KEY`, ...definitions].join(', ')})`)
  database.exec('BEGIN')
  const one = `(${Array(dataset.properties.length + 1)
    .fill('?')
    .join(', ')})`
  const single = database.prepare(`INSERT INTO ${table} VALUES ${one}`)
  const several = Math.min(ROWS, Math.floor(32_000 / (dataset.properties.length + 1))) || 1
  const many = database.prepare(`INSERT INTO ${table} VALUES ${Array(several).fill(one).join(', ')}`)

  let number = 0
  for await (const { columns, rows } of chunks(connection, dataset)) {
    let at = 0
    const bind = (count: number): Bound[] => {
      const values: Bound[] = new Array(count * (columns.length + 1))
      let next = 0
      for (const end = at + count; at < end; at++) {
        values[next++] = ++number
        for (const column of columns) values[next++] = column[at]!
      }
      return values
    }
    while (at + several <= rows) many.run(bind(several))
    while (at < rows) single.run(bind(1))
  }
  // Indexes after the rows: sorted once instead of kept sorted.
  indexedTogether(dataset).forEach(({ unique, columns }, at) => {
    const index = sqliteDialect.name(`${dataset.name}_${at}`)
    const names = columns.map(sqliteDialect.name).join(', ')
    database.exec(`CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${index} ON ${table} (${names})`)
  })
  database.exec('COMMIT')
  return number
}

/**
 * Columns of a chunk as SQLite binds them. Reading a text from DuckDB costs far more than splitting one, so a row's texts
 * arrive as one, unless a value contains the separator. Numbers come as doubles where those are exact (a column of
 * integer affinity turns them back), null as NaN, which better-sqlite3 binds as null: nothing is allocated for them.
 */
async function* chunks(
  connection: DuckDBConnection,
  dataset: Dataset,
): AsyncGenerator<{ columns: Bound[][]; rows: number }> {
  const expressions = dataset.properties.map(property => ({ expression: columnOf(property), type: property.type }))
  const wide = await beyondDoubles(connection, dataset, expressions)
  const selected = expressions.map(({ expression, type }, at) => written(expression, type, wide.has(at)))
  const texts = selected.flatMap(({ kind }, at) => (kind === 'text' ? [at] : []))
  const others = selected.flatMap(({ kind }, at) => (kind === 'text' ? [] : [at]))
  const joined =
    texts.length > 1 &&
    !(await contain(
      connection,
      dataset,
      texts.map(at => selected[at]!.sql),
    ))
  const first = joined
    ? [texts.map(at => `coalesce(${selected[at]!.sql}, chr(30))`).join(' || chr(31) || ')]
    : texts.map(at => selected[at]!.sql)
  const list = [...first, ...others.map(at => selected[at]!.sql)]
  const result = await connection.stream(`SELECT ${list.join(', ')} FROM ${tableOf(dataset)}`)
  // DuckDB makes the next chunk on its own threads while SQLite takes this one.
  let coming = result.fetchChunk()
  for (let chunk = await coming; chunk && chunk.rowCount > 0; chunk = await coming) {
    coming = result.fetchChunk()
    const rows = chunk.rowCount
    const columns: Bound[][] = new Array(selected.length)
    others.forEach((column, at) => {
      columns[column] = chunk!.getColumnValues(first.length + at) as Bound[]
    })
    if (joined) {
      for (const column of texts) columns[column] = new Array(rows)
      const whole = chunk.getColumnValues(0) as string[]
      for (let row = 0; row < rows; row++) {
        const parts = whole[row]!.split(BETWEEN)
        for (let at = 0; at < texts.length; at++) columns[texts[at]!]![row] = parts[at] === ABSENT ? null : parts[at]!
      }
    } else {
      texts.forEach((column, at) => {
        columns[column] = chunk!.getColumnValues(at) as Bound[]
      })
    }
    yield { columns, rows }
  }
}

/** Positions of whole-number columns with a value that a double does not hold. */
async function beyondDoubles(
  connection: DuckDBConnection,
  dataset: Dataset,
  columns: { expression: string; type: ValueType }[],
): Promise<Set<number>> {
  const candidates = columns.flatMap(({ expression, type }, at) => {
    if (type.kind !== 'bigint' && !(type.kind === 'decimal' && type.precision > 15)) return []
    const limit = `CAST(${2 ** 53} AS HUGEINT)`
    return [{ at, sql: `coalesce(bool_or(abs(CAST(${scaledTo(expression, type)} AS HUGEINT)) > ${limit}), false)` }]
  })
  if (candidates.length === 0) return new Set()
  const [found = []] = (
    await connection.runAndReadAll(`SELECT ${candidates.map(({ sql }) => sql).join(', ')} FROM ${tableOf(dataset)}`)
  ).getRows()
  return new Set(candidates.filter((_, index) => found[index]).map(({ at }) => at))
}

async function contain(connection: DuckDBConnection, dataset: Dataset, texts: string[]): Promise<boolean> {
  const any = texts.map(sql => `coalesce(bool_or(contains(${sql}, chr(31)) OR ${sql} = chr(30)), false)`).join(' OR ')
  const result = await connection.runAndReadAll(`SELECT ${any} FROM ${tableOf(dataset)}`)
  return result.getRows()[0]?.[0] === true
}

/** SQL of a value as SQLite keeps it (see encoding.ts). */
function written(expression: string, type: ValueType, wide: boolean): { sql: string; kind: 'text' | 'number' } {
  const asDouble = (sql: string) => ({
    sql: `coalesce(CAST(${sql} AS DOUBLE), 'NaN'::DOUBLE)`,
    kind: 'number' as const,
  })
  switch (type.kind) {
    case 'boolean':
      return asDouble(`CAST(${expression} AS TINYINT)`)
    case 'integer':
      return asDouble(expression)
    case 'double':
      return asDouble(text(expression, type))
    case 'bigint':
    case 'decimal': {
      const scaled = scaledTo(expression, type)
      return wide ? { sql: scaled, kind: 'number' } : asDouble(scaled)
    }
    default:
      return { sql: text(expression, type), kind: 'text' }
  }
}

/** The 64-bit whole number of a decimal's units, by moving its point in text-free arithmetic. */
function scaledTo(expression: string, type: ValueType): string {
  if (type.kind !== 'decimal' || type.scale === 0) return `CAST(${expression} AS BIGINT)`
  return `CAST(CAST(${expression} AS DECIMAL(38, ${type.scale})) * ${10 ** type.scale} AS BIGINT)`
}

function sqliteType({ kind }: ValueType): 'INTEGER' | 'REAL' | 'TEXT' {
  if (kind === 'double') return 'REAL'
  return kind === 'boolean' || kind === 'integer' || kind === 'bigint' || kind === 'decimal' ? 'INTEGER' : 'TEXT'
}
