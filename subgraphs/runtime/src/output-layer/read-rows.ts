import type { DuckDBBlobValue, DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import type { Dataset, ValueType } from '@terrane/schema'
import { text } from './column-dialect.js'
import { columnOf, tableOf } from './read-columns.js'
import type { Fields, StoredAs } from './sqlite-pages.js'

/** Between texts, and in place of a text that is null: ASCII's own separators, which are part of no other character. */
const BETWEEN = 0x1f
const ABSENT = 0x1e
/** Rows that come as one text. */
const TOGETHER = 512
/** Of one question, at most. */
const STRETCH_ROWS = 128 * TOGETHER
const STRETCH_BYTES = 8 * 1024 ** 2

/** How a dataset is read for SQLite. */
export interface Reading {
  /** The table in both stores, quoted for SQL. */
  table: string
  /** Text of a value, and what it is bound as. */
  columns: { sql: string; as: StoredAs }[]
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
  // Dates and times are written by us.
  const free = columns.filter(({ as }, at) => as === 'text' && !TEMPORAL.has(dataset.properties[at]!.type.kind))
  const any = free.flatMap(({ sql }) => [`contains(${sql}, chr(${BETWEEN}))`, `${sql} = chr(${ABSENT})`])
  const table = tableOf(dataset)
  const result = await connection.runAndReadAll(
    `SELECT coalesce(max(rowid) + 1, 0), coalesce(bool_or(${any.join(' OR ') || 'false'}), false) FROM ${table}`,
  )
  const [end, torn] = result.getRows()[0]!
  return { table, columns, joined: torn !== true, end: Number(end) }
}

const TEMPORAL = new Set<ValueType['kind']>(['date', 'timestamp', 'time'])

/** Hands over rows in the order of loading, numbered without a gap from 1. Answers how many. */
export async function readRows(
  connections: DuckDBConnection[],
  reading: Reading,
  take: (number: number, fields: Fields) => void,
): Promise<number> {
  const width = reading.columns.length
  const fields: Fields = { bytes: NOTHING, starts: new Int32Array(width), ends: new Int32Array(width) }
  const { starts, ends } = fields
  let number = 0
  if (reading.joined) {
    for await (const bytes of textsOf(connections, reading)) {
      fields.bytes = bytes
      for (let at = 0; at <= bytes.length; ) {
        for (let column = 0; column < width; column++) {
          const from = at
          while (at < bytes.length && bytes[at] !== BETWEEN) at++
          if (at === bytes.length && column < width - 1) throw new Error('A row ended before its last value.')
          starts[column] = at === from + 1 && bytes[from] === ABSENT ? -1 : from
          ends[column] = at++
        }
        take(++number, fields)
      }
    }
    return number
  }
  for await (const row of valuesOf(connections, reading)) {
    let length = 0
    const parts = row.map(value => Buffer.from(value ?? ''))
    for (let column = 0; column < width; column++) {
      starts[column] = row[column] === null ? -1 : length
      length += parts[column]!.length
      ends[column] = length
    }
    fields.bytes = Buffer.concat(parts)
    take(++number, fields)
  }
  return number
}

const NOTHING = new Uint8Array(0)

/** Texts of some hundred rows each, as bytes. */
async function* textsOf(connections: DuckDBConnection[], { table, columns, end }: Reading): AsyncGenerator<Uint8Array> {
  const row = `concat_ws(chr(${BETWEEN}), ${columns.map(({ sql }) => `coalesce(${sql}, chr(${ABSENT}))`).join(', ')})`
  const sql = (part: string) => `
    SELECT encode(string_agg(${row}, chr(${BETWEEN}) ORDER BY rowid)) FROM ${table} WHERE ${part}
    GROUP BY rowid // ${TOGETHER} ORDER BY rowid // ${TOGETHER}`
  const sizeOf = (rows: DuckDBValue[][]) =>
    rows.reduce((sum, [text]) => sum + (text as DuckDBBlobValue).bytes.length, 0)
  for await (const rows of answers(connections, end, sql, sizeOf)) {
    for (const [text] of rows) yield (text as DuckDBBlobValue).bytes
  }
}

async function* valuesOf(connections: DuckDBConnection[], { table, columns, end }: Reading) {
  const list = columns.map(({ sql }) => sql).join(', ')
  const sql = (part: string) => `SELECT ${list} FROM ${table} WHERE ${part} ORDER BY rowid`
  const sizeOf = (rows: DuckDBValue[][]) => rows.flat().reduce((sum: number, text) => sum + String(text).length, 0)
  for await (const rows of answers(connections, end, sql, sizeOf)) yield* rows as (string | null)[][]
}

/**
 * Asks for stretches of rows, each connection for one, so that DuckDB makes the next while one is written. The first
 * are short; from their size the others are made as long as memory allows.
 */
async function* answers(
  connections: DuckDBConnection[],
  end: number,
  sql: (part: string) => string,
  sizeOf: (rows: DuckDBValue[][]) => number,
): AsyncGenerator<DuckDBValue[][]> {
  let length = TOGETHER
  let from = 0
  const ask = async (connection: DuckDBConnection) => {
    const part = { from, to: Math.min(from + length, end) }
    from = part.to
    const reader = await connection.runAndReadAll(sql(`rowid >= ${part.from} AND rowid < ${part.to}`))
    return { connection, part, rows: reader.getRows() }
  }
  const coming: ReturnType<typeof ask>[] = []
  const begin = (connection: DuckDBConnection) => {
    if (from >= end) return
    const answer = ask(connection)
    answer.catch(() => {}) // heard of in its turn
    coming.push(answer)
  }
  try {
    for (const connection of connections) begin(connection)
    for (let next = coming.shift(); next; next = coming.shift()) {
      const { connection, part, rows } = await next
      const each = sizeOf(rows) / (part.to - part.from)
      const fitting = Math.floor(STRETCH_BYTES / Math.max(1, each) / TOGETHER) * TOGETHER
      length = Math.max(TOGETHER, Math.min(fitting, length * 8, STRETCH_ROWS))
      begin(connection)
      yield rows
    }
  } finally {
    await Promise.allSettled(coming) // nobody closes a connection that is still at work
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
