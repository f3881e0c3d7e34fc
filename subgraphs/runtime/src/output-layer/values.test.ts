import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Condition, DatasetDecision, OrderBy, Value } from '@terrane/schema'
import { DuckDbColumnStore } from './column-store.js'
import { openRowBackend, type RowBackend } from './row-backend.js'
import type { Manifest, RowStore } from './store.js'
import { dataset, decided, dropDatabase, reachableDatabase, temporaryFolder, writeColumns } from './testing/datasets.js'
import { writeRows } from './write-rows.js'

/** Values mean the same in every store: one suite over DuckDB, SQLite and MariaDB. */

const things = dataset(
  'things',
  {
    id: { kind: 'string' },
    words: { kind: 'string' },
    amount: { kind: 'decimal', precision: 18, scale: 2 },
    big: { kind: 'bigint' },
    small: { kind: 'integer' },
    ratio: { kind: 'double' },
    yes: { kind: 'boolean' },
    day: { kind: 'date' },
    moment: { kind: 'timestamp' },
    hour: { kind: 'time' },
    list: { kind: 'array', items: { kind: 'decimal', precision: 9, scale: 2 } },
    tree: { kind: 'json' },
  },
  ['id'],
)
const VALUES = `VALUES
  ('a', 'z', 9999999999999999.99, 9007199254740993, 1, 0.1, true, '2026-01-31', '2026-01-31 09:30:00.000001', '09:30:00', [1.10, 2], '{"a": [1, "é"]}'),
  ('b', 'É', -9999999999999999.99, -9223372036854775808, -2, -1e300, false, '2025-12-31', '2026-01-31 09:30:00', '23:59:59.999999', [], '[]'),
  ('c', '🦉', 0.10, 9223372036854775807, 0, 'nan', NULL, '0001-01-01', '1969-12-31 23:59:59.999999', '00:00:00.5', NULL, '"x"'),
  ('d', 'a ', 0.09, 9007199254740992, 2147483647, 1e-300, true, NULL, '9999-12-31 23:59:59.999999', NULL, [NULL, 0.5], 'null'),
  ('e', 'a', NULL, NULL, NULL, NULL, NULL, '9999-12-31', NULL, NULL, NULL, NULL),
  ('f', NULL, 100.00, 0, -2147483648, 2.5, false, '2026-01-31', '2026-01-31 09:30:00.000001', '09:30:00', [3], '{}'),
  ('g', '', -0.01, -1, 7, 0, true, '2026-02-01', '2026-02-01 00:00:00', '00:00:00', [3], '1.5'),
  ('h', '50%_\\"\n,''x', 12.00, 1, 1, 1, false, '2024-02-29', '2024-02-29 12:00:00.123456', '12:00:00', [-1], '"NULL"'),
  ('i', 'NULL', 2.00, 2, 2, 2, true, '2026-03-01', '2026-03-01 00:00:00.1', '01:00:00', [1], '2'),
  ('J', 'A', 10.00, 3, 3, 3, false, '2026-03-02', '2026-03-01 00:00:00.12', '01:00:00', [1], '3')`
const ALL = things.properties.map(({ name }) => name)

interface Store {
  name: string
  /** Keys of the rows that satisfy it, in this order, then in that of loading. */
  ids(where: Condition | undefined, orderBy: OrderBy[], decision: DatasetDecision): Promise<Value[]>
  /** All rows by key. */
  rows(decision: DatasetDecision): Promise<Map<Value, Record<string, Value>>>
}

let remove: () => Promise<void>
let databaseUrl: string | undefined
const rowStores: { name: string; store: RowStore; backend: RowBackend }[] = []
let columns: DuckDbColumnStore
const stores: Store[] = []

