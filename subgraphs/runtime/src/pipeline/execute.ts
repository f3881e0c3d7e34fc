import type { DuckDBConnection } from '@duckdb/node-api'
import type { Dataset, Model, Value } from '@terrane/schema'
import { type Problem, problem } from '@terrane/schema/problems'
import { type Conversion, columnType, conversion } from './exactness.js'
import { failure, messageOf, NOT_EXACT } from './failure.js'
import type { RunLimits, RunMessage } from './job.js'
import { tableOf } from './plan.js'
import { identifier, literal } from './sql.js'

export interface Execution {
  connection: DuckDBConnection
  datasets: Dataset[]
  lineage: { from: string; to: string }[]
  limits: RunLimits
  progress: (message: Omit<Extract<RunMessage, { type: 'progress' }>, 'type'>) => void
}

interface Column {
  name: string
  /** As DESCRIBE writes it. */
  type: string
}

/** A model is looked at through this view: it names and types the columns before anything runs. */
const VIEW = 'temp.main."model"'

/**
 * Runs judged models in this order. Abstraction models become tables in memory, dropped after their last reader; output
 * models become tables of `publication` with exactly the columns and types of their contract. Ends at the first model
 * that has problems. `after` are models that will read once these are done.
 */
export async function execute(
  models: Model[],
  { connection, datasets, lineage, limits, progress }: Execution,
  after: Model[] = [],
): Promise<{ problems: Problem[]; datasets: { dataset: string; rows: number }[] }> {
  const made: { dataset: string; rows: number }[] = []
  for (const [index, model] of models.entries()) {
    const started = performance.now()
    progress({ step: 'model', detail: tableOf(model) })
    let problems: Problem[] = []
    let rows = 0
    try {
      const columns = await look(connection, model)
      if (model.layer === 'abstraction') {
        rows = await create(connection, `abstraction.${identifier(model.name)}`, `FROM ${VIEW}`)
      } else {
        const dataset = datasets.find(candidate => candidate.name === model.name)
        if (!dataset) throw new TypeError(`Expected a dataset for the output model ${model.name}, found none.`)
        ;({ problems, rows } = await keepPromise(connection, model, dataset, columns))
        if (problems.length === 0) made.push({ dataset: dataset.name, rows })
      }
    } catch (error) {
      problems = [failure(model, error, limits)]
    }
    if (problems.length > 0) return { problems, datasets: made }
    progress({ step: 'model', detail: tableOf(model), rows, seconds: secondsSince(started) })
    await dropUnread(connection, models.slice(0, index + 1), [...models.slice(index + 1), ...after], lineage)
  }
  return { problems: [], datasets: made }
}

/** Runs models up to the last, whose first rows it shows; nothing is kept. */
export async function sample(
  models: Model[],
  execution: Execution,
): Promise<{ problems: Problem[]; sample?: { rows: Record<string, Value>[]; rowCount: number } }> {
  const { connection, datasets, limits } = execution
  const model = models.at(-1)!
  const before = await execute(models.slice(0, -1), execution, [model])
  if (before.problems.length > 0) return before
  try {
    const columns = await look(connection, model)
    const dataset = model.layer === 'output' ? datasets.find(candidate => candidate.name === model.name) : undefined
    const { problems } = dataset ? conversions(model, dataset, columns) : { problems: [] }
    const rowCount = await create(connection, 'abstraction."the sample"', `FROM ${VIEW}`)
    const rows = await shownRows(connection, 'abstraction."the sample"', columns)
    return { problems, sample: { rows, rowCount } }
  } catch (error) {
    return { problems: [failure(model, error, limits)] }
  }
}

async function look(connection: DuckDBConnection, model: Model): Promise<Column[]> {
  // The first line is ours: positions in errors count from the second.
  const statement = `CREATE OR REPLACE TEMP VIEW "model" AS\n${model.sql}\n`
  // The judge saw one SELECT; with our line before it, it must still be one statement.
  const { count } = await connection.extractStatements(statement)
  if (count !== 1) throw new TypeError(`Expected ${tableOf(model)} to be one statement, found ${count}.`)
  await connection.run(statement)
  const reader = await connection.runAndReadAll(`SELECT column_name, column_type FROM (DESCRIBE ${VIEW})`)
  return reader.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }))
}

async function create(connection: DuckDBConnection, table: string, select: string): Promise<number> {
  const reader = await connection.runAndReadAll(`CREATE TABLE ${table} AS ${select}`)
  return Number(reader.getRows()[0]?.[0] ?? 0)
}

