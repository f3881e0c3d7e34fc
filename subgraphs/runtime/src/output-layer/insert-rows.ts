import type { DuckDBConnection } from '@duckdb/node-api'
import type { Dataset, ValueType } from '@terrane/schema'
import type Database from 'better-sqlite3'
import { text } from './column-dialect.js'
import { columnOf, tableOf } from './read-columns.js'

/** Between rows, between the texts of a row, and in place of a text that is null: ASCII's own separators. */
const ROW_END = '\u001d'
const BETWEEN = '\u001f'
const ABSENT = '\u001e'
/** Rows of one INSERT; measured best between 4 and 16, limited by SQLite's 32,766 parameters. */
const ROWS = 8
/** Rows that come as one text, and rows of one question: while SQLite takes them, DuckDB makes the next. */
const TOGETHER = 512
const AT_ONCE = 64 * TOGETHER

type Bound = string | number | bigint | null

/** How a dataset is read for SQLite. */
export interface Reading {
  /** The table in both stores, quoted for SQL. */
  table: string
  /** Text of a value, and what it is bound as. */
  columns: { sql: string; as: 'text' | 'whole' | 'double' }[]
  /** No value contains a separator. */
  joined: boolean
  /** One beyond DuckDB's greatest number of a row. */
  end: number
}

/**
 * Taking a value out of DuckDB costs a call each, far more than splitting a text: so hundreds of rows arrive as one text
 * with separators, unless a value contains one.
 */
export async function readingOf(connection: DuckDBConnection, dataset: Dataset): Promise<Reading> {
  const columns = dataset.properties.map(property => asText(columnOf(property), property.type))
  const free = columns.filter(({ as }) => as === 'text')
  const separated = [ROW_END, BETWEEN].map(each => `chr(${each.charCodeAt(0)})`)
  const any = free.flatMap(({ sql }) => [...separated.map(each => `contains(${sql}, ${each})`), `${sql} = chr(30)`])
  const table = tableOf(dataset)
  const result = await connection.runAndReadAll(
    `SELECT coalesce(max(rowid) + 1, 0), coalesce(bool_or(${any.join(' OR ') || 'false'}), false) FROM ${table}`,
  )
  const [end, torn] = result.getRows()[0]!
  return { table, columns, joined: torn !== true, end: Number(end) }
}

/** Inserts the rows in the order of loading, numbered from 1. Answers how many. */
export async function insertRows(
  database: Database.Database,
  connection: DuckDBConnection,
  reading: Reading,
): Promise<number> {
  const width = reading.columns.length
  const one = `(${Array(width + 1).fill('?').join(', ')})` // biome-ignore format: one list
  const single = database.prepare(`INSERT INTO ${reading.table} VALUES ${one}`)
  const several = Math.min(ROWS, Math.floor(32_000 / (width + 1))) || 1
  const many = database.prepare(`INSERT INTO ${reading.table} VALUES ${Array(several).fill(one).join(', ')}`)
  const kinds = reading.columns.map(({ as }) => as)
  const absent = reading.joined ? ABSENT : null

  let number = 0
  for await (const rows of rowsOf(connection, reading)) {
    let at = 0
    const bind = (count: number): Bound[] => {
      const values: Bound[] = new Array(count * (width + 1))
      let next = 0
      for (const end = at + count; at < end; at++) {
        const row = rows[at]!
        values[next++] = ++number
        for (let column = 0; column < width; column++) {
          const value = row[column]!
          values[next++] = value === absent ? null : bound(value!, kinds[column]!)
        }
      }
      return values
    }
    while (at + several <= rows.length) many.run(bind(several))
    while (at < rows.length) single.run(bind(1))
  }
  return number
}

/** Longer numbers may be beyond what a double holds exactly. */
const SAFE_LENGTH = 15

function bound(value: string, as: Reading['columns'][number]['as']): Bound {
  if (as === 'text') return value
  return as === 'double' || value.length <= SAFE_LENGTH ? Number(value) : BigInt(value)
}

async function* rowsOf(
  connection: DuckDBConnection,
  { table, columns, joined, end }: Reading,
): AsyncGenerator<(string | null)[][]> {
  const row = joined
    ? columns.map(({ sql }) => `coalesce(${sql}, chr(30))`).join(' || chr(31) || ')
    : columns.map(({ sql }) => sql).join(', ')
  const ask = async (start: number) => {
    const part = `FROM ${table} WHERE rowid >= ${start} AND rowid < ${start + AT_ONCE}`
    const sql = joined
      ? `SELECT string_agg(${row}, chr(29) ORDER BY rowid) ${part} GROUP BY rowid // ${TOGETHER} ORDER BY rowid // ${TOGETHER}`
      : `SELECT ${row} ${part} ORDER BY rowid`
    return (await connection.runAndReadAll(sql)).getRows() as (string | null)[][]
  }
  let coming = end > 0 ? ask(0) : undefined
  for (let start = 0; coming; start += AT_ONCE) {
    const found: (string | null)[][] = await coming
    coming = start + AT_ONCE < end ? ask(start + AT_ONCE) : undefined
    if (joined) for (const [texts] of found) yield texts!.split(ROW_END).map(each => each.split(BETWEEN))
    else yield found
  }
}

/** SQL of a value's text as SQLite keeps it (see encoding.ts). */
function asText(expression: string, type: ValueType): Reading['columns'][number] {
  const whole = (sql: string) => ({ sql: `CAST(${sql} AS VARCHAR)`, as: 'whole' as const })
  switch (type.kind) {
    case 'boolean':
      return whole(`CAST(${expression} AS TINYINT)`)
    case 'integer':
    case 'bigint':
      return whole(expression)
    case 'decimal':
      return whole(unitsOf(expression, type))
    case 'double':
      return { sql: `CAST(${text(expression, type)} AS VARCHAR)`, as: 'double' }
    default:
      return { sql: text(expression, type), as: 'text' }
  }
}

/** The 64-bit whole number of a decimal's units. Beyond 18 digits DuckDB reckons in 128 bits, twenty times as slowly. */
function unitsOf(expression: string, { precision, scale }: Extract<ValueType, { kind: 'decimal' }>): string {
  if (scale === 0) return `CAST(${expression} AS BIGINT)`
  const factor = `CAST(${10n ** BigInt(scale)} AS DECIMAL(${scale + 1}, 0))`
  const wide =
    precision + scale + 1 > 18 ? `CAST(${expression} AS DECIMAL(${Math.min(38, 37 - scale)}, ${scale}))` : expression
  return `CAST(${wide} * ${factor} AS BIGINT)`
}
