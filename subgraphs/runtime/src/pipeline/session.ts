import { existsSync } from 'node:fs'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { RunLimits } from './job.js'
import { literal } from './sql.js'

export interface Session {
  connection: DuckDBConnection
  /** Checkpoints what is attached and lets go of the files. */
  close(): void
}

export interface SessionOptions {
  /** Attached READ_ONLY as `input_store`, where it exists. */
  inputFile?: string
  /** Trusted statements that make `input.<port>` of it. */
  inputViews?: string[]
  /** New file, attached as `publication`: what models of the output layer become. */
  outputFile?: string
  /** Where DuckDB may put what does not fit into memory. */
  spillFolder?: string
  limits: Pick<RunLimits, 'memoryMegabytes' | 'threads'>
}

/**
 * A fresh DuckDB that knows nothing but what is attached here, and is then locked: no files, no network, no extensions,
 * no settings. This alone does not hold (ATTACH ':memory:', DROP, `query()` pass); it stands behind the judge and inside
 * a confined process.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { limits } = options
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(limits.threads),
    // Some functions go beyond it; the limit that holds is the process's address space.
    memory_limit: `${Math.floor(limits.memoryMegabytes * 0.8)}MiB`,
    temp_directory: options.spillFolder ?? '',
    max_temp_directory_size: '16GiB',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_unsigned_extensions: 'false',
    allow_persistent_secrets: 'false',
  })
  const connection = await instance.connect()
  const close = () => {
    connection.closeSync()
    instance.closeSync()
  }
  const statements = [
    "SET TimeZone = 'UTC'",
    ...(options.inputFile && existsSync(options.inputFile)
      ? [`ATTACH ${literal(options.inputFile)} AS input_store (READ_ONLY)`, ...(options.inputViews ?? [])]
      : []),
    'CREATE SCHEMA abstraction',
    ...(options.outputFile ? [`ATTACH ${literal(options.outputFile)} AS publication`] : []),
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ]
  try {
    for (const statement of statements) await connection.run(statement)
  } catch (error) {
    close()
    throw error
  }
  return { connection, close }
}
