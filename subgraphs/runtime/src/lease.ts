import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { createConnection } from 'mysql2/promise'
import { databaseParts, lockName, productDatabaseUrl } from './product-database.js'
import { StoreUnavailable, unavailability } from './store-unavailable.js'

/**
 * The right to run one product, of which there is one among all the processes that serve it. Whoever holds it pulls,
 * publishes and tidies up; all others go on reading. It ends with the process that holds it, however that ends.
 */
export interface Lease {
  /** Waits for it. Rejects with the signal's reason once nobody needs it any more. */
  take(signal?: AbortSignal): Promise<Held>
  /** Undefined where another process holds it now. */
  tryTake(): Promise<Held | undefined>
}

export interface Held {
  /** A lock on a server goes with its connection: what was done under it counts only while this is true. */
  stands(): Promise<boolean>
  release(): Promise<void>
}

export function openLease(options: { folder: string; product: string; databaseUrl?: string }): Lease {
  const { folder, product, databaseUrl } = options
  const tryTake = databaseUrl
    ? () => onServer(productDatabaseUrl(databaseUrl, product))
    : () => onFile(join(folder, 'lease.sqlite'))
  return {
    tryTake,
    async take(signal) {
      for (let pause = 50; ; pause = Math.min(pause * 2, 1000)) {
        signal?.throwIfAborted()
        const held = await tryTake()
        if (held) return held
        await sleep(pause, undefined, signal ? { signal } : {})
      }
    },
  }
}

/** The operating system frees a file's lock when its process ends, killed or not. */
async function onFile(file: string): Promise<Held | undefined> {
  const database = new Database(file, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (/^SQLITE_BUSY/.test((error as { code?: string }).code ?? '')) return undefined
    throw error
  }
  return { stands: async () => database.open, release: async () => void database.close() }
}

/** MySQL frees a named lock when its session ends. */
async function onServer(url: string): Promise<Held | undefined> {
  const { database, ...server } = databaseParts(url)
  const name = lockName(database, 'lease')
  const connection = await createConnection({ ...server, connectTimeout: 5000, enableKeepAlive: true }).catch(told)
  // A session that breaks tells so by its next query; without a listener it would end the process.
  connection.on('error', () => {})
  const ask = async (sql: string): Promise<boolean> => {
    const [rows] = await connection.query(sql, [name])
    return Number(Object.values((rows as object[])[0] ?? {})[0]) === 1
  }
  const end = () => connection.end().catch(() => connection.destroy())
  try {
    if (!(await ask('SELECT GET_LOCK(?, 0)'))) {
      await end()
      return undefined
    }
  } catch (error) {
    connection.destroy()
    return told(error)
  }
  return {
    stands: () => ask('SELECT IS_USED_LOCK(?) = CONNECTION_ID()').catch(() => false),
    async release() {
      await ask('SELECT RELEASE_LOCK(?)').catch(() => false)
      await end()
    },
  }
}

function told(error: unknown): never {
  const reason = unavailability(error)
  throw reason ? new StoreUnavailable('lease', reason, { cause: error }) : error
}
