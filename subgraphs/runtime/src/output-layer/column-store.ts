import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import type {
  AggregateArguments,
  AggregateRow,
  Dataset,
  DatasetDecision,
  Dimension,
  Measure,
  Row,
  Value,
  ValueType,
} from '@terrane/schema'
import { columnDialect, text } from './column-dialect.js'
import { DatasetSql } from './condition-sql.js'
import { propertyOf } from './row-store.js'
import { SqlParameters } from './sql-dialect.js'
import type { ColumnStore, ExportFormat } from './store.js'

const COPY: Record<ExportFormat, string> = {
  csv: 'FORMAT csv, HEADER true',
  json: 'FORMAT json, ARRAY true',
  ndjson: 'FORMAT json',
  parquet: 'FORMAT parquet, COMPRESSION zstd',
}

/**
 * Columns of one publication. Many products and publications share a process, so the instance opens with the first
 * question, with little memory (more spills to disk) and two threads.
 *
 * Sums are exact: decimals keep their places, whole numbers are texts like any 64-bit number; averages are doubles;
 * `min` and `max` are values of their property; counts are numbers.
 */
export class DuckDbColumnStore implements ColumnStore {
  private instance?: Promise<DuckDBInstance>
  private idle: DuckDBConnection[] = []

  constructor(
    private readonly file: string,
    /** For exports on their way and what does not fit in memory. */
    private readonly temporaryFolder: string,
  ) {}

  async aggregate(dataset: Dataset, args: AggregateArguments, decision: DatasetDecision): Promise<AggregateRow[]> {
    const { groupBy, measures, where, orderBy, first } = args
    const sql = this.sql(dataset, decision)
    const columns = [...groupBy.map(each => dimension(sql, each)), ...measures.map(each => measure(sql, each))]
    // A measure that is only sorted by is computed beside those asked for.
    const order = orderBy.map(each => {
      const wanted = JSON.stringify('dimension' in each ? each.dimension : each.measure)
      const among: object[] = 'dimension' in each ? groupBy : measures
      const at = among.findIndex(other => JSON.stringify(other) === wanted)
      if ('dimension' in each && at < 0) throw new TypeError('Sorted by a dimension that is not grouped by.')
      if ('dimension' in each) return { column: at, direction: each.direction }
      if (at >= 0) return { column: groupBy.length + at, direction: each.direction }
      columns.push(measure(sql, each.measure))
      return { column: columns.length - 1, direction: each.direction }
    })
    const asked = columns.slice(0, groupBy.length + measures.length)
    // Sorted and grouped as values, told as text: the texts of numbers sort differently.
    const terms = order.map(({ column, direction }) => `k${column} ${direction} NULLS LAST`)
    const ties = groupBy.map((_, at) => `k${at} ASC NULLS LAST`)
    const statement = `
      SELECT ${asked.map(({ type }, at) => `${text(`k${at}`, type)} AS c${at}`).join(', ') || '1'}
      FROM (
        SELECT ${columns.map(({ expression }, at) => `${expression} AS k${at}`).join(', ') || 'count(*) AS k0'}
        FROM ${columnDialect.name(dataset.name)} WHERE ${sql.where(where)}
        ${groupBy.length > 0 ? `GROUP BY ${groupBy.map((_, at) => at + 1).join(', ')}` : ''}
      )
      ${groupBy.length > 0 ? `ORDER BY ${[...terms, ...ties].join(', ')}` : ''}
      ${first === undefined ? '' : `LIMIT ${Math.max(0, Math.trunc(first))}`}`
    const rows = await this.read(statement, sql.parameters)
    return rows.map(row => {
      const values = asked.map(({ type }, at) => columnDialect.decode(plain(row[at]), type))
      return { group: values.slice(0, groupBy.length), measures: values.slice(groupBy.length) }
    })
  }

