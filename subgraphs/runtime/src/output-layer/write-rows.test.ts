import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { dataset, temporaryFolder, writeColumns } from './testing/datasets.js'
import { writeRowsSqlite } from './write-rows-sqlite.js'

/** However rows are read, in joined texts or value by value: they are the same. */

const things = dataset(
  'thing s',
  {
    id: { kind: 'string' },
    word: { kind: 'string' },
    amount: { kind: 'decimal', precision: 12, scale: 2 },
    large: { kind: 'decimal', precision: 18, scale: 2 },
    big: { kind: 'bigint' },
    ratio: { kind: 'double' },
    yes: { kind: 'boolean' },
    moment: { kind: 'timestamp' },
  },
  ['id'],
)

const COUNT = 70_001 // more than one question, and an odd number

/** Rows as raw SQL of `i`; SQLite's own numbers of what they must become are made from the same `i` below. */
const values = (word: string) => `
  SELECT 'key ' || i, ${word}, CASE WHEN i % 7 <> 0 THEN (i - 75000)::DECIMAL(12, 2) / 100 END, i::DECIMAL(18, 2) / 4,
    9007199254740993 + i, i / 3, i % 2 = 0, TIMESTAMP '2026-01-01' + to_microseconds(i)
  FROM range(${COUNT}) numbers(i)`

const WORDS = {
  plain: "CASE WHEN i % 5 <> 0 THEN 'word ' || i END",
  'with separators': "CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN chr(30) WHEN 2 THEN chr(29) ELSE 'a' || chr(31) || i END",
}

let remove: () => Promise<void>
let folder: string
beforeAll(async () => {
  ;({ folder, remove } = await temporaryFolder())
})
afterAll(() => remove())

describe.each(Object.entries(WORDS))('texts %s', (name, word) => {
  test('are the rows that went in, in their order', async () => {
    const outputFolder = join(folder, name)
    await mkdir(outputFolder, { recursive: true })
    const columnsFile = join(outputFolder, 'columns.duckdb')
    await writeColumns(columnsFile, [{ dataset: things, values: values(word) }])
    const told: number[] = []
    await writeRowsSqlite({
      columnsFile,
      datasets: [things],
      outputFolder,
      onProgress: ({ rows }) => told.push(rows),
    })
    expect(told).toEqual([COUNT])
    expect((await readdir(outputFolder)).sort()).toEqual(['columns.duckdb', 'rows.sqlite'])

    const database = new Database(join(outputFolder, 'rows.sqlite'), { readonly: true }).defaultSafeIntegers(true)
    let i = 0
    let wrong: unknown
    for (const row of database.prepare('SELECT * FROM "thing s" ORDER BY _row').raw().iterate()) {
      const expected = expectedRow(name, i++)
      if (!(row as unknown[]).every((value, at) => Object.is(value, expected[at]))) wrong ??= { row, expected }
    }
    const indexes = database.prepare("SELECT count(*) FROM sqlite_master WHERE type = 'index'").pluck().get()
    database.close()
    expect(wrong).toBeUndefined()
    expect({ i, indexes }).toEqual({ i: COUNT, indexes: 1n })
  })
})

describe('rows', () => {
  const few = (values: string) => async (name: string) => {
    const outputFolder = join(folder, name)
    await mkdir(outputFolder)
    const columnsFile = join(outputFolder, 'columns.duckdb')
    const pairs = dataset('pairs', { id: { kind: 'string' }, n: { kind: 'integer' } }, ['id'])
    await writeColumns(columnsFile, [{ dataset: pairs, values }])
    return { columnsFile, datasets: [pairs], outputFolder }
  }

  test.each([0, 1, 2, 511, 512, 513])('%i of them', async count => {
    const options = await few(`SELECT 'k' || i, i FROM range(${count}) numbers(i)`)(`few ${count}`)
    await writeRowsSqlite(options)
    const database = new Database(join(options.outputFolder, 'rows.sqlite'), { readonly: true })
    const rows = database.prepare('SELECT _row, n FROM pairs ORDER BY _row').raw().all()
    database.close()
    expect(rows).toEqual(Array.from({ length: count }, (_, i) => [i + 1, i]))
  })

  test('of very different lengths', async () => {
    const options = await few("SELECT i || repeat('long', CASE WHEN i % 97 = 0 THEN 20000 ELSE 0 END), i FROM range(3000) r(i)")('long') // biome-ignore format: one query
    await writeRowsSqlite(options)
    const database = new Database(join(options.outputFolder, 'rows.sqlite'), { readonly: true })
    const rows = database.prepare('SELECT id, n FROM pairs ORDER BY _row').raw().all()
    expect(database.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }])
    database.close()
    expect(rows).toEqual(Array.from({ length: 3000 }, (_, i) => [i + (i % 97 === 0 ? 'long'.repeat(20000) : ''), i]))
  })

  test('with the same key twice are refused', async () => {
    const options = await few("VALUES ('same', 1), ('same', 2)")('twice')
    // By its message: better-sqlite3 keeps one error class a process, which may be of another test file's realm.
    const refused = await writeRowsSqlite(options).then(
      () => 'nothing was refused',
      (error: { message: string }) => error.message,
    )
    expect(refused).toContain('UNIQUE')
  })

  test('that cannot be written say why', async () => {
    const options = await few("VALUES ('a', 1), ('b', 2)")('no place')
    await mkdir(join(options.outputFolder, 'rows.sqlite'))
    await expect(writeRowsSqlite(options)).rejects.toMatchObject({ code: 'SQLITE_CANTOPEN' })
  })
})

function expectedRow(words: string, i: number): unknown[] {
  const texts =
    words === 'plain' ? [null, ...Array(4).fill(`word ${i}`)] : [null, '\u001e', '\u001d', `a\u001f${i}`, `a\u001f${i}`]
  const moment = `2026-01-01T00:00:00.${String(i).padStart(6, '0')}Z`
  const amount = i % 7 === 0 ? null : BigInt(i - 75000)
  const big = 9007199254740993n + BigInt(i)
  return [BigInt(i + 1), `key ${i}`, texts[i % 5], amount, BigInt(i * 25), big, i / 3, i % 2 === 0 ? 1n : 0n, moment]
}
