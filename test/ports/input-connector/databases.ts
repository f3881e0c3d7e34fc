import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import type { Contract, InputPort, Property, Server, ValueType } from '@terrane/schema'
import Sqlite from 'better-sqlite3'
import { createConnection } from 'mysql2/promise'
import { Client } from 'pg'
import { PLACE } from './input-connector-suite.js'

/** A database of its own on a real server, and the settings with which a contract would name it. */
export interface TestDatabase {
  settings: Record<string, unknown>
  execute(...statements: string[]): Promise<void>
  drop(): Promise<void>
}

export async function sqliteDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'terrane-sqlite-'))
  const database = new Sqlite(path.join(folder, 'shop.sqlite'))
  database.pragma('journal_mode = WAL')
  return {
    settings: { path: path.join(folder, 'shop.sqlite') },
    async execute(...statements) {
      for (const statement of statements) database.exec(statement)
    },
    async drop() {
      database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** With a user that may read and nothing else, and a password that no problem may tell. */
export const SECRET = `s3cret-${randomUUID()}`
const unique = () => `terrane_input_${randomUUID().replaceAll('-', '').slice(0, 12)}`

export async function mysqlDatabase(url: string): Promise<TestDatabase> {
  const name = unique()
  const { hostname, port } = new URL(url)
  const root = await createConnection({ uri: url, multipleStatements: true })
  await root.query(`CREATE DATABASE ${name}; USE ${name};
    CREATE USER '${name}'@'%' IDENTIFIED BY '${SECRET}'; GRANT SELECT ON ${name}.* TO '${name}'@'%'`)
  return {
    settings: {
      host: hostname,
      port: Number(port || 3306),
      database: name,
      'terrane.user': name,
      'terrane.password': SECRET,
    },
    async execute(...statements) {
      for (const statement of statements) await root.query(statement)
    },
    async drop() {
      await root.query(`DROP DATABASE ${name}; DROP USER '${name}'@'%'`)
      await root.end()
    },
  }
}

export async function postgresqlDatabase(url: string): Promise<TestDatabase> {
  const name = unique()
  const { hostname, port } = new URL(url)
  const server = new Client({ connectionString: url })
  await server.connect()
  await server.query(`CREATE DATABASE ${name}`)
  await server.query(`CREATE USER ${name} PASSWORD '${SECRET}' IN ROLE pg_read_all_data`)
  const own = new Client({ connectionString: `${url.replace(/\/$/, '')}/${name}` })
  await own.connect()
  return {
    settings: {
      host: hostname,
      port: Number(port || 5432),
      database: name,
      schema: 'public',
      'terrane.user': name,
      'terrane.password': SECRET,
    },
    async execute(...statements) {
      for (const statement of statements) await own.query(statement)
    },
    async drop() {
      await own.end()
      await server.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await server.query(`DROP USER ${name}`)
      await server.end()
    },
  }
}

export function portOf(connector: string, settings: Record<string, unknown>, properties: Property[]): InputPort {
  const server: Server = { server: 'shop', connector, settings, shown: settings }
  const contract = { id: 'in', datasets: [{ name: 'orders', properties }] } as unknown as Contract
  return {
    name: 'orders',
    version: '1',
    contractId: 'in',
    source: { kind: 'contract', contract, server },
    place: PLACE,
  }
}

export function property(name: string, type: ValueType = { kind: 'string' }, required = false): Property {
  return {
    ...{ name, type, required, unique: false, discover: 'visible', quality: [], options: {} },
    ...{ physicalName: name, place: PLACE },
  }
}

/** Stands before a server and goes away after so many bytes of answers, as a cable does. */
export async function cableTo(settings: Record<string, unknown>) {
  let left = Number.POSITIVE_INFINITY
  const sockets = new Set<Socket>()
  const server = createServer(client => {
    const behind = connect(Number(settings.port), String(settings.host))
    for (const socket of [client, behind]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        client.destroy()
        behind.destroy()
      })
    }
    client.pipe(behind)
    behind.on('data', bytes => {
      left -= bytes.length
      if (left > 0) client.write(bytes)
      else client.destroy()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    settings: { ...settings, host: '127.0.0.1', port: (server.address() as { port: number }).port },
    cutAfter(bytes: number) {
      left = bytes
    },
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
