import { setTimeout } from 'node:timers/promises'
import type { Server } from '@terrane/schema'
import type { Client, ClientConfig } from 'pg'
import { DatabaseConnector, type DatabaseDriver, type DatabaseSession } from './database.js'
import type { ConnectorFactory } from './port.js'

/** PostgreSQL and what speaks its protocol, through a cursor of one read-only transaction. */
export const postgresql: ConnectorFactory = (port, reach) => new DatabaseConnector(DRIVER, port, reach.folder)

const CONNECT_MILLISECONDS = 10_000
const END_MILLISECONDS = 1000
const ROWS_AHEAD = 500

/** How values are written; and a large table is read from its beginning, not from where somebody else is. */
const SESSION = [
  "SET TIME ZONE 'UTC'",
  "SET datestyle = 'ISO, YMD'",
  "SET intervalstyle = 'iso_8601'",
  'SET extra_float_digits = 1',
  'SET synchronize_seqscans = off',
  'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY',
].join('; ')

const DRIVER: DatabaseDriver = {
  kind: 'PostgreSQL',
  needs: ['host', 'database'],
  async open(server) {
    const { Client } = await import('pg')
    const client = new Client(optionsOf(server))
    // Without a listener an idle connection that is lost would end the process; the next query fails all the same.
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.query(SESSION)
    } catch (error) {
      await client.end().catch(() => undefined)
      throw error
    }
    return sessionOf(client, lostOf(client), String(server.settings.schema ?? 'public'))
  },
}

function optionsOf({ settings }: Server): ClientConfig {
  const text = (name: string) => (settings[name] === undefined ? undefined : String(settings[name]))
  const [user, password] = [text('terrane.user'), text('terrane.password')]
  return {
    host: text('host')!,
    port: Number(settings.port ?? 5432),
    database: text('database')!,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    keepAlive: true,
    ...(user === undefined ? {} : { user }),
    // Said even where it is empty: the driver would look into the environment and ~/.pgpass otherwise.
    password: password ?? '',
    ...(settings['terrane.tls'] === true ? { ssl: true } : {}),
  }
}

/** Rejects when the connection ends. */
function lostOf(client: Client): Promise<never> {
  const lost = new Promise<never>((_, reject) => client.once('end', () => reject(new Error('connection terminated'))))
  lost.catch(() => undefined)
  return lost
}

function sessionOf(client: Client, lost: Promise<never>, schema: string): DatabaseSession {
  const all = async (text: string, values: unknown[]): Promise<string[][]> =>
    (await client.query({ text, values, rowMode: 'array' })).rows
  const columnsOf = (table: string) =>
    all(
      `SELECT attname, typname, typcategory, typtype FROM pg_attribute
         JOIN pg_class ON pg_class.oid = attrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
         JOIN pg_type ON pg_type.oid = atttypid
       WHERE nspname = $1 AND relname = $2 AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      [schema, table],
    )
  return {
    async tables() {
      const found = await all(
        `SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
         WHERE nspname = $1 AND relkind IN ('r', 'p', 'v', 'm', 'f')`,
        [schema],
      )
      return found.map(([name]) => name!)
    },
    async columns(table) {
      return (await columnsOf(table)).map(([name]) => name!)
    },
    async *rows(table, columns) {
      const { default: Cursor } = await import('pg-cursor')
      const types = new Map(
        (await columnsOf(table)).map(([name, ...type]) => [name!, type as [string, string, string]]),
      )
      const key = await all(
        `SELECT attname FROM pg_index
           JOIN pg_class ON pg_class.oid = indrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace,
           unnest(indkey) WITH ORDINALITY AS part(number, place)
           JOIN pg_attribute ON attnum = part.number
         WHERE indisprimary AND attrelid = indrelid AND nspname = $1 AND relname = $2 ORDER BY part.place`,
        [schema, table],
      )
      // Qualified: a column that is selected as text keeps its name, and would be sorted as text.
      const order = key.length > 0 ? ` ORDER BY ${key.map(([name]) => `source.${quoted(name!)}`).join(', ')}` : ''
      const list = columns.map(name => selected(quoted(name), types.get(name)!)).join(', ') || '1'
      const sql = `SELECT ${list} FROM ${quoted(schema)}.${quoted(table)} AS source${order}`
      const cursor = client.query(new Cursor<string[]>(sql, [], { rowMode: 'array' }))
      for (;;) {
        // A cursor between two reads does not hear that the connection is lost, and would wait for ever.
        const read = await Promise.race([cursor.read(ROWS_AHEAD), lost])
        if (read.length === 0) return
        yield* read
      }
    },
    async close() {
      await Promise.race([client.end(), setTimeout(END_MILLISECONDS)]).catch(() => undefined)
    },
  }
}

/** Text in the server's own exact form; bytes, lists and records in forms that other sources use too. */
function selected(column: string, [name, category, type]: [string, string, string]): string {
  if (name === 'bytea') return `replace(encode(${column}, 'base64'), E'\\n', '')`
  if (name === 'money') return `${column}::numeric::text`
  if (category === 'A') return `array_to_json(${column})::text`
  if (type === 'c') return `to_json(${column})::text`
  return `${column}::text`
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
