import type { DuckDBConnection } from '@duckdb/node-api'
import type { Model, Value } from '@terrane/schema'
import type { Problem } from '@terrane/schema/problems'
import { columnsOf, type Execution, execute } from './execute.js'
import { tableOf, upTo } from './plan.js'
import { identifier } from './sql.js'

export interface Sample {
  rows: Record<string, Value>[]
  rowCount: number
}

/**
 * A dry run of `target`: what it needs, itself, and every output that reads from it, by way of others too. They become
 * the same tables as in a run, so that what a run refuses is refused here; whoever calls throws the tables away.
 */
export async function rehearse(
  target: Model,
  { models, order }: { models: Model[]; order: string[] },
  execution: Execution,
): Promise<{ problems: Problem[]; datasets: { dataset: string; rows: number }[]; sample?: Sample }> {
  const { connection, lineage } = execution
  const needed = (model: Model) => upTo(order, lineage, models, model.name)
  const names = new Set([target, ...outputsBelow(target, models, lineage)].flatMap(needed))
  const inOrder = order.filter(name => names.has(name)).map(name => models.find(model => model.name === name)!)
  let sample: Sample | undefined
  const onMade = async (model: Model, table: string) => {
    // What broke its contract may also break off when it is looked at again: there is nothing to show then.
    if (model === target) sample = await sampleOf(connection, table).catch(() => undefined)
  }
  const executed = await execute(inOrder, { ...execution, onMade })
  return { ...executed, ...(sample ? { sample } : {}) }
}

function outputsBelow(model: Model, models: Model[], lineage: Execution['lineage']): Model[] {
  const reached = new Set([tableOf(model)])
  // A set grows while it is walked.
  for (const table of reached) for (const { from, to } of lineage) if (from === table) reached.add(to)
  return models.filter(one => one.layer === 'output' && reached.has(tableOf(one)))
}

const SHOWN_ROWS = 20
const SHOWN_CHARACTERS = 2000

/** How many rows there are, and the first as JSON: exact numbers and dates as text, long values cut. */
async function sampleOf(connection: DuckDBConnection, table: string): Promise<Sample> {
  const shown = (await columnsOf(connection, table)).map(({ name, type }) => {
    const column = identifier(name)
    const text = (sql: string) => `left(${sql}, ${SHOWN_CHARACTERS}) AS ${column}`
    if (/^(BOOLEAN|U?(TINYINT|SMALLINT)|INTEGER)$/.test(type)) return column
    if (/^(DOUBLE|FLOAT)$/.test(type)) return `CASE WHEN isfinite(${column}) THEN ${column} END AS ${column}`
    if (/^TIMESTAMP/.test(type)) return text(`strftime(CAST(${column} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%fZ')`)
    return text(`CAST(${column} AS VARCHAR)`)
  })
  const rows = await connection.runAndReadAll(`SELECT ${shown.join(', ')} FROM ${table} LIMIT ${SHOWN_ROWS}`)
  const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${table}`)
  return { rows: rows.getRowObjectsJson() as Record<string, Value>[], rowCount: Number(counted.getRows()[0]![0]) }
}
