import { createHash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Database } from 'better-sqlite3'
import { DatabaseConnector, type DatabaseDriver, type DatabaseSession } from './database.js'
import type { ConnectorFactory } from './port.js'

/** A SQLite file, read only. Its `path` starts in the product's folder. */
export const sqlite: ConnectorFactory = (port, reach) => new DatabaseConnector(DRIVER, port, reach.folder)

/** Somebody else's write may hold the file for this long. */
const PATIENCE_MILLISECONDS = 10_000

const DRIVER: DatabaseDriver = {
  kind: 'SQLite',
  needs: ['path'],
  async open(server, folder) {
    const file = path.resolve(folder, String(server.settings.path))
    // Before the snapshot: what is written in between is then read twice rather than never.
    const revision = await revisionOf(file)
    if (!(await stat(file).catch(() => undefined))?.isFile())
      throw Object.assign(new Error(), { code: 'SQLITE_CANTOPEN' })
    const { default: Sqlite } = await import('better-sqlite3')
    const database = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: PATIENCE_MILLISECONDS })
    try {
      // Deferred: the first read takes the snapshot.
      database.exec('BEGIN')
      database.prepare('SELECT count(*) FROM sqlite_schema').get()
    } catch (error) {
      database.close()
      throw error
    }
    return sessionOf(database, revision)
  },
}

function sessionOf(database: Database, revision: string | undefined): DatabaseSession {
  const columnsOf = (table: string) =>
    database.prepare('SELECT name, pk FROM pragma_table_xinfo(?) ORDER BY cid').all(table) as {
      name: string
      pk: number
    }[]
  return {
    ...(revision === undefined ? {} : { revision }),
    async tables() {
      const found = database.prepare(
        `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
      )
      return (found.all() as { name: string }[]).map(({ name }) => name)
    },
    async columns(table) {
      return columnsOf(table).map(({ name }) => name)
    },
    *rows(table, columns) {
      const key = columnsOf(table).filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk) // biome-ignore format: one chain
      const order = key.length > 0 ? ` ORDER BY ${key.map(({ name }) => quoted(name)).join(', ')}` : ''
      const list = columns.map(quoted).join(', ') || '1'
      const select = database
        .prepare(`SELECT ${list} FROM ${quoted(table)}${order}`)
        .raw()
        .safeIntegers()
      for (const row of select.iterate() as Iterable<unknown[]>) yield row.map(textOf)
    },
    async close() {
      database.close()
    },
  }
}

/** A value has the type it was written with, whatever its column says. */
function textOf(value: unknown): string | null {
  if (value === null) return null
  return Buffer.isBuffer(value) ? value.toString('base64') : String(value)
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/**
 * Size, time and the counters in the headers of the file and its write-ahead log (SQLite, "Database File Format", 1.3.7
 * and 4.1): times alone are as coarse as the system's clock.
 */
async function revisionOf(file: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  for (const [place, headBytes] of [
    [file, 100],
    [`${file}-wal`, 32],
  ] as const) {
    // biome-ignore format: two files
    const found = await stat(place, { bigint: true }).catch(() => undefined)
    hash.update(`${found?.size} ${found?.mtimeNs} `)
    if (found) hash.update(await headOf(place, headBytes))
  }
  return hash.digest('hex').slice(0, 32)
}

async function headOf(file: string, bytes: number): Promise<Buffer> {
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
