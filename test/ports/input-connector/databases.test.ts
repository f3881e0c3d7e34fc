import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { Property } from '@terrane/schema'
import { type Landing, pull } from '../../../subgraphs/runtime/src/input-layer/index.js'
import { openConnector } from '../../../subgraphs/runtime/src/input-ports/index.js'
import { openStores } from '../../../subgraphs/runtime/src/stores/index.js'
import { MYSQL_SERVER } from '../../mysql.js'
import { describeWith, POSTGRESQL_SERVER } from '../../servers.js'
import {
  cableTo,
  mysqlDatabase,
  portOf,
  postgresqlDatabase,
  property,
  SECRET,
  sqliteDatabase,
  type TestDatabase,
} from './databases.js'
import { inputConnectorSuite } from './input-connector-suite.js'

/** What differs between the three is here; that they do the same is below. */
interface Engine {
  name: string
  connector: string
  server: string | undefined
  open(): Promise<TestDatabase>
  /** A table `exact` with one row of values that are easily spoilt, and of types that nobody expects. */
  exact: string[]
  /** And what must arrive, beside what is the same everywhere. */
  arrives: Record<string, string | null>
  /** A table `orders` of so many rows; the user's own session is to be found by. */
  fill(rows: number): string[]
}

const SAME = {
  id: '9007199254740993',
  amount: '12345678901234.5678',
  missing: null,
  empty: '',
  unicode: 'Zoë 🐟 "quoted"\n\\line',
}
const TEXT = `'Zoë 🐟 "quoted"\n`

