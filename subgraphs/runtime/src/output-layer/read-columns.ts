import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { Dataset, Property } from '@terrane/schema'
import { columnDialect } from './column-dialect.js'

/** Little memory: the run's child process lives under a limit, and this only reads. */
const OPTIONS = { access_mode: 'READ_ONLY', memory_limit: '256MB' }

/** Reads a new publication's columns in the child process. */
export async function withColumns<Result>(
  columnsFile: string,
  read: (connection: DuckDBConnection, another: () => Promise<DuckDBConnection>) => Promise<Result>,
): Promise<Result> {
  const instance = await DuckDBInstance.create(columnsFile, { ...OPTIONS, threads: '2' })
  const connections: DuckDBConnection[] = []
  const connect = async () => {
    const connection = await instance.connect()
    connections.push(connection)
    await connection.run("SET TimeZone = 'UTC'")
    return connection
  }
  try {
    return await read(await connect(), connect)
  } finally {
    for (const connection of connections) connection.closeSync()
    instance.closeSync()
  }
}

/** A dataset's column, cast to its type. */
export function columnOf({ name, type }: Property): string {
  return columnDialect.column(columnDialect.name(name), type)
}

export function tableOf(dataset: Dataset): string {
  return columnDialect.name(dataset.name)
}

/** Indexes worth their time at every publication: the key, and what joins datasets. */
export function indexedTogether(dataset: Dataset): { unique: boolean; columns: string[] }[] {
  const key = dataset.primaryKey.length > 0 ? [{ unique: true, columns: dataset.primaryKey }] : []
  const related = dataset.properties
    .filter(({ name, relationship }) => relationship && !(dataset.primaryKey[0] === name))
    .map(({ name }) => ({ unique: false, columns: [name] }))
  return [...key, ...related]
}
