import { DuckDBInstance } from '@duckdb/node-api'
import type { Property } from '@terrane/schema'
import type { Problem } from '@terrane/schema/problems'
import { partitionsOf } from './arrival.js'
import { literal } from './columns.js'
import type { LandedFile } from './landed.js'
import { FileFault, type Load, unreadable } from './load.js'
import { columnsOf } from './parquet.js'

/**
 * Reads every page of a parquet file, as a run would: footer and magic number are whole in many a file that is damaged
 * between them. Runs in a child process, for DuckDB reads the bytes of who knows whom.
 */
export async function examine(file: LandedFile, properties: Property[]): Promise<Problem | undefined> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  const load = { connection, file, path: file.path, properties, partitions: partitionsOf(file.name) }
  try {
    await columnsOf(load)
    await connection
      .run(`SELECT max(hash(COLUMNS(*))) FROM read_parquet(${literal(file.path)}, hive_partitioning = false)`)
      .catch(error => {
        throw unreadable(load as unknown as Load, error)
      })
    return undefined
  } catch (error) {
    if (error instanceof FileFault) return error.problem
    throw error
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
