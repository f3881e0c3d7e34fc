import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { addressOf, type Problem, type Product, problem } from '@terrane/schema'
import { databaseParts, lockName } from '@terrane/schema/mysql'
import Database from 'better-sqlite3'
import { productDatabaseUrl } from './product-database.js'
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

/** Another process serves this product from the same home, and will as long as it lives. */
export class ProductInUse extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message)
    this.name = 'ProductInUse'
  }
}

export interface Held {
  /** A lock on a server goes with its connection: what was done under it counts only while this is true. */
  stands(): Promise<boolean>
  release(): Promise<void>
}

export interface OpenLeaseOptions {
  /** The product's own folder, `<home>/<product>`. */
  folder: string
  product: Pick<Product, 'name' | 'domain' | 'major'>
  databaseUrl?: string
}

/**
 * On a database server processes take turns, a run at a time. Files under one home are one process's: it keeps the lease
 * until it is closed, and nobody else opens the product meanwhile.
 * @throws ProductInUse
 */
export async function openLease(options: OpenLeaseOptions): Promise<Lease & { close(): Promise<void> }> {
  const { folder, product, databaseUrl } = options
  if (!databaseUrl) return leaseForLife(folder, product)
  const url = productDatabaseUrl(databaseUrl, product.name)
  const tryTake = () => onServer(url)
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
    close: async () => {},
  }
}

async function leaseForLife(folder: string, product: OpenLeaseOptions['product']) {
  const [file, holder] = [join(folder, 'lease.sqlite'), join(folder, 'lease.json')]
  const held = await onFile(file)
  if (!held) {
    // For people: what counts is the lock.
    const { pid } = (await readFile(holder, 'utf8').then(JSON.parse, () => ({}))) as { pid?: number }
    const [process, home] = [pid ?? 'unknown', dirname(folder)]
    throw new ProductInUse(
      problem('PRODUCT_IN_USE', { product: product.name, process, home, address: addressOf(product) }),
    )
  }
  await writeFile(holder, `${JSON.stringify({ pid: process.pid, since: new Date().toISOString() })}\n`)
  const lent: Held = { stands: held.stands, release: async () => {} }
  return { take: async () => lent, tryTake: async () => lent, close: held.release }
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
  const { createConnection } = await import('mysql2/promise')
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
