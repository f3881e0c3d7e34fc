import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { databaseParts, ensureDatabase } from '@terrane/schema/mysql'
import { DataSource } from 'typeorm'
import { productDatabaseUrl, shortened } from '../product-database.js'
import { bytesCollation } from './mysql-collation.js'
import { mysqlDialect } from './row-dialect-mysql.js'
import { sqliteDialect } from './row-dialect-sqlite.js'
import { TypeOrmRowStore } from './row-store.js'
import type { Manifest, RowStore } from './store.js'

/** Where the rows of publications are: one implementation per engine, chosen once, when the product opens. */
export interface RowBackend {
  /** Names for a new publication's tables by dataset; none where rows are a file in its folder. */
  tables(number: number, datasets: string[]): Record<string, string>
  open(folder: string, manifest: Manifest): Promise<RowStore>
  /** Publications that have tables here, those of a crash included. */
  numbers(): Promise<number[]>
  remove(number: number): Promise<void>
  close(): Promise<void>
}

export async function openRowBackend(options: {
  product: { name: string }
  databaseUrl?: string
}): Promise<RowBackend> {
  if (!options.databaseUrl) return sqliteBackend
  return openMysqlBackend(productDatabaseUrl(options.databaseUrl, options.product.name))
}

/** `rows.sqlite` in the publication's folder, which comes and goes with it. */
const sqliteBackend: RowBackend = {
  tables: () => ({}),
  async open(folder) {
    const source = new DataSource({
      type: 'better-sqlite3',
      database: join(folder, 'rows.sqlite'),
      readonly: true,
      fileMustExist: true,
      prepareDatabase: prepared,
    })
    await source.initialize()
    return new TypeOrmRowStore(
      source,
      sqliteDialect,
      dataset => dataset,
      () => source.destroy(),
    )
  },
  numbers: async () => [],
  remove: async () => undefined,
  close: async () => undefined,
}

function prepared(database: {
  function(name: string, options: { deterministic: boolean }, call: (text: unknown) => string | null): void
  pragma(text: string): void
}): void {
  database.function('sha256', { deterministic: true }, text =>
    typeof text === 'string' ? createHash('sha256').update(text).digest('hex') : null,
  )
  database.pragma('mmap_size = 268435456')
}

/** Tables of their own in the product's database, read through one pool by all publications. */
async function openMysqlBackend(url: string): Promise<RowBackend> {
  await ensureDatabase(url)
  const { user, ...parts } = databaseParts(url)
  const source = new DataSource({
    type: 'mysql',
    ...parts,
    username: user,
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: true,
    // Without these TypeORM and mysql2 round 9007199254740993 without a word.
    supportBigNumbers: true,
    bigNumberStrings: true,
    poolSize: 8,
  })
  await source.initialize()
  const dialect = mysqlDialect(await bytesCollation(sql => source.query(sql)))

  /** Tables by publication, from their names. */
  async function tablesOf(): Promise<{ table: string; number: number }[]> {
    const found: { name: string }[] = await source.query(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?',
      [parts.database],
    )
    return found.flatMap(({ name }) => {
      const number = /__p(\d+)$/.exec(name)?.[1]
      return number ? [{ table: name, number: Number(number) }] : []
    })
  }

  return {
    tables: (number, datasets) =>
      Object.fromEntries(datasets.map(dataset => [dataset, `${parts.database}.${shortened(dataset, 50)}__p${number}`])),
    async open(_folder, { rows }) {
      const tables = rows.kind === 'mysql' ? rows.tables : {}
      return new TypeOrmRowStore(source, dialect, dataset => {
        if (!Object.hasOwn(tables, dataset)) throw new TypeError(`The publication has no table for ${dataset}.`)
        return tables[dataset]!
      })
    },
    numbers: async () => (await tablesOf()).map(({ number }) => number),
    async remove(number) {
      for (const each of await tablesOf()) {
        if (each.number === number) await source.query(`DROP TABLE IF EXISTS ${dialect.name(each.table)}`)
      }
    },
    close: () => source.destroy(),
  }
}
