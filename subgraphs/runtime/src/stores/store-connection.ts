import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { databaseParts, ensureDatabase, inTurnAtServer, LockHeld } from '@terrane/schema/mysql'
import { DataSource, type DataSourceOptions, type EntityManager } from 'typeorm'
import { patiently, StoreUnavailable } from '../store-unavailable.js'
import { WriteQueue } from './write-queue.js'

export interface StoreDescription {
  /** `metadata`: the file's name, the migrations table's prefix and what problems call it. */
  name: string
  entities: (abstract new () => object)[]
  migrations: (new () => object)[]
}

/** SQLite's own wait blocks the event loop, so it is short and the rest of the patience is slept. */
const BUSY_MILLISECONDS = 50

/**
 * One store: a data source that only the write queue uses, and on SQLite a second, read-only one, because a read on the
 * writer's connection would see what a transaction has not committed and may roll back.
 */
export class StoreConnection {
  private writer?: DataSource
  private reader?: DataSource
  private inode?: number
  private opening?: Promise<void>
  private closed = false
  private readonly queue = new WriteQueue()

  constructor(
    private readonly description: StoreDescription,
    private readonly place: { file: string } | { url: string },
  ) {}

  /** Committed state only. */
  async read<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    return patiently(this.description.name, async () => {
      await this.open()
      return work((this.reader ?? this.writer)!.manager)
    })
  }

  /** One transaction, alone. `work` may be run again after a lost lock or connection, so it does nothing but write. */
  async write<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    return this.queue.run(() =>
      patiently(this.description.name, async () => {
        await this.open()
        return this.writer!.transaction(work)
      }),
    )
  }

  /** Opens, and migrates to the newest structure. Opens again where the file was replaced by another. */
  async open(): Promise<void> {
    if (this.closed) throw new TypeError(`the store ${this.description.name} was used after it was closed`)
    if (this.writer && 'file' in this.place) {
      const inode = statSync(this.place.file, { throwIfNoEntry: false })?.ino
      if (inode === undefined) throw new StoreUnavailable(this.description.name, `its file ${this.place.file} is gone`)
      if (inode !== this.inode) await this.disconnect()
    }
    if (this.writer) return
    this.opening ??= this.connect().finally(() => {
      this.opening = undefined
    })
    await this.opening
  }

  async close(): Promise<void> {
    await this.queue.idle()
    this.closed = true
    await this.disconnect()
  }

  private async connect(): Promise<void> {
    const { name, entities, migrations } = this.description
    const shared = { entities, migrations, migrationsTableName: `${name}_migrations`, logging: false as const }
    if ('url' in this.place) {
      const { url } = this.place
      await ensureDatabase(url)
      const open = () => opened({ ...mysqlOptions(url), ...shared })
      this.writer = await inTurnAtServer(url, name, open).catch(error => {
        throw error instanceof LockHeld ? new StoreUnavailable(name, error.message, { cause: error }) : error
      })
      return
    }
    const { file } = this.place
    mkdirSync(dirname(file), { recursive: true })
    const sqlite = { type: 'better-sqlite3' as const, database: file, timeout: BUSY_MILLISECONDS, ...shared }
    let database: unknown
    const prepareDatabase = (given: Parameters<typeof durable>[0]) => {
      database = given
      durable(given)
    }
    const writer = await opened({ ...sqlite, enableWAL: true, prepareDatabase })
    // Only now: where TypeORM rebuilds a table it takes a column for NOT NULL unless SQLite says a plain 0.
    exact(database)
    this.reader = await opened({ ...sqlite, migrations: [], readonly: true, prepareDatabase: exact })
    this.inode = statSync(file).ino
    this.writer = writer
  }

  private async disconnect(): Promise<void> {
    const open = [this.reader, this.writer]
    this.reader = this.writer = undefined
    for (const source of open) await source?.destroy().catch(() => undefined)
  }
}

/** Every commit survives a power cut, as a pointer must. */
function durable(database: { pragma(text: string): unknown }): void {
  database.pragma('synchronous = FULL')
}

/** Integers beyond 2^53 arrive as BigInt instead of being rounded without a word; entities narrow them (see `wholeNumber`). */
function exact(database: unknown): void {
  ;(database as { defaultSafeIntegers(on: boolean): unknown }).defaultSafeIntegers(true)
}

export function mysqlOptions(url: string): DataSourceOptions & { type: 'mysql' } {
  const { user, ...parts } = databaseParts(url)
  return {
    type: 'mysql',
    ...parts,
    username: user,
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: true,
    // Without these TypeORM and mysql2 round 9007199254740993 without a word.
    supportBigNumbers: true,
    bigNumberStrings: true,
    connectTimeout: 5_000,
    poolSize: 4,
  }
}

async function opened(options: DataSourceOptions): Promise<DataSource> {
  const source = new DataSource(options)
  await source.initialize()
  try {
    await source.runMigrations({ transaction: 'each' })
    return source
  } catch (error) {
    await source.destroy().catch(() => undefined)
    throw error
  }
}
