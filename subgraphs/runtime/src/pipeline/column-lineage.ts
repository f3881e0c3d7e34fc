import type { DuckDBConnection } from '@duckdb/node-api'
import type { ColumnSource, Model, ModelLineage } from '@terrane/schema'
import { everything, lower, NOTHING, type Relation, type Sources, union } from './lineage/relation.js'
import { Trace, type Tree, unknownTable } from './lineage/trace.js'

/** An input port's table; without columns they are not known. */
export interface TracedPort {
  name: string
  columns?: string[]
}

/**
 * Column lineage of a product's models, from DuckDB's own parser: each column back to columns of input ports, through all
 * models between. `models` are judged and in the order in which they run. Whatever cannot be traced counts as made of
 * everything that the model reads.
 */
export async function columnLineage(
  connection: DuckDBConnection,
  models: readonly Model[],
  inputs: readonly TracedPort[],
): Promise<ModelLineage[]> {
  const tables = new Map(inputs.map(input => [`input.${lower(input.name)}`, inputRelation(input)]))
  const result: ModelLineage[] = []
  for (const model of models) {
    const trace = new Trace(tables)
    let relation: Relation
    try {
      relation = trace.statement(await parsed(connection, model.sql))
    } catch {
      const all = union(...[...tables.values()].map(everything))
      relation = { columns: [], rest: all, conditions: all }
      trace.read = all
    }
    if (model.layer === 'abstraction') tables.set(`abstraction.${lower(model.name)}`, relation)
    result.push(told(`${model.layer}.${model.name}`, relation, trace.read))
  }
  return result
}

async function parsed(connection: DuckDBConnection, sql: string): Promise<Tree> {
  const reader = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [sql])
  return JSON.parse(String(reader.getRows()[0]?.[0])).statements[0]
}

function inputRelation({ name, columns }: TracedPort): Relation {
  const table = `input.${name}`
  if (columns === undefined) return unknownTable(table)
  return {
    columns: columns.map(column => ({ name: column, sources: new Map([[`${table}.${column}`, 'IDENTITY']]) })),
    conditions: NOTHING,
  }
}

function told(model: string, relation: Relation, read: Sources): ModelLineage {
  return {
    model,
    columns: relation.columns.flatMap(({ name, sources }) =>
      name === undefined ? [] : [{ name, from: [...sources].map(([origin, how]) => ({ ...originOf(origin), how })) }],
    ),
    rest: [...read.keys()].map(originOf),
    conditions: [...relation.conditions.keys()].map(originOf),
  }
}

/** Names of ports and columns have no dots. */
function originOf(origin: string): ColumnSource {
  const at = origin.lastIndexOf('.')
  return { table: origin.slice(0, at), column: origin.slice(at + 1) }
}
