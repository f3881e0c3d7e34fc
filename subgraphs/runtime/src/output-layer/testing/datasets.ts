import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Contract, Dataset, DatasetDecision, Property, PropertyDecision, ValueType } from '@terrane/schema'
import { databaseParts } from '@terrane/schema/mysql'
import { createConnection } from 'mysql2/promise'
import { productDatabaseUrl } from '../../product-database.js'
import { duckType } from '../column-dialect.js'

const place = { file: 'test.odcs.yaml', line: 1, column: 1 }
const contract = { id: 'test', version: '1.0.0', major: 1, file: place.file } as Contract

export function dataset(name: string, types: Record<string, ValueType>, primaryKey: string[]): Dataset {
  const properties = Object.entries(types).map(
    ([property, type]): Property => ({
      name: property,
      type,
      required: primaryKey.includes(property),
      unique: false,
      discover: 'visible',
      quality: [],
      options: {},
      physicalName: property,
      place,
    }),
  )
  return { name, properties, primaryKey, quality: [], visibility: 'internal', discover: 'visible', contract, place }
}

/** All may be read plainly, except what is said here. */
export function decided(
  { properties }: Dataset,
  except: Record<string, PropertyDecision['read']> = {},
  rows?: DatasetDecision['rows'],
): DatasetDecision {
  return {
    discover: true,
    read: true,
    ...(rows ? { rows } : {}),
    properties: Object.fromEntries(
      properties.map(({ name }) => [name, { discover: true, read: except[name] ?? true }]),
    ),
  }
}

/** As a run's child leaves it. `values` are rows of SQL literals. */
export async function writeColumns(file: string, tables: { dataset: Dataset; values: string }[]): Promise<void> {
  const instance = await DuckDBInstance.create(file, { threads: '1' })
  const connection = await instance.connect()
  for (const { dataset: of, values } of tables) {
    const columns = of.properties.map(({ name, type }) => `"${name}" ${duckType(type)}`)
    await connection.run(`CREATE TABLE "${of.name}" (${columns.join(', ')})`)
    await connection.run(`INSERT INTO "${of.name}" ${values}`)
  }
  await connection.run('CHECKPOINT')
  connection.closeSync()
  instance.closeSync()
}

export async function temporaryFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'terrane-output-'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** A database of its own on the server that the tests found; undefined where there is none. */
export function reachableDatabase(): string | undefined {
  const server = process.env.TERRANE_TEST_DATABASE_URL
  return server && `${server}/terrane_test_${randomBytes(4).toString('hex')}`
}

export async function dropDatabase(databaseUrl: string, product: string): Promise<void> {
  const { database, ...server } = databaseParts(productDatabaseUrl(databaseUrl, product))
  const connection = await createConnection(server)
  await connection.query('DROP DATABASE IF EXISTS ??', [database])
  await connection.end()
}
