import { createHash } from 'node:crypto'

// What the stores of gateways and of products ask of a MySQL server. The driver is loaded where one is named.

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

/** Whoever has the turn has not ended it in time. */
export class LockHeld extends Error {}

/**
 * Does it alone of all processes: those that start together would each create the tables that they all miss.
 * @throws LockHeld
 */
export async function inTurnAtServer<Result>(url: string, what: string, work: () => Promise<Result>): Promise<Result> {
  const { database, ...server } = databaseParts(url)
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection({ ...server, connectTimeout: 5_000 })
  try {
    // Ends with the connection, and that with the process.
    const [rows] = await connection.query('SELECT GET_LOCK(?, ?) AS got', [lockName(database, what), PATIENCE_SECONDS])
    if (Number((rows as { got: unknown }[])[0]?.got) !== 1) throw new LockHeld('another process holds its lock')
    return await work()
  } finally {
    await connection.end()
  }
}

/** Names of locks are of the whole server and have at most 64 characters. */
export function lockName(database: string, what: string): string {
  return `terrane-${createHash('sha256').update(`${database} ${what}`).digest('hex').slice(0, 40)}`
}