beforeAll(async () => {
  const temporary = await temporaryFolder()
  remove = temporary.remove
  const outputFolder = temporary.folder
  const columnsFile = join(outputFolder, 'columns.duckdb')
  await writeColumns(columnsFile, [{ dataset: things, values: VALUES }])
  databaseUrl = reachableDatabase()
  const product = { name: 'values' }
  for (const [name, url] of [
    ['SQLite', undefined],
    ['MariaDB', databaseUrl],
  ] as const) {
    if (name === 'MariaDB' && !url) continue
    const backend = await openRowBackend({ product, ...(url ? { databaseUrl: url } : {}) })
    const tables = backend.tables(1, ['things'])
    const rows = url ? { kind: 'mysql' as const, url, tables } : { kind: 'sqlite' as const }
    await writeRows({ columnsFile, rows, datasets: [things], outputFolder })
    const store = await backend.open(outputFolder, { rows } as Manifest)
    rowStores.push({ name, store, backend })
    stores.push({
      name,
      async ids(where, orderBy, decision) {
        // In pages of two, so that every position is gone through.
        const found: Value[] = []
        for (let after: Value[] | undefined; ; ) {
          const page = await store.page(
            things,
            { properties: ['id'], orderBy, first: 2, ...(where ? { where } : {}), ...(after ? { after } : {}) },
            decision,
          )
          found.push(...page.map(({ row }) => row.id!))
          after = page.at(-1)?.position
          if (page.length < 2) break
        }
        expect(await store.count(things, where, decision)).toBe(found.length)
        return found
      },
      async rows(decision) {
        const page = await store.page(things, { properties: ALL, orderBy: [], first: 100 }, decision)
        return new Map(page.map(({ row }) => [row.id!, row]))
      },
    })
  }
  await mkdir(join(outputFolder, 'temporary'))
  columns = new DuckDbColumnStore(columnsFile, join(outputFolder, 'temporary'))
  stores.push({
    name: 'DuckDB',
    async ids(where, orderBy, decision) {
      const groupBy = [{ property: 'id' }, ...orderBy.map(({ property }) => ({ property }))]
      const order = orderBy.map(({ property, direction }) => ({ dimension: { property }, direction }))
      const found = await columns.aggregate(
        things,
        { groupBy, measures: [], orderBy: order, ...(where ? { where } : {}) },
        decision,
      )
      return found.map(({ group }) => group[0]!)
    },
    async rows(decision) {
      const found = await columns.sample(things, ALL, 100, decision)
      return new Map(found.map(row => [row.id!, row]))
    },
  })
})

afterAll(async () => {
  await columns?.close()
  for (const { store, backend } of rowStores) {
    await store.close()
    await backend.close()
  }
  if (databaseUrl) await dropDatabase(databaseUrl, 'values')
  await remove?.()
})

/** The same question to every store, and one answer. */
async function everywhere(
  where: Condition | undefined,
  expected: string,
  orderBy: OrderBy[] = [],
  decision = decided(things),
): Promise<void> {
  const sort = (ids: Value[]) => (orderBy.length > 0 ? ids : [...ids].sort())
  const answers: Record<string, string> = {}
  for (const store of stores) answers[store.name] = sort(await store.ids(where, orderBy, decision)).join('')
  expect(answers).toEqual(Object.fromEntries(stores.map(({ name }) => [name, expected])))
}

test('nobody sees a row outside the filter, a denied property, or what no case shows', async () => {
  const rows: Condition = { property: 'small', op: 'gt', value: 0 }
  const filtered = decided(things, {}, rows)
  await everywhere(undefined, 'Jadghi', [], filtered)
  await everywhere({ or: [{ and: [] }, { property: 'id', op: 'eq', value: 'b' }] }, 'Jadghi', [], filtered)
  const denied = decided(things, { amount: false })
  for (const store of stores) {
    await expect(store.ids({ property: 'amount', op: 'gt', value: '1' }, [], denied)).rejects.toThrow(TypeError)
    await expect(store.ids(undefined, [{ property: 'amount', direction: 'ASC' }], denied)).rejects.toThrow(TypeError)
    await expect(store.ids(undefined, [], { ...filtered, read: false })).rejects.toThrow(TypeError)
  }
  for (const { store } of rowStores) {
    expect(await store.byKeys(things, [['a'], ['b'], ['nobody']], ['id', 'small'], filtered)).toEqual([
      { id: 'a', small: 1 },
      null,
      null,
    ])
  }
  // Filters and sorts see the mask, the row filter sees the column.
  const masked = decided(things, { words: [{ mask: { kind: 'hash' } }], amount: [{ when: rows }] }, rows)
  await everywhere({ property: 'words', op: 'eq', value: 'z' }, '', [], masked)
  await everywhere({ property: 'words', op: 'startsWith', value: '594e519a' }, 'a', [], masked)
  await everywhere({ property: 'amount', op: 'isNull', value: false }, 'Jadghi', [], masked)
})

