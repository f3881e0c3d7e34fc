import type { DuckDBConnection } from '@duckdb/node-api'
import type { Dataset, Model } from '@terrane/schema'
import { type Place, type Problem, problem } from '@terrane/schema/problems'
import { type Conversion, columnType, conversion } from './exactness.js'
import { failure, messageOf, NOT_EXACT } from './failure.js'
import type { RunLimits, RunMessage } from './job.js'
import { tableOf } from './plan.js'
import { positionAt } from './position.js'
import type { SelectPlaces } from './select-places.js'
import { identifier, literal } from './sql.js'

export interface Execution {
  connection: DuckDBConnection
  datasets: Dataset[]
  lineage: { from: string; to: string }[]
  /** Where each model's columns stand in its SQL, by the model's name. */
  places?: ReadonlyMap<string, SelectPlaces>
  limits: RunLimits
  progress: (message: Omit<Extract<RunMessage, { type: 'progress' }>, 'type'>) => void
  /** Problems say neither how many rows they are about nor which: for who may not read all of the inputs. */
  withoutValues?: boolean
  /** Is shown each model's table, before it may be dropped; where a contract is broken, the view of what the model gives. */
  onMade?: (model: Model, table: string) => Promise<void>
}

export interface Column {
  name: string
  /** As DESCRIBE writes it. */
  type: string
}

/** A model is looked at through this view: it names and types the columns before anything runs. */
export const VIEW = 'temp.main."model"'

/**
 * Runs judged models in this order. Abstraction models become tables in memory, dropped after their last reader; output
 * models become tables of `publication` with exactly the columns and types of their contract. Ends at the first model
 * that has problems.
 */
export async function execute(
  models: Model[],
  execution: Execution,
): Promise<{ problems: Problem[]; datasets: { dataset: string; rows: number }[] }> {
  const { connection, datasets, lineage, limits, progress, onMade = async () => {} } = execution
  const made: { dataset: string; rows: number }[] = []
  for (const [index, model] of models.entries()) {
    const started = performance.now()
    progress({ step: 'model', detail: tableOf(model) })
    let problems: Problem[] = []
    let rows = 0
    try {
      const columns = await look(connection, model)
      if (model.layer === 'abstraction') {
        const table = `abstraction.${identifier(model.name)}`
        rows = await create(connection, table, `FROM ${VIEW}`)
        await onMade(model, table)
      } else {
        const dataset = datasets.find(candidate => candidate.name === model.name)
        if (!dataset) throw new TypeError(`Expected a dataset for the output model ${model.name}, found none.`)
        ;({ problems, rows } = await keepPromise(model, dataset, columns, execution))
        if (problems.length === 0) made.push({ dataset: dataset.name, rows })
        await onMade(model, problems.length === 0 ? publishedTable(dataset) : VIEW)
      }
    } catch (error) {
      problems = [failure(model, error, limits)]
    }
    if (problems.length > 0) return { problems, datasets: made }
    progress({ step: 'model', detail: tableOf(model), rows, seconds: secondsSince(started) })
    await dropUnread(connection, models.slice(0, index + 1), models.slice(index + 1), lineage)
  }
  return { problems: [], datasets: made }
}

/** Makes the view of a model, and says what it gives. */
export async function look(connection: DuckDBConnection, model: Model): Promise<Column[]> {
  // The first line is ours: positions in errors count from the second.
  const statement = `CREATE OR REPLACE TEMP VIEW "model" AS\n${model.sql}\n`
  // The judge saw one SELECT; with our line before it, it must still be one statement.
  const { count } = await connection.extractStatements(statement)
  if (count !== 1) throw new TypeError(`Expected ${tableOf(model)} to be one statement, found ${count}.`)
  await connection.run(statement)
  return columnsOf(connection, VIEW)
}

export async function columnsOf(connection: DuckDBConnection, table: string): Promise<Column[]> {
  const reader = await connection.runAndReadAll(`SELECT column_name, column_type FROM (DESCRIBE ${table})`)
  return reader.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }))
}

const publishedTable = (dataset: Dataset) => `publication.main.${identifier(dataset.name)}`

async function create(connection: DuckDBConnection, table: string, select: string): Promise<number> {
  const reader = await connection.runAndReadAll(`CREATE TABLE ${table} AS ${select}`)
  return Number(reader.getRows()[0]?.[0] ?? 0)
}

interface Found {
  name: string
  expected: string
  conversion: Exclude<Conversion, { kind: 'refused' }>
  place: Place
}

/** Columns and types as promised, in the contract's order. */
export function conversions(model: Model, dataset: Dataset, columns: Column[], places?: SelectPlaces) {
  const problems: Problem[] = []
  const placeOf = (name: string) => {
    const index = columns.findIndex(column => column.name === name)
    return { file: model.file, line: 1, ...positionAt(model.sql, places?.offsetOf(name, index)) }
  }
  const promised = new Map(dataset.properties.map(property => [property.name, property]))
  for (const { name } of columns) {
    if (promised.has(name)) continue
    problems.push(problem('CONTRACT_BROKEN_COLUMN_EXTRA', { dataset: dataset.name, property: name }, placeOf(name)))
  }
  const found: Found[] = []
  for (const { name, type } of dataset.properties) {
    const expected = columnType(type)
    const column = columns.find(candidate => candidate.name === name)
    const details = { dataset: dataset.name, property: name, expected }
    if (!column) {
      problems.push(problem('CONTRACT_BROKEN_COLUMN_MISSING', details, placeOf(name)))
      continue
    }
    const way = conversion(name, column.type, type)
    if (way.kind === 'refused') {
      const { suggestion } = way
      problems.push(problem('CONTRACT_BROKEN_TYPE', { ...details, found: column.type, suggestion }, placeOf(name)))
    } else found.push({ name, expected, conversion: way, place: placeOf(name) })
  }
  return { problems, found }
}

async function keepPromise(
  model: Model,
  dataset: Dataset,
  columns: Column[],
  { connection, places, withoutValues }: Execution,
): Promise<{ problems: Problem[]; rows: number }> {
  const { problems, found } = conversions(model, dataset, columns, places?.get(model.name))
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
    const rows = await create(connection, publishedTable(dataset), `SELECT ${select.join(', ')} FROM ${VIEW}`)
    return { problems: [], rows }
  } catch (error) {
    if (!messageOf(error).includes(NOT_EXACT)) throw error
  }
  const checked = found.flatMap(({ conversion: way, ...column }) =>
    way.kind === 'checked' ? [{ ...column, breaks: way.breaks }] : [],
  )
  const counts = checked.map(({ breaks }) => `count(*) FILTER (WHERE ${breaks})`)
  const reader = await connection.runAndReadAll(`SELECT ${counts.join(', ')} FROM ${VIEW}`)
  const row = reader.getRows()[0]!
  const broken = checked.flatMap(({ name, expected, place }, index) => {
    const rows = Number(row[index])
    const told = withoutValues ? 'some' : rows
    const details = { dataset: dataset.name, property: name, expected, rows: told, example: '' }
    return rows > 0 ? [problem('CONTRACT_BROKEN_VALUES', details, place)] : []
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

export function secondsSince(started: number): number {
  return Math.round(performance.now() - started) / 1000
}
