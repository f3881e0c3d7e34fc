import type { DuckDBConnection } from '@duckdb/node-api'
import type { Dataset, ValueType } from '@terrane/schema'
import type Database from 'better-sqlite3'
import { text } from './column-dialect.js'
import { columnOf, tableOf } from './read-columns.js'

/** Between texts, and in place of a text that is null: ASCII's own separators. */
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

/** Consecutive rows of a dataset. */
export interface Part {
  /** DuckDB's numbers of rows: from the first, to one beyond the last. */
  from: number
  to: number
  /** Rows before these: the first one's `_row` is one more. */
  before: number
}

/**
 * Taking a value out of DuckDB costs a call each, far more than splitting a text: so hundreds of rows arrive as one text
 * with separators, unless a value contains one.
 */
export async function readingOf(connection: DuckDBConnection, dataset: Dataset): Promise<Reading> {
  const columns = dataset.properties.map(property => asText(columnOf(property), property.type))
  // Dates and times are written by us.
  const free = columns.filter(({ as }, at) => as === 'text' && !TEMPORAL.has(dataset.properties[at]!.type.kind))
  const any = free.flatMap(({ sql }) => [`contains(${sql}, chr(31))`, `${sql} = chr(30)`])
  const table = tableOf(dataset)
  const result = await connection.runAndReadAll(
    `SELECT coalesce(max(rowid) + 1, 0), coalesce(bool_or(${any.join(' OR ') || 'false'}), false) FROM ${table}`,
  )
  const [end, torn] = result.getRows()[0]!
  return { table, columns, joined: torn !== true, end: Number(end) }
}

const TEMPORAL = new Set<ValueType['kind']>(['date', 'timestamp', 'time'])

/** Inserts rows in the order of loading, numbered without a gap. Answers how many. */
export async function insertRows(
  database: Database.Database,
  connection: DuckDBConnection,
  reading: Reading,
  part: Part = { from: 0, to: reading.end, before: 0 },
): Promise<number> {
  const width = reading.columns.length
  const one = `(${Array(width + 1).fill('?').join(', ')})` // biome-ignore format: one list
  const single = database.prepare(`INSERT INTO ${reading.table} VALUES ${one}`)
  const several = Math.min(ROWS, Math.floor(32_000 / (width + 1))) || 1
  const many = database.prepare(`INSERT INTO ${reading.table} VALUES ${Array(several).fill(one).join(', ')}`)
  // Bound again and again: SQLite takes copies.
  const values = (rows: number): Bound[] => new Array(rows * (width + 1)).fill(null)
  const [valuesOfOne, valuesOfSeveral] = [values(1), values(several)]
  const kinds = reading.columns.map(({ as }) => as)
  const absent = reading.joined ? ABSENT : null

  let number = part.before
  for await (const texts of textsOf(connection, reading, part)) {
    let at = 0
    const bind = (values: Bound[]): Bound[] => {
      for (let next = 0; next < values.length; ) {
        values[next++] = ++number
        for (let column = 0; column < width; column++) {
          const text = texts[at++]!
          values[next++] = text === absent ? null : kinds[column] === 'text' ? text : bound(text, kinds[column]!)
        }
      }
      return values
    }
    while (at + several * width <= texts.length) many.run(bind(valuesOfSeveral))
    while (at < texts.length) single.run(bind(valuesOfOne))
  }
  return number - part.before
}

/** Longer numbers may be beyond what a double holds exactly. */
const SAFE_LENGTH = 15

function bound(value: string, as: Reading['columns'][number]['as']): Bound {
  return as === 'double' || value.length <= SAFE_LENGTH ? Number(value) : BigInt(value)
}

/** Row after row, column after column, some hundred rows at a time. */
async function* textsOf(
  connection: DuckDBConnection,
  { table, columns, joined }: Reading,
  { from, to }: Part,
): AsyncGenerator<(string | null)[]> {
  const row = joined
    ? `concat_ws(chr(31), ${columns.map(({ sql }) => `coalesce(${sql}, chr(30))`).join(', ')})`
    : columns.map(({ sql }) => sql).join(', ')
  const ask = async (start: number) => {
    const part = `FROM ${table} WHERE rowid >= ${start} AND rowid < ${Math.min(start + AT_ONCE, to)}`
    const sql = joined
      ? `SELECT string_agg(${row}, chr(31) ORDER BY rowid) ${part} GROUP BY rowid // ${TOGETHER} ORDER BY rowid // ${TOGETHER}`
      : `SELECT ${row} ${part} ORDER BY rowid`
    return (await connection.runAndReadAll(sql)).getRows() as (string | null)[][]
  }
  let coming = from < to ? ask(from) : undefined
  for (let start = from; coming; start += AT_ONCE) {
    const found: (string | null)[][] = await coming
    coming = start + AT_ONCE < to ? ask(start + AT_ONCE) : undefined
    if (joined) for (const [texts] of found) yield texts!.split(BETWEEN)
    else yield found.flat()
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