/** Columns and types as promised, in the contract's order. */
function conversions(model: Model, dataset: Dataset, columns: Column[]) {
  const problems: Problem[] = []
  const place = { file: model.file, line: 1 }
  const promised = new Map(dataset.properties.map(property => [property.name, property]))
  for (const { name } of columns) {
    if (promised.has(name)) continue
    problems.push(problem('CONTRACT_BROKEN_COLUMN_EXTRA', { dataset: dataset.name, property: name }, place))
  }
  const found: { name: string; expected: string; conversion: Exclude<Conversion, { kind: 'refused' }> }[] = []
  for (const { name, type } of dataset.properties) {
    const expected = columnType(type)
    const column = columns.find(candidate => candidate.name === name)
    const details = { dataset: dataset.name, property: name, expected }
    if (!column) {
      problems.push(problem('CONTRACT_BROKEN_COLUMN_MISSING', details, place))
      continue
    }
    const way = conversion(name, column.type, type)
    if (way.kind === 'refused') {
      const { suggestion } = way
      problems.push(problem('CONTRACT_BROKEN_TYPE', { ...details, found: column.type, suggestion }, place))
    } else found.push({ name, expected, conversion: way })
  }
  return { problems, found }
}

async function keepPromise(
  connection: DuckDBConnection,
  model: Model,
  dataset: Dataset,
  columns: Column[],
): Promise<{ problems: Problem[]; rows: number }> {
  const { problems, found } = conversions(model, dataset, columns)
  if (problems.length > 0) return { problems, rows: 0 }
  const select = found.map(({ name, conversion: way }) => {
    // One pass over good data; only where a row does not fit is there a second one, to count.
    const expression =
      way.kind === 'checked'
        ? `CASE WHEN ${way.breaks} THEN error(${literal(NOT_EXACT)}) ELSE ${way.expression} END`
        : way.expression
    return `${expression} AS ${identifier(name)}`
  })
  try {
    const table = `publication.main.${identifier(dataset.name)}`
    return { problems: [], rows: await create(connection, table, `SELECT ${select.join(', ')} FROM ${VIEW}`) }
  } catch (error) {
    if (!messageOf(error).includes(NOT_EXACT)) throw error
  }
  const checked = found.flatMap(({ name, expected, conversion: way }) =>
    way.kind === 'checked' ? [{ name, expected, breaks: way.breaks }] : [],
  )
  const counts = checked.map(({ breaks }) => `count(*) FILTER (WHERE ${breaks})`)
  const reader = await connection.runAndReadAll(`SELECT ${counts.join(', ')} FROM ${VIEW}`)
  const row = reader.getRows()[0]!
  const broken = checked.flatMap(({ name, expected }, index) => {
    const rows = Number(row[index])
    const details = { dataset: dataset.name, property: name, expected, rows, example: '' }
    return rows > 0 ? [problem('CONTRACT_BROKEN_VALUES', details, { file: model.file, line: 1 })] : []
  })
  return { problems: broken, rows: 0 }
}

async function dropUnread(
  connection: DuckDBConnection,
  done: Model[],
  ahead: Model[],
  lineage: Execution['lineage'],
): Promise<void> {
  for (const model of done) {
    if (model.layer !== 'abstraction') continue
    const read = ahead.some(next => lineage.some(edge => edge.from === tableOf(model) && edge.to === tableOf(next)))
    if (!read) await connection.run(`DROP TABLE IF EXISTS abstraction.${identifier(model.name)}`)
  }
}

const SHOWN_ROWS = 20
const SHOWN_CHARACTERS = 2000

/** The first rows as JSON: exact numbers and dates as text, long values cut. */
async function shownRows(connection: DuckDBConnection, table: string, columns: Column[]) {
  const shown = columns.map(({ name, type }) => {
    const column = identifier(name)
    const text = (sql: string) => `left(${sql}, ${SHOWN_CHARACTERS}) AS ${column}`
    if (/^(BOOLEAN|U?(TINYINT|SMALLINT)|INTEGER)$/.test(type)) return column
    if (/^(DOUBLE|FLOAT)$/.test(type)) return `CASE WHEN isfinite(${column}) THEN ${column} END AS ${column}`
    if (/^TIMESTAMP/.test(type)) return text(`strftime(CAST(${column} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%fZ')`)
    return text(`CAST(${column} AS VARCHAR)`)
  })
  const reader = await connection.runAndReadAll(`SELECT ${shown.join(', ')} FROM ${table} LIMIT ${SHOWN_ROWS}`)
  return reader.getRowObjectsJson() as Record<string, Value>[]
}

export function secondsSince(started: number): number {
  return Math.round(performance.now() - started) / 1000
}
