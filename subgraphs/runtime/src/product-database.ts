import { createHash } from 'node:crypto'
import { StoreUnavailable } from './store-unavailable.js'

/**
 * Where a product's tables live on an existing engine: a database of its own, `<database>_<product>`, so that tables of
 * several products never clash and one product can be dumped, moved or granted as a whole. Slugs keep their hyphens
 * (two that differ only there stay two); names past MySQL's 64 characters end in a hash instead.
 */
export function productDatabaseUrl(databaseUrl: string, product: string): string {
  const url = new URL(databaseUrl)
  const name = `${decodeURIComponent(url.pathname.slice(1)) || 'terrane'}_${product}`
  url.pathname = `/${encodeURIComponent(shortened(name, 64))}`
  return url.href
}

/** The name itself where it fits; else its start and a hash of the whole. */
export function shortened(name: string, length: number): string {
  if (name.length <= length) return name
  return `${name.slice(0, length - 9)}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
}

/** Credentials and name in a database URL, as mysql2 and TypeORM want them. */
export function databaseParts(url: string): {
  host: string
  port: number
  user: string
  password: string
  database: string
} {
  const parsed = new URL(url)
  return {
    host: parsed.hostname,
    port: Number(parsed.port || 3306),
    user: decodeURIComponent(parsed.username || 'root'),
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.slice(1)),
  }
}

/** Creates the database where it is missing. The account needs CREATE only then. */
export async function ensureDatabase(url: string): Promise<void> {
  const { database, ...server } = databaseParts(url)
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection({ ...server, connectTimeout: 5_000 })
  try {
    const [found] = await connection.query('SELECT 1 FROM information_schema.schemata WHERE schema_name = ?', [
      database,
    ])
    if ((found as unknown[]).length === 0)
      await connection.query('CREATE DATABASE IF NOT EXISTS ?? CHARACTER SET utf8mb4', [database])
  } finally {
    await connection.end()
  }
}

/** Longest that processes which start together wait for one another. */
const PATIENCE_SECONDS = 60

/** Does it alone of all processes: those that start together would each create the tables that they all miss. */
export async function inTurnAtServer<Result>(url: string, what: string, work: () => Promise<Result>): Promise<Result> {
  const { database, ...server } = databaseParts(url)
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection({ ...server, connectTimeout: 5_000 })
  try {
    // Ends with the connection, and that with the process.
    const [rows] = await connection.query('SELECT GET_LOCK(?, ?) AS got', [lockName(database, what), PATIENCE_SECONDS])
    if (Number((rows as { got: unknown }[])[0]?.got) !== 1)
      throw new StoreUnavailable(what, 'another process holds its lock')
    return await work()
  } finally {
    await connection.end()
  }
}

/** Names of locks are of the whole server and have at most 64 characters. */
export function lockName(database: string, what: string): string {
  return `terrane-${createHash('sha256').update(`${database} ${what}`).digest('hex').slice(0, 40)}`
}
