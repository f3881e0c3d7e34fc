import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type StoredAs, TablePages } from './sqlite-pages.js'
import { temporaryFolder } from './testing/datasets.js'

/** SQLite is the judge: it checks every page, and reads every value back as it went in. */

let remove: () => Promise<void>
let folder: string
beforeAll(async () => {
  ;({ folder, remove } = await temporaryFolder())
})
afterAll(() => remove())

type Value = string | bigint | number | null

function write(name: string, columns: StoredAs[], rows: Iterable<Value[]>, pageSize = 8192) {
  const file = join(folder, `${name}.sqlite`)
  const database = new Database(file)
  database.pragma(`page_size = ${pageSize}`)
  const types = columns.map((as, at) => `c${at} ${{ text: 'TEXT', whole: 'INTEGER', double: 'REAL' }[as]}`)
  database.exec('CREATE TABLE before (a); CREATE INDEX before_a ON before (a)')
  database.exec(`CREATE TABLE t (k INTEGER PRIMARY KEY, ${types.join(', ')})`)
  const root = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 't'").pluck().get() as number
  database.close()
  const pages = new TablePages(file, root, columns)
  let key = 0
  for (const row of rows) {
    const parts = row.map(value => Buffer.from(value === null ? '' : String(value)))
    let length = 0
    const ends = parts.map(part => {
      length += part.length
      return length
    })
    pages.add(++key, {
      bytes: Buffer.concat(parts),
      starts: Int32Array.from(ends.map((end, at) => (row[at] === null ? -1 : end - parts[at]!.length))),
      ends: Int32Array.from(ends),
    })
  }
  pages.finish()
  pages.close()
  return new Database(file).defaultSafeIntegers(true)
}

function check(database: Database.Database, rows: Value[][]): void {
  expect(database.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }])
  const read = database.prepare('SELECT * FROM t ORDER BY k').raw().all() as Value[][]
  expect(read.length).toBe(rows.length)
  const wrong = read.findIndex(
    ([key, ...row], at) => key !== BigInt(at + 1) || !row.every((value, column) => Object.is(value, rows[at]![column])),
  )
  expect(wrong < 0 ? 'all are right' : { wrong, found: read[wrong], expected: rows[wrong] }).toBe('all are right')
}

test('whole numbers of every width', () => {
  const edges = [0n, 7n, 15n, 23n, 31n, 47n, 53n, 63n].map(bits => 2n ** bits)
  const near = edges.flatMap(edge => [-1n, 0n, 1n].flatMap(step => [edge + step, -(edge + step)]))
  const digits = [10n ** 14n - 1n, 10n ** 14n, 10n ** 15n - 1n, 10n ** 15n].flatMap(each => [each, -each])
  const rows = [...near, ...digits].filter(each => each >= -(2n ** 63n) && each < 2n ** 63n).map(each => [each])
  const database = write('whole', ['whole'], rows)
  check(database, rows)
  // As SQLite itself would compare and index them.
  database.exec('CREATE INDEX i ON t (c0)')
  const sorted = database.prepare('SELECT c0 FROM t ORDER BY c0').pluck().all()
  expect(sorted).toEqual(rows.map(([each]) => each!).sort((a, b) => (a < b ? -1 : Number(a > b))))
  database.close()
})

test('doubles, texts and nulls', () => {
  const texts = ['', 'a', 'ünïcödé 語 🗺', 'nul\u0000inside', '\u001e', '1', null]
  const rows = [0, 1.5, -2.25, 1e300, 5e-324, 3, null].map((double, at): Value[] => [double, texts[at]!, null])
  const database = write('mixed', ['double', 'text', 'whole'], rows)
  check(database, rows)
  const types = database.prepare('SELECT DISTINCT typeof(c0), typeof(c2) FROM t WHERE c0 IS NOT NULL').raw().all()
  expect(types).toEqual([['real', 'null']])
  database.close()
})