const ENGINES: Engine[] = [
  {
    name: 'SQLite',
    connector: 'sqlite',
    server: 'a file',
    open: sqliteDatabase,
    exact: [
      'CREATE TABLE exact (id INTEGER PRIMARY KEY, amount TEXT, at TEXT, bytes BLOB, missing TEXT, empty TEXT, unicode TEXT, odd ANYTHING, small REAL)',
      `INSERT INTO exact VALUES (9007199254740993, '12345678901234.5678', '2026-01-31 09:30:00.123456', x'00ff10', NULL, '', ${TEXT}\\line', 7, 0.1)`,
    ],
    arrives: { at: '2026-01-31 09:30:00.123456', bytes: 'AP8Q', odd: '7', small: '0.1' },
    fill: rows => [
      'CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT)',
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) INSERT INTO orders SELECT i, 'order ' || i FROM n`,
    ],
  },
  {
    name: 'MySQL',
    connector: 'mysql',
    server: MYSQL_SERVER,
    open: () => mysqlDatabase(MYSQL_SERVER!),
    exact: [
      `CREATE TABLE exact (id BIGINT PRIMARY KEY, amount DECIMAL(20,4), at TIMESTAMP(6) NULL, bytes VARBINARY(8), missing TEXT,
        empty VARCHAR(9), unicode VARCHAR(60) CHARACTER SET utf8mb4, odd POINT, small FLOAT, flag BIT(1), kind ENUM('a','b'), doc JSON)`,
      "SET time_zone = '+02:00'",
      `INSERT INTO exact VALUES (9007199254740993, 12345678901234.5678, '2026-01-31 11:30:00.123456', x'00ff10', NULL, '', ${TEXT}\\\\line',
        ST_GeomFromText('POINT(1 2)'), 16777217.0/8, b'1', 'b', '{"a": [1]}')`,
    ],
    arrives: {
      at: '2026-01-31 09:30:00.123456',
      ...{ bytes: 'AP8Q', odd: 'POINT(1 2)', small: '2097152', flag: '1', kind: 'b', doc: '{"a": [1]}' },
    },
    fill: rows => [
      'CREATE TABLE orders (id INT PRIMARY KEY, note VARCHAR(100))',
      'SET max_recursive_iterations = 1000000',
      `INSERT INTO orders WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT i, concat('order ', i) FROM n`,
    ],
  },
  {
    name: 'PostgreSQL',
    connector: 'postgresql',
    server: POSTGRESQL_SERVER,
    open: () => postgresqlDatabase(POSTGRESQL_SERVER!),
    exact: [
      "CREATE TYPE mood AS ENUM ('glad')",
      'CREATE TYPE pair AS (a int, b text)',
      `CREATE TABLE exact (id BIGINT PRIMARY KEY, amount NUMERIC(20,4), at TIMESTAMPTZ, bytes BYTEA, missing TEXT, empty TEXT, unicode TEXT,
        odd POINT, small REAL, flag BOOLEAN, kind MOOD, doc JSONB, list INT[], two PAIR, lasts INTERVAL, host INET)`,
      `INSERT INTO exact VALUES (9007199254740993, 12345678901234.5678, '2026-01-31 11:30:00.123456+02', '\\x00ff10', NULL, '', ${TEXT}\\line',
        point(1, 2), 0.1, true, 'glad', '{"a": [1]}', '{1,2}', ROW(1, 'x'), '1 day', '10.0.0.1')`,
    ],
    arrives: {
      at: '2026-01-31 09:30:00.123456+00',
      ...{ bytes: 'AP8Q', odd: '(1,2)', small: '0.1', flag: 'true', kind: 'glad', doc: '{"a": [1]}' },
      ...{ list: '[1,2]', two: '{"a":1,"b":"x"}', lasts: 'P1D', host: '10.0.0.1/32' },
    },
    fill: rows => [
      'CREATE TABLE orders (id INT PRIMARY KEY, note TEXT)',
      `INSERT INTO orders SELECT i, 'order ' || i FROM generate_series(1, ${rows}) AS i`,
    ],
  },
]

describe.each(ENGINES)('$name', engine => {
  const { connector, arrives } = engine
  const onServer = connector !== 'sqlite'
  const open = async (settings: Record<string, unknown>, properties: Property[]) => {
    const opened = await openConnector(portOf(connector, settings, properties), { folder: '/' })
    expect(opened.problems).toEqual([])
    return opened.connector!
  }

  describeWith(engine.server)('as the others', () => {
    inputConnectorSuite(connector, async () => {
      const database = await engine.open()
      const cable = onServer ? await cableTo(database.settings) : undefined
      const settings = { ...(cable ?? database).settings, 'terrane.table': 'orders_*' }
      return {
        connector: await open(settings, [property('content')]),
        async put(name, content) {
          await database.execute(`DROP TABLE IF EXISTS orders_${name}`, `CREATE TABLE orders_${name} (content TEXT)`)
          await database.execute(`INSERT INTO orders_${name} VALUES ('${content}')`)
        },
        remove: name => database.execute(`DROP TABLE orders_${name}`),
        itemName: name => `orders_${name}.ndjson`,
        contentOf: bytes => JSON.parse(bytes).content,
        withoutRevisions: onServer,
        async breakDown() {
          if (cable) cable.close()
          else await rm(String(database.settings.path))
        },
        async close() {
          cable?.close()
          await database.drop()
        },
      }
    })
  })

  describeWith(engine.server)('its rows', () => {
    let database: TestDatabase
    beforeEach(async () => {
      database = await engine.open()
    })
    afterEach(() => database.drop())
    const read = async (settings: Record<string, unknown>, properties: Property[]) => {
      const connector = await open({ ...database.settings, ...settings }, properties)
      try {
        const { items, problems } = await connector.list()
        const lines = items.length > 0 ? await text(await connector.open(items[0]!)) : ''
        const rows = lines.trim() === '' ? [] : lines.trim().split('\n').map(line => JSON.parse(line)) // biome-ignore format: one value
        return { items, problems, codes: problems.map(({ code }) => code), rows }
      } finally {
        await connector.close()
      }
    }

    test('arrive exactly: long numbers, microseconds, bytes, nothing, and types that nobody expects', async () => {
      await database.execute(...engine.exact)
      const expected = { ...SAME, ...arrives }
      const { rows, problems } = await read(
        { 'terrane.table': 'exact' },
        Object.keys(expected).map(name => property(name)),
      )
      expect(problems).toEqual([])
      expect(rows).toEqual([expected])
    })

    test('what the contract does not name is not fetched; names are compared without their case', async () => {
      await database.execute('CREATE TABLE orders (ID INT, NOTE VARCHAR(9), secret VARCHAR(9))')
      await database.execute("INSERT INTO orders VALUES (1, 'x', 'hidden')")
      const { rows } = await read({}, [property('id'), property('Note'), property('absent')])
      expect(rows).toEqual([{ id: '1', Note: 'x' }])
    })

    test('the same rows are the same bytes, in the order of the key', async () => {
      await database.execute('CREATE TABLE orders (id INT PRIMARY KEY, note VARCHAR(9))')
      await database.execute("INSERT INTO orders VALUES (10, 'x'), (9, 'y'), (1, 'z')")
      const before = await read({}, [property('id'), property('note')])
      expect(before.rows.map(({ id }) => id)).toEqual(['1', '9', '10'])
      await database.execute('DELETE FROM orders WHERE id = 1', "INSERT INTO orders VALUES (1, 'z')")
      expect((await read({}, [property('id'), property('note')])).rows).toEqual(before.rows)
    })

    test('of a pull were true at one moment', async () => {
      await database.execute(...engine.fill(20), 'CREATE TABLE orders_late (id INT, note VARCHAR(9))')
      const connector = await open({ ...database.settings, 'terrane.table': 'orders*' }, [property('id')])
      const { items } = await connector.list()
      expect(items.map(({ name }) => name)).toEqual(['orders.ndjson', 'orders_late.ndjson'])
      await database.execute("INSERT INTO orders_late VALUES (1, 'new')", 'DELETE FROM orders')
      const lines = async (at: number) => (await text(await connector.open(items[at]!))).split('\n').filter(Boolean)
      expect([(await lines(0)).length, (await lines(1)).length]).toEqual([20, 0])
      await connector.close()
    })

    test('missing tables, columns, files and settings are said, and what to do', async () => {
      await database.execute('CREATE TABLE orders (id INT)')
      expect(await read({ 'terrane.table': 'nowhere' }, [property('id')])).toMatchObject({
        codes: ['SOURCE_TABLE_MISSING'],
        problems: [{ message: expect.stringContaining('nowhere'), file: 'product.odps.yaml' }],
      })
      expect(await read({}, [property('id'), property('amount', undefined, true)])).toMatchObject({
        codes: ['INPUT_COLUMN_MISSING'],
        problems: [{ message: expect.stringContaining('amount'), hint: expect.stringContaining('id') }],
      })
      const needed = onServer ? 'host' : 'path'
      expect((await read({ [needed]: '' }, [property('id')])).codes).toEqual(['SOURCE_SETTING_MISSING'])
      if (!onServer)
        expect((await read({ path: '/nowhere/x' }, [property('id')])).codes).toEqual(['SOURCE_UNREACHABLE'])
    })

    if (onServer) {
      test('a wrong password, host or database is said without telling any of them', async () => {
        await database.execute('CREATE TABLE orders (id INT)')
        const { settings } = database
        const cases = [
          { 'terrane.user': `${settings['terrane.user']}x` },
          { database: 'terrane_no_such_database' },
          { host: 'no-such-host.invalid' },
          { port: 1 },
        ]
        // PostgreSQL on a developer's machine often trusts whoever comes from there.
        if (connector === 'mysql') cases.push({ 'terrane.password': `${SECRET}-wrong` } as never)
        for (const wrong of cases) {
          const { codes, problems } = await read(wrong, [property('id')])
          expect(codes).toEqual(['SOURCE_UNREACHABLE'])
          const said = JSON.stringify(problems)
          for (const hidden of [
            SECRET,
            settings['terrane.user'],
            ...Object.values(wrong).filter(each => typeof each === 'string'),
          ])
            expect(said).not.toContain(String(hidden))
          expect(problems[0]!.message).toMatch(/nobody answers|refuses|no such database/)
        }
      })

      test('a server that goes away in the middle keeps what there was, and says so without secrets', async () => {
        const folder = await mkdtemp(path.join(os.tmpdir(), 'terrane-databases-'))
        const stores = await openStores({ folder, product: 'shop' })
        const landing: Landing = { folder, metadata: stores.metadata }
        const cable = await cableTo(database.settings)
        const connector = await open(cable.settings, [property('id'), property('note')])
        try {
          await database.execute(...engine.fill(50_000))
          expect(await pull('orders', connector, landing)).toEqual({ changed: true, problems: [] })
          const before = await stores.metadata.current('orders')
          // The same content twice is landed once.
          expect(await pull('orders', connector, landing)).toEqual({ changed: false, problems: [] })
          await database.execute("UPDATE orders SET note = 'changed' WHERE id = 1")
          cable.cutAfter(200_000)
          const { changed, problems } = await pull('orders', connector, landing)
          expect([changed, problems.map(({ code }) => code)]).toEqual([false, ['INPUT_INTERRUPTED']])
          expect(problems[0]!.message).toContain('connection was lost')
          expect(JSON.stringify(problems)).not.toContain(SECRET)
          expect(await stores.metadata.current('orders')).toEqual(before)
          expect(await readdir(path.join(folder, 'input', 'orders'))).toEqual([before[0]!.sha256])
          expect((await readFile(path.join(folder, 'input', 'orders', before[0]!.sha256), 'utf8')).split('\n')).toHaveLength(50_001) // biome-ignore format: one question
          cable.cutAfter(Number.POSITIVE_INFINITY)
          expect(await pull('orders', connector, landing)).toEqual({ changed: true, problems: [] })
        } finally {
          await connector.close()
          cable.close()
          await stores.close()
          await rm(folder, { recursive: true, force: true })
        }
      })
    }
  })
})