test('every value leaves in its one form', async () => {
  for (const store of stores) {
    const rows = await store.rows(decided(things))
    expect([store.name, rows.get('a')]).toEqual([
      store.name,
      {
        id: 'a',
        words: 'z',
        amount: '9999999999999999.99',
        big: '9007199254740993',
        small: 1,
        ratio: 0.1,
        yes: true,
        day: '2026-01-31',
        moment: '2026-01-31T09:30:00.000001Z',
        hour: '09:30:00.000000',
        list: ['1.10', '2.00'],
        tree: { a: [1, 'é'] },
      },
    ])
    expect(rows.get('b')).toMatchObject({ amount: '-9999999999999999.99', big: '-9223372036854775808', ratio: -1e300 })
    expect(rows.get('c')).toMatchObject({ words: '🦉', ratio: null, day: '0001-01-01', hour: '00:00:00.500000' })
    expect(rows.get('d')).toMatchObject({ words: 'a ', list: [null, '0.50'], tree: null, ratio: 1e-300 })
    expect(Object.values(rows.get('e')!).filter(value => value !== null)).toEqual(['e', 'a', '9999-12-31'])
    expect(rows.get('g')).toMatchObject({ words: '', amount: '-0.01' })
    expect(rows.get('h')).toMatchObject({ words: '50%_\\"\n,\'x', tree: 'NULL' })
    expect(rows.get('i')).toMatchObject({ words: 'NULL', list: ['1.00'] })
  }
})

test('text compares by its bytes', async () => {
  await everywhere(undefined, 'ghJiedabcf', [{ property: 'words', direction: 'ASC' }])
  await everywhere(undefined, 'cbadeiJhgf', [{ property: 'words', direction: 'DESC' }])
  await everywhere({ property: 'words', op: 'eq', value: 'a' }, 'e')
  await everywhere({ property: 'words', op: 'in', value: ['a ', 'É', 'A'] }, 'Jbd')
  await everywhere({ property: 'words', op: 'contains', value: '%_\\' }, 'h')
  await everywhere({ property: 'words', op: 'contains', value: '%' }, 'h')
  await everywhere({ property: 'words', op: 'startsWith', value: 'a' }, 'de')
  await everywhere({ property: 'words', op: 'startsWith', value: '_' }, '')
  await everywhere({ property: 'words', op: 'endsWith', value: ' ' }, 'd')
  await everywhere({ property: 'words', op: 'endsWith', value: 'é' }, '')
  await everywhere({ property: 'words', op: 'endsWith', value: '🦉' }, 'c')
  await everywhere({ property: 'words', op: 'contains', value: '' }, 'Jabcdeghi')
})

