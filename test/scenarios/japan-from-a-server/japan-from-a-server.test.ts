import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { openDataProduct } from '@terrane/runtime'
import { loadOrCreateKeys } from '@terrane/schema'
import { type DemoSources, generateSources } from '@terrane/scripts'
import Sqlite from 'better-sqlite3'
import { MYSQL_SERVER } from '../../mysql.js'
import { mysqlDatabase, postgresqlDatabase, SECRET, type TestDatabase } from '../../ports/input-connector/databases.js'
import { describeWith, POSTGRESQL_SERVER } from '../../servers.js'

/** Japan's contract as it stands in subgraphs/, with the shops' journal on a server instead of in a file. */

const FOLDER = path.resolve(__dirname, '../../../subgraphs/japan-sales')
let base: string
let sources: DemoSources
let fromFile: unknown[]

beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'terrane-japan-'))
  sources = await generateSources(base, { today: new Date('2026-03-10'), orders: 6000 })
  const published = await publish('file', {})
  expect([published.state, published.quarantined]).toEqual(['PUBLISHED', sources.japan.broken])
  fromFile = published.rows
  expect(fromFile).toHaveLength(6000)
})
afterAll(() => rm(base, { recursive: true, force: true }))

async function open(home: string, env: Record<string, string>) {
  const { product, problems } = await openDataProduct({
    folder: FOLDER,
    home: path.join(base, home),
    trust: (await loadOrCreateKeys(path.join(base, home))).jwks,
    env: { TERRANE_SOURCES: sources.folder, ...env },
  })
  expect(problems).toEqual([])
  return product!
}

async function publish(home: string, env: Record<string, string>) {
  const product = await open(home, env)
  try {
    const { state, problems, publication, result } = await product.run('test')
    const quarantined = result?.inputs.reduce((sum, input) => sum + input.quarantined, 0)
    return { state, problems, quarantined, rows: publication === undefined ? [] : await rowsOf(home, publication) }
  } finally {
    await product.close()
  }
}

async function rowsOf(home: string, publication: number): Promise<unknown[]> {
  const file = path.join(base, home, 'japan-sales/publications', String(publication), 'columns.duckdb')
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  const rows = (await connection.runAndReadAll('SELECT * FROM orders ORDER BY order_id')).getRowsJson()
  connection.closeSync()
  instance.closeSync()
  return rows
}

const COLUMNS = 'order_no ordered_at customer email country department quantity amount_yen cost_yen changed_at'.split(
  ' ',
)

/** A server is stricter than SQLite: the quantity that a clerk wrote in words takes a text column. */
async function fill(database: TestDatabase): Promise<void> {
  await database.execute(`CREATE TABLE order_journal (entry INT PRIMARY KEY, order_no VARCHAR(20), ordered_at VARCHAR(19),
    customer VARCHAR(80), email VARCHAR(80), country VARCHAR(8), department VARCHAR(20), quantity VARCHAR(8),
    amount_yen BIGINT, cost_yen BIGINT, changed_at VARCHAR(19))`)
  const shop = new Sqlite(sources.japan.files[0]!, { readonly: true })
  const rows = shop
    .prepare(`SELECT entry, ${COLUMNS.join(', ')} FROM order_journal`)
    .raw()
    .all() as unknown[][]
  shop.close()
  const literal = (value: unknown) => (value === null ? 'NULL' : `'${String(value).replaceAll("'", "''")}'`)
  for (let at = 0; at < rows.length; at += 1000) {
    const values = rows.slice(at, at + 1000).map(row => `(${row.map(literal).join(', ')})`)
    await database.execute(`INSERT INTO order_journal VALUES ${values.join(', ')}`)
  }
}

describe.each([
  ['mysql', MYSQL_SERVER, () => mysqlDatabase(MYSQL_SERVER!)],
  ['postgresql', POSTGRESQL_SERVER, () => postgresqlDatabase(POSTGRESQL_SERVER!)],
])('%s', (connector, server, make) => {
  describeWith(server)('instead of the file', () => {
    let database: TestDatabase
    const env = () => ({
      JAPAN_SALES_CONNECTOR: connector,
      JAPAN_SALES_HOST: String(database.settings.host),
      JAPAN_SALES_PORT: String(database.settings.port),
      JAPAN_SALES_DATABASE: String(database.settings.database),
      JAPAN_SALES_USER: String(database.settings['terrane.user']),
      JAPAN_SALES_PASSWORD: SECRET,
    })
    beforeAll(async () => {
      database = await make()
      await fill(database)
    })
    afterAll(() => database.drop())

    test('publishes the same rows, and nothing again where nothing has changed', async () => {
      const published = await publish(connector, env())
      expect([published.state, published.quarantined]).toEqual(['PUBLISHED', sources.japan.broken])
      expect(published.rows).toEqual(fromFile)
      expect((await publish(connector, env())).state).toBe('UNCHANGED')
    })

    test('a server that is away costs a run, not the publication', async () => {
      const product = await open(connector, { ...env(), JAPAN_SALES_PORT: '1' })
      try {
        const { state, problems } = await product.run('test')
        expect([state, problems.map(({ code }) => code)]).toEqual(['FAILED', ['SOURCE_UNREACHABLE']])
        expect(JSON.stringify([problems, await product.describe()])).not.toContain(SECRET)
        expect((await product.describe()).publications.find(({ current }) => current)?.rowCount).toBe(6000)
      } finally {
        await product.close()
      }
    })
  })
})