  /** DuckDB writes the file, faster than JavaScript could produce it; it is read as it is sent, and removed. */
  async export(
    dataset: Dataset,
    format: ExportFormat,
    properties: string[],
    decision: DatasetDecision,
  ): Promise<Readable> {
    const sql = this.sql(dataset, decision)
    const columns = properties.map(name => {
      const { expression, type } = sql.property(name)
      return `${exported(expression, type, format)} AS ${columnDialect.name(name)}`
    })
    await mkdir(this.temporaryFolder, { recursive: true })
    const file = join(this.temporaryFolder, `${randomUUID()}.${format}`)
    const from = columnDialect.name(dataset.name)
    try {
      await this.read(
        `COPY (SELECT ${columns.join(', ')} FROM ${from} WHERE ${sql.where()}) TO '${file.replaceAll("'", "''")}' (${COPY[format]})`,
        sql.parameters,
      )
    } catch (error) {
      await rm(file, { force: true })
      throw error
    }
    const stream = createReadStream(file, { highWaterMark: 256 * 1024 })
    stream.once('close', () => void rm(file, { force: true }))
    return stream
  }

  async sample(dataset: Dataset, properties: string[], count: number, decision: DatasetDecision): Promise<Row[]> {
    const sql = this.sql(dataset, decision)
    const columns = properties.map((name, at) => `${sql.output(name)} AS c${at}`)
    const rows = await this.read(
      `SELECT ${columns.join(', ')} FROM ${columnDialect.name(dataset.name)} WHERE ${sql.where()} LIMIT ${Math.trunc(count)}`,
      sql.parameters,
    )
    return rows.map(row =>
      Object.fromEntries(
        properties.map((name, at) => [name, columnDialect.decode(plain(row[at]), propertyOf(dataset, name).type)]),
      ),
    )
  }

  async close(): Promise<void> {
    const instance = await this.instance?.catch(() => undefined)
    for (const connection of this.idle.splice(0)) connection.closeSync()
    instance?.closeSync()
    this.instance = undefined
  }

  private sql(dataset: Dataset, decision: DatasetDecision): DatasetSql {
    return new DatasetSql(columnDialect, new SqlParameters('$'), dataset, decision)
  }

  /** One question on a connection of its own for as long as it lasts; connections are kept. */
  private async read(statement: string, parameters: SqlParameters): Promise<DuckDBValue[][]> {
    const connection = this.idle.pop() ?? (await this.connect())
    try {
      return (await connection.runAndReadAll(statement, parameters.values)).getRows()
    } finally {
      this.idle.push(connection)
    }
  }

  private async connect(): Promise<DuckDBConnection> {
    this.instance ??= DuckDBInstance.fromCache(this.file, {
      access_mode: 'READ_ONLY',
      memory_limit: '128MB',
      threads: '2',
      temp_directory: this.temporaryFolder,
    }).catch(error => {
      this.instance = undefined
      throw error
    })
    const connection = await (await this.instance).connect()
    await connection.run("SET TimeZone = 'UTC'")
    return connection
  }
}

interface Column {
  expression: string
  type: ValueType
}

function dimension(sql: DatasetSql, { property, part }: Dimension): Column {
  const { expression, type } = sql.property(property)
  if (part === undefined) return { expression, type }
  return { expression: `CAST(date_trunc('${PARTS[part]}', ${expression}) AS DATE)`, type: { kind: 'date' } }
}
const PARTS = { YEAR: 'year', QUARTER: 'quarter', MONTH: 'month', DAY: 'day' } as const

function measure(sql: DatasetSql, asked: Measure): Column {
  if (asked.fn === 'count') return { expression: 'CAST(count(*) AS DOUBLE)', type: { kind: 'double' } }
  const { expression, type } = sql.property(asked.property)
  switch (asked.fn) {
    case 'countDistinct':
      return { expression: `CAST(count(DISTINCT ${expression}) AS DOUBLE)`, type: { kind: 'double' } }
    case 'avg':
      return { expression: `CAST(avg(${expression}) AS DOUBLE)`, type: { kind: 'double' } }
    case 'sum':
      return { expression: `sum(${expression})`, type: type.kind === 'integer' ? { kind: 'bigint' } : type }
    default:
      return { expression: `${asked.fn}(${expression})`, type }
  }
}

/** Parquet keeps types; the texts of the others are `Value`s, nested ones as JSON. */
function exported(expression: string, type: ValueType, format: ExportFormat): string {
  if (format === 'parquet') return expression
  const written = text(expression, type)
  const nested = type.kind === 'array' || type.kind === 'json'
  return nested && format !== 'csv' ? `CAST(${written} AS JSON)` : written
}

function plain(value: DuckDBValue | undefined): Value {
  return typeof value === 'bigint' ? String(value) : (value as Value)
}
