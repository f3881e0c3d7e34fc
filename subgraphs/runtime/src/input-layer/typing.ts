import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { Problem } from '@terrane/schema/problems'
import type { RunJob } from '../pipeline/job.js'
import { literal, quoted } from './columns.js'
import { PortTyping } from './port-typing.js'
import { INPUT_STORE } from './store.js'

export interface TypingJob extends Pick<RunJob, 'inputFile' | 'inputs' | 'quarantineFolder'> {
  threads: number
  memoryMegabytes: number
  onProgress?: (progress: { step: string; detail?: string; rows?: number; seconds?: number }) => void
}

export interface TypingResult {
  /** Of the files that count now, newly typed or not. */
  inputs: { port: string; rows: number; quarantined: number }[]
  /** With an error among them nothing may be published. */
  problems: Problem[]
}

/**
 * Brings `input.duckdb` up to date: types what is not typed yet under the port's contract, one transaction per file,
 * and lets go of what no longer counts. Runs in the run's child process, before any SQL that somebody else wrote. A
 * file that cannot be read is a problem; all other files are typed nevertheless and stay so.
 */
export async function typeInputs(job: TypingJob): Promise<TypingResult> {
  const folder = path.dirname(job.inputFile)
  await mkdir(folder, { recursive: true })
  // One run at a time types; what is there was left by one that was killed.
  const scratch = path.join(folder, '.typing')
  await rm(scratch, { recursive: true, force: true })
  await mkdir(scratch)
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(job.threads),
    memory_limit: `${job.memoryMegabytes}MB`,
    temp_directory: scratch,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  try {
    await prepare(connection, job.inputFile)
    const result: TypingResult = { inputs: [], problems: [] }
    for (const input of job.inputs) {
      const port = new PortTyping(connection, input, { ...job, scratch })
      result.problems.push(...(await port.type()))
      result.inputs.push({ port: input.port, ...(await port.count()) })
    }
    await connection.run('USE memory')
    await connection.run(`DETACH ${INPUT_STORE}`)
    return result
  } finally {
    connection.closeSync()
    instance.closeSync()
    await rm(scratch, { recursive: true, force: true })
  }
}

/**
 * Statements after `ATTACH '<inputFile>' AS input_store (READ_ONLY)` that let pipeline SQL read `input.<port>`: exactly
 * the contract's columns, in its order.
 */
export function inputViews(inputs: { port: string }[], attachedAs = INPUT_STORE): string[] {
  return [
    'CREATE SCHEMA IF NOT EXISTS input',
    ...inputs.map(({ port }) => `CREATE VIEW input.${quoted(port)} AS FROM ${attachedAs}.input.${quoted(port)}`),
  ]
}

async function prepare(connection: DuckDBConnection, inputFile: string): Promise<void> {
  await connection.run("SET TimeZone = 'UTC'")
  const attach = `ATTACH ${literal(inputFile)} AS ${INPUT_STORE}`
  await connection.run(attach).catch(async error => {
    // Damaged, or of another DuckDB: all of it can be made again from what landed.
    if (!/^(IO|Serialization|Invalid Input|Internal|Fatal) Error/i.test(error.message) || /lock/.test(error.message))
      throw error
    await rm(inputFile, { force: true })
    await rm(`${inputFile}.wal`, { force: true })
    await connection.run(attach)
  })
  await connection.run(`USE ${INPUT_STORE}`)
  await connection.run('CREATE SCHEMA IF NOT EXISTS typed')
  await connection.run('CREATE SCHEMA IF NOT EXISTS input')
  await connection.run('CREATE SEQUENCE IF NOT EXISTS typed.loads')
  await connection.run(`CREATE TABLE IF NOT EXISTS typed."#files" (
    load INTEGER, port VARCHAR, fingerprint VARCHAR, key VARCHAR, rows INTEGER, quarantined INTEGER, warnings VARCHAR)`)
}