test('numbers compare exactly, those that a column cannot hold included', async () => {
  await everywhere({ property: 'big', op: 'eq', value: '9007199254740993' }, 'a')
  await everywhere({ property: 'big', op: 'gt', value: '9007199254740992' }, 'ac')
  await everywhere({ property: 'big', op: 'lt', value: '-9223372036854775807' }, 'b')
  await everywhere({ property: 'big', op: 'lte', value: '99999999999999999999' }, 'Jabcdfghi')
  await everywhere({ property: 'big', op: 'gte', value: '9223372036854775808' }, '')
  await everywhere({ property: 'big', op: 'gt', value: '-99999999999999999999' }, 'Jabcdfghi')
  await everywhere({ property: 'amount', op: 'eq', value: '9999999999999999.99' }, 'a')
  await everywhere({ property: 'amount', op: 'lt', value: '0.095' }, 'bdg')
  await everywhere({ property: 'amount', op: 'gte', value: '0.095' }, 'Jacfhi')
  await everywhere({ property: 'amount', op: 'eq', value: '0.095' }, '')
  await everywhere({ property: 'amount', op: 'ne', value: '0.095' }, 'Jabcdfghi')
  await everywhere({ property: 'amount', op: 'gt', value: '-0.015' }, 'Jacdfghi')
  await everywhere({ property: 'amount', op: 'in', value: ['0.1', '0.105', 100] }, 'cf')
  await everywhere({ property: 'amount', op: 'notIn', value: ['0.1', '0.105', 100] }, 'Jabdghi')
  await everywhere(undefined, 'afhJicdgbe', [{ property: 'amount', direction: 'DESC' }])
  await everywhere(undefined, 'bgfhiJdace', [{ property: 'big', direction: 'ASC' }])
  await everywhere({ property: 'ratio', op: 'eq', value: 0.1 }, 'a')
  await everywhere({ property: 'small', op: 'lt', value: 1.5 }, 'abcfh')
  await everywhere(undefined, 'Jfihadgbce', [{ property: 'ratio', direction: 'DESC' }])
})

test('times keep their microseconds, and nulls come last both ways', async () => {
  await everywhere({ property: 'moment', op: 'eq', value: '2026-01-31T10:30:00.000001+01:00' }, 'af')
  await everywhere({ property: 'moment', op: 'lt', value: '2026-01-31T09:30:00.000001Z' }, 'bch')
  await everywhere({ property: 'moment', op: 'gte', value: '2026-02-01' }, 'Jdgi')
  await everywhere(undefined, 'chbafgiJde', [{ property: 'moment', direction: 'ASC' }])
  await everywhere(undefined, 'dJigafbhce', [{ property: 'moment', direction: 'DESC' }])
  await everywhere(undefined, 'chbafgiJed', [{ property: 'day', direction: 'ASC' }])
  await everywhere({ property: 'hour', op: 'gt', value: '00:00:00' }, 'Jabcfhi')
  await everywhere(undefined, 'hbfJagidce', [
    { property: 'yes', direction: 'ASC' },
    { property: 'day', direction: 'ASC' },
  ])
})

test('unknown stays unknown: SQL’s three-valued logic', async () => {
  const yes: Condition = { property: 'yes', op: 'eq', value: true }
  await everywhere(yes, 'adgi')
  await everywhere({ not: yes }, 'Jbfh')
  await everywhere({ not: { and: [yes, { property: 'small', op: 'isNull', value: true }] } }, 'Jabcdfghi')
  await everywhere({ property: 'words', op: 'eq', value: null }, '')
  await everywhere({ not: { property: 'words', op: 'eq', value: null } }, '')
  await everywhere({ property: 'small', op: 'notIn', value: [1, null] }, '')
  await everywhere({ property: 'small', op: 'in', value: [1, null] }, 'ah')
  await everywhere({ property: 'small', op: 'in', value: [] }, '')
  await everywhere({ property: 'small', op: 'notIn', value: [] }, 'Jabcdefghi')
  await everywhere({ not: { property: 'words', op: 'contains', value: 'a' } }, 'Jabcghi')
  await everywhere({ or: [] }, '')
  await everywhere({ not: { or: [] } }, 'Jabcdefghi')
  await everywhere({ property: 'amount', op: 'ne', value: '0.001' }, 'Jabcdfghi')
})

