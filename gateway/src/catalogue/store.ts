import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { createConnection } from 'mysql2/promise'
import { DataSource } from 'typeorm'
import { RegisteredProducts1761955200000 } from './migrations/1-registered-products.js'
import { RegisteredProduct } from './registered-product.js'

/** The catalogue's own memory: `<home>/gateway/catalogue.sqlite`, or tables in the database given. */
export class CatalogueStore {
  /** SQLite has one connection: writes follow one another. */
  private writing: Promise<unknown> = Promise.resolve()

  private constructor(private readonly source: DataSource) {}

  static async open(home: string, databaseUrl?: string): Promise<CatalogueStore> {
    const shared = {
      entities: [RegisteredProduct],
      migrations: [RegisteredProducts1761955200000],
      migrationsTableName: 'catalogue_migrations',
      migrationsRun: true,
    }
    const folder = path.join(home, 'gateway')
    if (databaseUrl === undefined) await mkdir(folder, { recursive: true, mode: 0o700 })
    else await ensureDatabase(databaseUrl)
    const source = new DataSource(
      databaseUrl === undefined
        ? { ...shared, type: 'better-sqlite3', database: path.join(folder, 'catalogue.sqlite'), enableWAL: true }
        : { ...shared, type: 'mysql', url: databaseUrl },
    )
    await source.initialize()
    return new CatalogueStore(source)
  }

  async products(): Promise<RegisteredProduct[]> {
    return this.source.getRepository(RegisteredProduct).find({ order: { name: 'ASC' } })
  }

  async put(product: RegisteredProduct): Promise<void> {
    const write = this.writing.then(() => this.source.getRepository(RegisteredProduct).upsert(product, ['name']))
    this.writing = write.catch(() => undefined)
    await write
  }

  async close(): Promise<void> {
    await this.writing
    await this.source.destroy()
  }
}

/** Creates the database that the URL names where it is missing; the account needs CREATE only then. */
async function ensureDatabase(databaseUrl: string): Promise<void> {
  const url = new URL(databaseUrl)
  const database = decodeURIComponent(url.pathname.slice(1))
  url.pathname = '/'
  const connection = await createConnection({ uri: url.href, connectTimeout: 5000 })
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
