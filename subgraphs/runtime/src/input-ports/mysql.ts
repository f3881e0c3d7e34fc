import { setTimeout } from 'node:timers/promises'
import type { Server } from '@terrane/schema'
import type { Connection, ConnectionOptions } from 'mysql2'
import { DatabaseConnector, type DatabaseDriver } from './database.js'
import type { ConnectorFactory } from './port.js'

/** MySQL, MariaDB and what speaks their protocol, over one read-only transaction. */
export const mysql: ConnectorFactory = (port, reach) => new DatabaseConnector(DRIVER, port, reach.folder)

const CONNECT_MILLISECONDS = 10_000
const END_MILLISECONDS = 1000
const ROWS_AHEAD = 500

const SNAPSHOT = [
  "SET time_zone = '+00:00'",
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
  'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY',
]

const DRIVER: DatabaseDriver = {
  kind: 'MySQL',
  needs: ['host', 'database'],
  async open(server) {
    const { createConnection } = await import('mysql2')
    const connection = createConnection(optionsOf(server))
    // Without a listener an idle connection that is lost would end the process; the next query fails all the same.
    connection.on('error', () => undefined)
    try {
      for (const statement of SNAPSHOT) await connection.promise().query(statement)
    } catch (error) {
      connection.destroy()
      throw error
    }
    return sessionOf(connection)
  },
}

function optionsOf({ settings }: Server): ConnectionOptions {
  const text = (name: string) => (settings[name] === undefined ? undefined : String(settings[name]))
  const [user, password] = [text('terrane.user'), text('terrane.password')]
  return {
    host: text('host')!,
    port: Number(settings.port ?? 3306),
    database: text('database')!,
    connectTimeout: CONNECT_MILLISECONDS,
    charset: 'utf8mb4',
    // Exactly as the server writes them: a number would be rounded, a time read in our zone.
    typeCast: field => field.string(),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(settings['terrane.tls'] === true ? { ssl: {} } : {}),
  }
}

type Text = string | null

function sessionOf(connection: Connection) {
  const all = async (sql: string, values: unknown[] = []): Promise<Text[][]> => {
    const [rows] = await connection.promise().query({ sql, values, rowsAsArray: true })
    return rows as unknown as Text[][]
  }
  const columnsOf = async (table: string) => {
    const found = await all(
      `SELECT column_name, data_type FROM information_schema.columns
       WHERE table_schema = database() AND table_name = ? ORDER BY ordinal_position`,
      [table],
    )
    return found.map(([name, type]) => ({ name: name!, type: type!.toLowerCase() }))
  }
  return {
    async tables() {
      const found = await all('SELECT table_name FROM information_schema.tables WHERE table_schema = database()')
      return found.map(([name]) => name!)
    },
    async columns(table: string) {
      return (await columnsOf(table)).map(({ name }) => name)
    },
    async *rows(table: string, columns: string[]) {
      const types = new Map((await columnsOf(table)).map(({ name, type }) => [name, type]))
      const key = await all(
        `SELECT column_name FROM information_schema.statistics
         WHERE table_schema = database() AND table_name = ? AND index_name = 'PRIMARY' ORDER BY seq_in_index`,
        [table],
      )
      const order = key.length > 0 ? ` ORDER BY ${key.map(([name]) => quoted(name!)).join(', ')}` : ''
      const list = columns.map(name => selected(quoted(name), types.get(name)!)).join(', ') || '1'
      const sql = `SELECT ${list} FROM ${quoted(table)}${order}`
      const query = connection.query({ sql, rowsAsArray: true })
      const stream = query.stream({ highWaterMark: ROWS_AHEAD })
      // The driver tells the connection that it is lost, and lets the stream wait for ever.
      const lost = () => void stream.destroy(new Error('connection closed'))
      connection.once('error', lost)
      connection.once('end', lost)
      try {
        for await (const row of stream) yield row as Text[]
      } finally {
        connection.off('error', lost)
        connection.off('end', lost)
      }
    },
    async close() {
      // In the middle of a stream the server would send the rest first.
      await Promise.race([connection.promise().end(), setTimeout(END_MILLISECONDS)]).catch(() => undefined)
      connection.destroy()
    },
  }
}

/** What the text protocol would cut (FLOAT shows six digits) or send as bytes becomes text that is whole. */
function selected(column: string, type: string): string {
  if (/binary|blob/.test(type)) return `REPLACE(TO_BASE64(${column}), '\\n', '')`
  if (type === 'float') return `${column} + 0e0`
  if (type === 'bit') return `CAST(${column} AS UNSIGNED)`
  if (/geometry|point|line|polygon/.test(type)) return `ST_AsText(${column})`
  return PLAIN.test(type) ? column : `CAST(${column} AS CHAR)`
}

const PLAIN =
  /^((tiny|small|medium|big)?int|decimal|double|date|time|datetime|timestamp|year|char|varchar|(tiny|medium|long)?text|enum|set|json)$/

const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``