test('masks and cases stand wherever the property is named', async () => {
  const decision = decided(things, {
    words: [{ mask: { kind: 'first', length: 1 } }],
    small: [{ when: { property: 'yes', op: 'eq', value: true } }, { mask: { kind: 'fixed', value: '0' } }],
    amount: [{ mask: { kind: 'null' } }],
    big: [{ mask: { kind: 'hash' } }],
    ratio: [],
    day: [{ mask: { kind: 'fixed', value: '2000-01-01' } }],
  })
  for (const store of stores) {
    const rows = await store.rows(decision)
    expect([store.name, rows.get('c')]).toEqual([
      store.name,
      expect.objectContaining({ words: '🦉…', small: 0, amount: null, big: null, ratio: null, day: '2000-01-01' }),
    ])
    expect(rows.get('i')).toMatchObject({ words: 'N…', small: 2 })
    expect(rows.get('f')).toMatchObject({ words: null, small: 0 })
  }
  await everywhere({ property: 'words', op: 'eq', value: 'a…' }, 'de', [], decision)
  await everywhere({ property: 'small', op: 'eq', value: 0 }, 'Jbcefh', [], decision)
  await everywhere({ property: 'day', op: 'eq', value: '2000-01-01' }, 'Jabcdefghi', [], decision)
  await everywhere({ property: 'amount', op: 'isNull', value: true }, 'Jabcdefghi', [], decision)
  await everywhere(
    undefined,
    'dgiaJbcefh',
    [
      { property: 'small', direction: 'DESC' },
      { property: 'id', direction: 'ASC' },
    ],
    decision,
  )
})

test('aggregates are exact, and dates group by their first day', async () => {
  const group = { property: 'moment', part: 'MONTH' as const }
  const sum = { fn: 'sum' as const, property: 'amount' }
  const january: Condition = { property: 'moment', op: 'gte', value: '2026-01-01' }
  expect(
    await columns.aggregate(
      things,
      {
        groupBy: [group],
        measures: [{ fn: 'count' }, sum, { fn: 'max', property: 'big' }, { fn: 'countDistinct', property: 'small' }],
        where: january,
        orderBy: [{ measure: sum, direction: 'DESC' }],
        first: 2,
      },
      decided(things),
    ),
  ).toEqual([
    { group: ['2026-01-01'], measures: [3, '100.00', '9007199254740993', 3] },
    { group: ['2026-03-01'], measures: [2, '12.00', '3', 2] },
  ])
  expect(
    await columns.aggregate(
      things,
      {
        groupBy: [],
        measures: [
          { fn: 'sum', property: 'big' },
          { fn: 'sum', property: 'small' },
          { fn: 'avg', property: 'small' },
          { fn: 'min', property: 'day' },
          { fn: 'max', property: 'amount' },
        ],
        orderBy: [],
      },
      decided(things, { amount: [{ mask: { kind: 'null' } }] }),
    ),
  ).toEqual([{ group: [], measures: ['18014398509481989', '11', expect.closeTo(11 / 9), '0001-01-01', null] }])
})

test('downloads hold what may be read, in every format', async () => {
  const decision = decided(
    things,
    { words: [{ mask: { kind: 'first', length: 1 } }] },
    { property: 'id', op: 'in', value: ['a', 'h'] },
  )
  const properties = ['id', 'words', 'amount', 'big', 'moment', 'list']
  const bytes = async (format: 'csv' | 'json' | 'ndjson' | 'parquet') => {
    const parts: Buffer[] = []
    for await (const part of await columns.export(things, format, properties, decision)) parts.push(part as Buffer)
    return Buffer.concat(parts)
  }
  expect(String(await bytes('csv'))).toBe(
    'id,words,amount,big,moment,list\n' +
      'a,z…,9999999999999999.99,9007199254740993,2026-01-31T09:30:00.000001Z,"[""1.10"",""2.00""]"\n' +
      'h,5…,12.00,1,2024-02-29T12:00:00.123456Z,"[""-1.00""]"\n',
  )
  const rows = [
    {
      id: 'a',
      words: 'z…',
      amount: '9999999999999999.99',
      big: '9007199254740993',
      moment: '2026-01-31T09:30:00.000001Z',
      list: ['1.10', '2.00'],
    },
    { id: 'h', words: '5…', amount: '12.00', big: '1', moment: '2024-02-29T12:00:00.123456Z', list: ['-1.00'] },
  ]
  expect(JSON.parse(String(await bytes('json')))).toEqual(rows)
  expect(
    String(await bytes('ndjson'))
      .trim()
      .split('\n')
      .map(line => JSON.parse(line)),
  ).toEqual(rows)
  expect((await bytes('parquet')).subarray(0, 4).toString()).toBe('PAR1')
})
