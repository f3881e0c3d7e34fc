import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { type Problem, problem } from '@terrane/schema/problems'
import type { RunJob } from '../pipeline/job.js'
import { columnType, FAULT, FILE, fingerprintOf, literal, quoted } from './columns.js'
import { loadCsv } from './csv.js'
import { loadJson, loadNdjson } from './json.js'
import type { LandedFile } from './landed.js'
import { type BadRow, FileFault, fault, type Load, type Loader, unreadable } from './load.js'
import { describeParquet, loadParquet } from './parquet.js'
import { writeQuarantine } from './quarantine.js'
import { all, INPUT_STORE, type TypedFile } from './store.js'

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

type Input = TypingJob['inputs'][number]

const LOADERS: Record<LandedFile['format'], Loader> = {
  csv: loadCsv,
  json: loadJson,
  ndjson: loadNdjson,
  parquet: loadParquet,
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
      const port = new PortTyping(connection, input, job, scratch)
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

class PortTyping {
  /** Of the way of typing in force. */
  private fingerprint = ''
  private columns: string[] = []
  private readonly files: { file: LandedFile; key: string }[]

  constructor(
    private readonly connection: DuckDBConnection,
    private readonly input: Input,
    private readonly job: TypingJob,
    private readonly scratch: string,
  ) {
    // One content under two names is two loads only where the names say different things.
    const byKey = new Map(input.files.map(file => [keyOf(file), file]))
    this.files = [...byKey].map(([key, file]) => ({ key, file }))
  }

  async type(): Promise<Problem[]> {
    const opened = await this.openTable()
    if (opened !== undefined) return [opened]
    const typed = new Map((await this.typed()).map(row => [row.key, row]))
    const problems: Problem[] = []
    for (const { file, key } of this.files) {
      const known = typed.get(key)
      problems.push(...(known ? (JSON.parse(known.warnings) as Problem[]) : await this.load(file, key)))
    }
    if (!problems.some(found => found.severity === 'error')) await this.settle()
    return problems
  }

  /** Rows and quarantined rows of the files that count. */
  async count(): Promise<{ rows: number; quarantined: number }> {
    const current = new Set(this.files.map(each => each.key))
    const typed = (await this.typed()).filter(row => current.has(row.key))
    return {
      rows: typed.reduce((sum, row) => sum + row.rows, 0),
      quarantined: typed.reduce((sum, row) => sum + row.quarantined, 0),
    }
  }

  private get table(): string {
    return `typed.${quoted(`${this.input.port}#${this.fingerprint}`)}`
  }

  private typed(): Promise<TypedFile[]> {
    return all(
      this.connection,
      `SELECT load, key, rows, quarantined, warnings FROM typed."#files"
       WHERE port = ${literal(this.input.port)} AND fingerprint = ${literal(this.fingerprint)}`,
    )
  }

  /** Makes the table where it is missing; a product's port takes its columns from the first file. */
  private async openTable(): Promise<Problem | undefined> {
    const { dataset, port } = this.input
    let definitions: string[]
    if (dataset !== undefined) {
      this.fingerprint = fingerprintOf(dataset)
      this.columns = dataset.properties.map(property => property.name)
      definitions = dataset.properties.map(each => `${quoted(each.name)} ${columnType(each.type)}`)
    } else {
      const first = this.files[0]?.file
      if (first === undefined) return problem('INPUT_NOTHING_ARRIVED', { port })
      try {
        const found = await describeParquet({ connection: this.connection, file: first, path: first.path })
        this.columns = found.map(column => column.name)
        definitions = found.map(column => `${quoted(column.name)} ${column.type}`)
        this.fingerprint = createHash('sha256').update(definitions.join()).digest('hex').slice(0, 12)
      } catch (error) {
        if (error instanceof FileFault) return error.problem
        throw error
      }
    }
    await this.connection.run(
      `CREATE TABLE IF NOT EXISTS ${this.table} (${[...definitions, `${FILE} INTEGER`, `${FAULT} INTEGER`].join(', ')})`,
    )
    return undefined
  }

  private async load(file: LandedFile, key: string): Promise<Problem[]> {
    const { connection, input, job } = this
    const { port, dataset } = input
    const started = performance.now()
    const scratch = await mkdtemp(path.join(this.scratch, 'load-'))
    await connection.run('BEGIN')
    try {
      const [{ number }] = (await all<{ number: number }>(connection, `SELECT nextval('typed.loads')::INTEGER AS number`)) as [{ number: number }] // biome-ignore format: one row
      const load: Load = {
        connection,
        file,
        path: await plainBytes(file, scratch),
        properties: dataset?.properties ?? [],
        partitions: partitionsOf(file.name),
        table: this.table,
        number,
        scratch,
      }
      const { quarantined, warnings } = dataset ? await LOADERS[file.format](load) : await copyParquet(load)
      const rows = await this.finish(load, key, quarantined, warnings)
      await writeQuarantine(job.quarantineFolder, file, quarantined)
      await connection.run('COMMIT')
      const seconds = (performance.now() - started) / 1000
      job.onProgress?.({ step: 'typed', detail: `${port}: ${file.name}`, rows, seconds })
      return warningsOf(file, quarantined, warnings)
    } catch (error) {
      await connection.run('ROLLBACK')
      if (error instanceof FileFault) return [error.problem]
      throw error
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }

  /** Takes the rows that do not fit out again and writes the load down. Answers the rows that stay. */
  private async finish(load: Load, key: string, quarantined: BadRow[], warnings: Problem[]): Promise<number> {
    const { connection, table } = { connection: this.connection, table: this.table }
    if (quarantined.length > 0) {
      await connection.run(`DELETE FROM ${table} WHERE ${FILE} = ${load.number} AND ${FAULT} <> 0`)
    }
    const [counted] = await all<{ rows: number }>(
      connection,
      `SELECT count(*)::INTEGER AS rows FROM ${table} WHERE ${FILE} = ${load.number}`,
    )
    const said = JSON.stringify(warningsOf(load.file, quarantined, warnings))
    await connection.run(
      `INSERT INTO typed."#files" VALUES (${load.number}, ${literal(this.input.port)}, ${literal(this.fingerprint)},
         ${literal(key)}, ${counted!.rows}, ${quarantined.length}, ${literal(said)})`,
    )
    return counted!.rows
  }

  /** All files are typed: shows them, and lets go of those that no longer count and of other ways of typing. */
  private async settle(): Promise<void> {
    const { connection, input } = this
    const port = literal(input.port)
    const current = new Set(this.files.map(each => each.key))
    const gone = (await this.typed()).filter(row => !current.has(row.key))
    const stale = await all<{ name: string }>(
      connection,
      `SELECT table_name AS name FROM duckdb_tables() WHERE database_name = ${literal(INPUT_STORE)} AND schema_name = 'typed'
         AND starts_with(table_name, ${literal(`${input.port}#`)}) AND table_name <> ${literal(`${input.port}#${this.fingerprint}`)}`,
    )
    await connection.run('BEGIN')
    if (gone.length > 0) {
      const loads = gone.map(row => row.load).join(', ')
      await connection.run(`DELETE FROM ${this.table} WHERE ${FILE} IN (${loads})`)
      await connection.run(`DELETE FROM typed."#files" WHERE load IN (${loads})`)
    }
    await connection.run(
      `CREATE OR REPLACE VIEW input.${quoted(input.port)} AS SELECT ${this.columns.map(quoted).join(', ')} FROM ${this.table}`,
    )
    for (const { name } of stale) await connection.run(`DROP TABLE typed.${quoted(name)}`)
    await connection.run(
      `DELETE FROM typed."#files" WHERE port = ${port} AND fingerprint <> ${literal(this.fingerprint)}`,
    )
    await connection.run('COMMIT')
  }
}

/** Another product's parquet has been checked by that product's own contract: its schema is taken as it is. */
async function copyParquet(load: Load): Promise<{ quarantined: BadRow[]; warnings: Problem[] }> {
  await describeParquet(load)
  try {
    await load.connection.run(
      `INSERT INTO ${load.table} BY NAME SELECT *, ${load.number} AS ${FILE}, 0 AS ${FAULT}
       FROM read_parquet(${literal(load.path)}, hive_partitioning = false)`,
    )
  } catch (error) {
    throw unreadable(load, error)
  }
  return { quarantined: [], warnings: [] }
}

/** Unpacks gzip, which also proves it whole, and lets DuckDB read in parallel. */
async function plainBytes(file: LandedFile, scratch: string): Promise<string> {
  const found = await stat(file.path).catch(() => undefined)
  if (found === undefined) throw fault({ file }, 'INPUT_UNREADABLE', { reason: 'it is gone from the input layer' })
  let plain = file.path
  if (file.compression === 'gzip') {
    plain = path.join(scratch, file.sha256)
    try {
      await pipeline(createReadStream(file.path), createGunzip(), createWriteStream(plain))
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException
      if (!code.startsWith('Z_')) throw error
      throw fault({ file }, 'INPUT_UNREADABLE', { reason: 'its gzip is damaged or not whole' })
    }
  }
  if ((await stat(plain)).size === 0) throw fault({ file }, 'INPUT_EMPTY')
  return plain
}

function warningsOf(file: LandedFile, quarantined: BadRow[], warnings: Problem[]): Problem[] {
  if (quarantined.length === 0) return warnings
  const counts = new Map<string, number>()
  for (const { property = 'the row as a whole' } of quarantined) counts.set(property, (counts.get(property) ?? 0) + 1)
  const [property] = [...counts].reduce((most, each) => (each[1] > most[1] ? each : most))
  const details = { rows: quarantined.length, file: file.name, port: file.port, property }
  return [...warnings, problem('INPUT_QUARANTINED', details, { file: file.name })]
}

function keyOf(file: LandedFile): string {
  return [file.sha256, ...[...partitionsOf(file.name)].map(([name, value]) => `${name}=${value}`)].join('/')
}

/** Hive partitions in a name: `year=2026/country=GB/part-0.parquet`. */
function partitionsOf(name: string): Map<string, string | null> {
  const pairs = name
    .split('/')
    .slice(0, -1)
    .flatMap(segment => {
      const at = segment.indexOf('=')
      return at > 0 ? [[decode(segment.slice(0, at)), decode(segment.slice(at + 1))] as const] : []
    })
  return new Map(pairs.map(([key, value]) => [key, value === '__HIVE_DEFAULT_PARTITION__' ? null : value]))
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
