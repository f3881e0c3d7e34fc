import type { DuckDBConnection } from '@duckdb/node-api'
import type { Dataset, Model } from '@terrane/schema'
import type { Problem } from '@terrane/schema/problems'
import { columnType } from './exactness.js'
import { conversions, look, VIEW } from './execute.js'
import { failure } from './failure.js'
import type { InputTable, Verdict } from './job.js'
import type { SelectPlaces } from './select-places.js'
import { identifier } from './sql.js'

export interface Binding {
  models: Model[]
  inputs: InputTable[]
  datasets: Dataset[]
  places: ReadonlyMap<string, SelectPlaces>
}

/**
 * Binds judged models in order on empty tables: names and types come out as they will in a run, and nothing is read. What
 * reads from a table whose columns nobody knows here, or from a model that does not bind, is left out.
 */
export async function bind(
  connection: DuckDBConnection,
  { order, lineage }: Verdict,
  { models, inputs, datasets, places }: Binding,
): Promise<Problem[]> {
  await connection.run('CREATE SCHEMA IF NOT EXISTS input')
  for (const { port, properties } of inputs) {
    const columns = properties.map(({ name, type }) => `${identifier(name)} ${columnType(type)}`)
    await connection.run(`CREATE TABLE input.${identifier(port)} (${columns.join(', ')})`)
  }
  const known = new Set(inputs.map(({ port }) => `input.${port}`))
  const problems: Problem[] = []
  for (const model of order.map(name => models.find(each => each.name === name)!)) {
    const table = `${model.layer}.${model.name}`
    if (lineage.some(({ from, to }) => to === table && !known.has(from))) continue
    try {
      const columns = await look(connection, model)
      const promised = datasets.find(dataset => model.layer === 'output' && dataset.name === model.name)
      if (promised) problems.push(...conversions(model, promised, columns, places.get(model.name)).problems)
      if (model.layer !== 'abstraction') continue
      await connection.run(`CREATE TABLE abstraction.${identifier(model.name)} AS FROM ${VIEW} WITH NO DATA`)
      known.add(table)
    } catch (error) {
      problems.push(failure(model, error, { memoryMegabytes: 0 }))
    }
  }
  return problems
}
