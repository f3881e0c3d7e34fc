import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { type Problem, problem } from '@terrane/schema/problems'
import type { RunJob } from '../pipeline/job.js'
import { keyOf, partitionsOf, plainBytes } from './arrival.js'
import { columnType, FAULT, FILE, fingerprintOf, literal, quoted } from './columns.js'
import { loadCsv } from './csv.js'
import { csvBatchesOf, loadCsvBatch } from './csv-batch.js'
import { loadJson, loadNdjson } from './json.js'
import type { LandedFile } from './landed.js'
import { type BadRow, FileFault, isOurs, type Load, type Loader, unreadable } from './load.js'
import { batchesOf, loadMessages, type Message } from './messages.js'
import { describeParquet, loadParquet } from './parquet.js'
import { writeQuarantine } from './quarantine.js'
import { all, INPUT_STORE, type TypedFile } from './store.js'

const LOADERS: Record<LandedFile['format'], Loader> = {
  csv: loadCsv,
  json: loadJson,
  ndjson: loadNdjson,
  parquet: loadParquet,
}

/** Where typing reports and writes. */
export interface PortTypingOptions {
  quarantineFolder: string
  /** For files that live no longer than their load. */
  scratch: string
  onProgress?: (progress: { step: string; detail?: string; rows?: number; seconds?: number }) => void
}

/** The typed rows of one input port, in a table per way of typing; a view shows the one in force. */
export class PortTyping {
  /** Of the way of typing in force. */
  private fingerprint = ''
  private columns: string[] = []
  private filesSetAside = 0
  private readonly files: { file: LandedFile; key: string }[]

  constructor(
    private readonly connection: DuckDBConnection,
    private readonly input: RunJob['inputs'][number],
    private readonly options: PortTypingOptions,
  ) {
    // One content under two names is two loads only where the names say different things.
    const byKey = new Map(input.files.map(file => [keyOf(file), file]))
    this.files = [...byKey].map(([key, file]) => ({ key, file }))
  }

  async type(): Promise<Problem[]> {
    const opened = await this.openTable()
    if (opened !== undefined) return [opened]
    const before = new Set((await this.typed()).map(row => row.key))
    const pending = this.files.filter(each => !before.has(each.key))
    for (const batch of batchesOf(pending)) await this.loadBatch(batch, loadMessages)
    for (const batch of csvBatchesOf(pending)) await this.loadBatch(batch, loadCsvBatch)
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
      quarantined: typed.reduce((sum, row) => sum + row.quarantined, this.filesSetAside),
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
    const { connection, input, options } = this
    const { port, dataset } = input
    const started = performance.now()
    options.onProgress?.({ step: 'typing', detail: `${port}: ${file.name}` })
    const scratch = await mkdtemp(path.join(options.scratch, 'load-'))
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
      await writeQuarantine(options.quarantineFolder, file, quarantined)
      await connection.run('COMMIT')
      const seconds = (performance.now() - started) / 1000
      options.onProgress?.({ step: 'typed', detail: `${port}: ${file.name}`, rows, seconds })
      return warningsOf(file, quarantined, warnings)
    } catch (error) {
      await connection.run('ROLLBACK')
      if (!(error instanceof FileFault)) throw error
      return input.pushed && !error.lost ? this.setAside(file, error.problem) : [error.problem]
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }

  /**
   * Whoever pushed a file was told that it arrived and sends it no second time; what others push must not wait for it.
   * Nothing is written down of it, so the next run tries again.
   */
  private async setAside(file: LandedFile, reason: Problem): Promise<Problem[]> {
    const { port, sha256, name } = file
    this.filesSetAside++
    const whole = { line: 1, reason: `the whole file is left out: ${reason.message}`, text: '' }
    await writeQuarantine(this.options.quarantineFolder, file, [whole])
    return [problem('INPUT_FILE_SET_ASIDE', { port, sha256, reason: reason.message }, { file: name })]
  }

  /** Whatever of the batch is not loaded here is loaded one by one, which tells what is wrong with it. */
  private async loadBatch(batch: Message[], load: typeof loadCsvBatch): Promise<void> {
    const { connection, input, options, table } = this
    if (input.dataset === undefined) return
    const { properties } = input.dataset
    const started = performance.now()
    options.onProgress?.({ step: 'typing', detail: `${input.port}: ${batch.length} files` })
    const scratch = await mkdtemp(path.join(options.scratch, 'batch-'))
    await connection.run('BEGIN')
    try {
      const loaded = await load(connection, { table, properties, scratch }, batch)
      if (loaded.length === 0) return void (await connection.run('ROLLBACK'))
      const rows = loaded.map(({ message: { file, key }, load, rows, quarantined, warnings }) =>
        this.written(load, key, rows, quarantined.length, warningsOf(file, quarantined, warnings)),
      )
      await connection.run(`INSERT INTO typed."#files" VALUES ${rows.join(', ')}`)
      for (const { message, quarantined } of loaded)
        await writeQuarantine(options.quarantineFolder, message.file, quarantined)
      await connection.run('COMMIT')
      const seconds = (performance.now() - started) / 1000
      const detail = `${input.port}: ${loaded.length} files`
      options.onProgress?.({ step: 'typed', detail, rows: loaded.reduce((sum, each) => sum + each.rows, 0), seconds })
    } catch (error) {
      await connection.run('ROLLBACK')
      if (isOurs(error)) throw error
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }

  /** A row of what is remembered of a load. */
  private written(load: number, key: string, rows: number, quarantined: number, warnings: Problem[]): string {
    const { port } = this.input
    const texts = [port, this.fingerprint, key].map(literal).join(', ')
    return `(${load}, ${texts}, ${rows}, ${quarantined}, ${literal(JSON.stringify(warnings))})`
  }

  /** Writes the load down and answers its rows that fit. The others stay out of sight: deleting them doubles the commit. */
  private async finish(load: Load, key: string, quarantined: BadRow[], warnings: Problem[]): Promise<number> {
    const { connection, table } = { connection: this.connection, table: this.table }
    const [counted] = await all<{ rows: number }>(
      connection,
      `SELECT count(*)::INTEGER AS rows FROM ${table} WHERE ${FILE} = ${load.number} AND ${FAULT} = 0`,
    )
    const said = warningsOf(load.file, quarantined, warnings)
    const row = this.written(load.number, key, counted!.rows, quarantined.length, said)
    await connection.run(`INSERT INTO typed."#files" VALUES ${row}`)
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
      `CREATE OR REPLACE VIEW input.${quoted(input.port)} AS SELECT ${this.columns.map(quoted).join(', ')} FROM ${this.table}
       WHERE ${FAULT} = 0`,
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

function warningsOf(file: LandedFile, quarantined: BadRow[], warnings: Problem[]): Problem[] {
  if (quarantined.length === 0) return warnings
  const counts = new Map<string, number>()
  for (const { property = 'the row as a whole' } of quarantined) counts.set(property, (counts.get(property) ?? 0) + 1)
  const [property] = [...counts].reduce((most, each) => (each[1] > most[1] ? each : most))
  const details = { rows: quarantined.length, file: file.name, port: file.port, property }
  return [...warnings, problem('INPUT_QUARANTINED', details, { file: file.name })]
}