describe.each([512, 8192, 65536])('pages of %i bytes', pageSize => {
  test.each([0, 1, 3000])('%i rows', count => {
    const rows = Array.from({ length: count }, (_, i): Value[] => [`row ${i} ${'x'.repeat(i % 300)}`, BigInt(i)])
    const database = write(`${pageSize} ${count}`, ['text', 'whole'], rows, pageSize)
    check(database, rows)
    // It is a table like any other.
    database.exec(
      "INSERT INTO t VALUES (100000, 'later', 1); DELETE FROM t WHERE k % 2 = 0; INSERT INTO before VALUES (1)",
    )
    expect(database.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }])
    database.close()
  })

  test('values around the longest that a page holds, and far beyond', () => {
    const near = [0, 1, 2, 3].flatMap(pages =>
      Array.from({ length: 90 }, (_, i) => pages * (pageSize - 4) + pageSize - 60 + i),
    )
    const lengths = [...near, ...Array.from({ length: 40 }, (_, i) => Math.round(1.2 ** i * 20))]
    const rows = lengths.map((length, i): Value[] => [String.fromCharCode(97 + (i % 26)).repeat(length), BigInt(i)])
    const database = write(`${pageSize} long`, ['text', 'whole'], rows, pageSize)
    check(database, rows)
    database.close()
  })
})

test('a tree of four levels', () => {
  const rows = Array.from({ length: 120_000 }, (_, i): Value[] => [`${i}`.padEnd(40, '.')])
  const database = write('deep', ['text'], rows, 512)
  check(database, rows)
  expect(database.prepare('SELECT c0 FROM t WHERE k = 77777').pluck().get()).toBe('77776'.padEnd(40, '.'))
  database.close()
})

test('more columns than one byte of header counts', () => {
  const rows = Array.from({ length: 200 }, (_, i) =>
    Array.from({ length: 150 }, (_, c) => (c % 3 ? BigInt(i * c) : null)),
  )
  const database = write('wide', Array<StoredAs>(150).fill('whole'), rows)
  check(database, rows)
  database.close()
})

test('the page of the lock, a gigabyte into the file, holds nothing', () => {
  const file = join(folder, 'large.sqlite')
  const database = new Database(file)
  database.pragma('page_size = 65536')
  database.exec('CREATE TABLE t (k INTEGER PRIMARY KEY, c0 TEXT)')
  database.close()
  // All but the end of it is a hole.
  const before = 2 ** 30 / 65536 - 5
  const handle = openSync(file, 'r+')
  ftruncateSync(handle, before * 65536)
  const count = Buffer.alloc(4)
  count.writeUInt32BE(before)
  writeSync(handle, count, 0, 4, 28)
  closeSync(handle)
  const pages = new TablePages(file, 2, ['text'])
  // Long ones in chains of pages, short ones in leaves.
  const texts = [...Array.from({ length: 8 }, (_, i) => `${i}`.repeat(100_000)), ...Array(3000).fill('s'.repeat(50))]
  texts.forEach((text, at) => {
    pages.add(at + 1, { bytes: Buffer.from(text), starts: Int32Array.of(0), ends: Int32Array.of(text.length) })
  })
  pages.finish()
  pages.close()
  const written = new Database(file)
  expect(written.prepare('SELECT c0 FROM t ORDER BY k').pluck().all()).toEqual(texts)
  const found = written.pragma('integrity_check(100000)') as { integrity_check: string }[]
  const said = found.flatMap(({ integrity_check: lines }) => lines.split('\n'))
  expect(said.filter(line => !/^Page \d+: never used$|^\*\*\* in database main/.test(line))).toEqual([])
  written.close()
})

test('a table that has rows is left alone', () => {
  const file = join(folder, 'filled.sqlite')
  const database = new Database(file)
  database.exec('CREATE TABLE t (k INTEGER PRIMARY KEY, c0 TEXT); INSERT INTO t VALUES (1, 1)')
  const root = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 't'").pluck().get() as number
  database.close()
  expect(() => new TablePages(file, root, ['text'])).toThrow(TypeError)
})
