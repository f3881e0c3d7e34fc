import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Dataset, Property, ValueType } from '@terrane/schema'
import type { LandedFile } from './landed.js'
import { readQuarantine } from './quarantine.js'
import { inputViews, typeInputs } from './typing.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'terrane-typing-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function property(name: string, type: ValueType, more: Partial<Property> = {}): Property {
  const place = { file: 'contracts/inputs/orders.odcs.yaml', line: 1, column: 1 }
  return { name, type, required: false, unique: false, discover: 'visible', quality: [], options: {}, physicalName: name, place, ...more } // biome-ignore format: one literal
}
const STRING: ValueType = { kind: 'string' }
const AMOUNT: ValueType = { kind: 'decimal', precision: 12, scale: 2 }
const ORDERS = [
  property('order_id', STRING, { required: true }),
  property('ordered_at', { kind: 'timestamp' }),
  property('amount', AMOUNT),
  property('quantity', { kind: 'integer' }),
]
const dataset = (properties: Property[]) => ({ name: 'orders', properties }) as Dataset

async function landed(content: string | Buffer, more: Partial<LandedFile> = {}): Promise<LandedFile> {
  const bytes = Buffer.from(content)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const file = path.join(folder, 'input', sha256)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, bytes)
  const receivedAt = '2026-01-31T00:00:00.000Z'
  return { port: 'orders', sha256, path: file, name: 'orders.csv', format: 'csv', bytes: bytes.length, receivedAt, ...more } // biome-ignore format: one literal
}

async function type(files: LandedFile[], properties: Property[] | undefined = ORDERS, asIs = false) {
  const progress: string[] = []
  const { inputs, problems } = await typeInputs({
    inputFile: path.join(folder, 'input.duckdb'),
    quarantineFolder: path.join(folder, 'quarantine'),
    inputs: [{ port: 'orders', files, ...(asIs ? {} : { dataset: dataset(properties) }) }],
    threads: 2,
    memoryMegabytes: 512,
    onProgress: ({ step, detail }) => {
      if (step === 'typed') progress.push(detail!)
    },
  })
  const { rows } = await readQuarantine(path.join(folder, 'quarantine'), 'orders', { limit: 100 })
  return {
    ...inputs[0],
    codes: problems.map(problem => problem.code),
    problems,
    bad: rows.map(({ line, property, reason }) => [line, property, reason].filter(Boolean).join(' ')),
    quarantine: rows,
    loads: progress.length,
  }
}

/** As the pipeline sees it: attached read-only, through the views. */
async function read(sql = 'FROM input.orders'): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  await connection.run(`ATTACH '${path.join(folder, 'input.duckdb')}' AS input_store (READ_ONLY)`)
  for (const statement of inputViews([{ port: 'orders' }])) await connection.run(statement)
  const rows = (await connection.runAndReadAll(sql)).getRowsJson()
  connection.closeSync()
  instance.closeSync()
  return rows as unknown[][]
}

const HEADER = 'order_id,ordered_at,amount,quantity\n'

describe('csv', () => {
  test('has the columns of the contract, in its order, whatever the order of the file', async () => {
    const properties = [property('a', STRING), property('b', AMOUNT, { physicalName: 'Amount (GBP)' }), property('c', STRING)] // biome-ignore format: one list
    const result = await type([await landed('\uFEFFextra;Amount (GBP);A\r\nx;1.50;"semi;colon"\r\n')], properties)
    expect(result).toMatchObject({ rows: 1, quarantined: 0, codes: ['INPUT_COLUMNS_IGNORED'] })
    expect(await read()).toEqual([['semi;colon', '1.50', null]])
    expect(await read("SELECT column_name FROM (DESCRIBE FROM input.orders)")).toEqual([['a'], ['b'], ['c']]) // biome-ignore format: one question
  })

  test('keeps values exact, and quarantines by line what a cast would round, cut or misread', async () => {
    const rows = [
      'ok,2026-01-31T09:30:00.123456+02:00,1234567890.12,3', // 2
      'rounds,2026-01-31,1.239,3', // 3
      'rounds too,2026-01-31,1.00,3.7', // 4
      'no number,2026-01-31,abc,3', // 5
      'no time,yesterday,1,3', // 6
      ',2026-01-31,1,3', // 7
      'too large,2026-01-31,12345678901.00,3', // 8
      '"two\nlines",2026-01-31,1,3', // 9 and 10
      '', // 11
      'all missing,,,', // 12
      'too large,2026-01-31,1,3000000000', // 13
      'short,2026-01-31', // 14
      'long,2026-01-31,1,3,4', // 15
    ]
    const result = await type([await landed(`${HEADER}${rows.join('\n')}\n`)])
    expect(result.bad).toEqual([
      '3 amount is not exactly a decimal(12,2)',
      '4 quantity is not exactly an integer',
      '5 amount is not a decimal(12,2)',
      '6 ordered_at is not a timestamp',
      '7 order_id is required, but missing',
      '8 amount is not a decimal(12,2)',
      '13 quantity is not exactly an integer',
      '14 has fewer columns than the header',
      '15 has more columns than the header',
    ])
    expect(result).toMatchObject({ rows: 3, quarantined: 9, codes: ['INPUT_QUARANTINED'] })
    expect(result.quarantine[0]).toMatchObject({ file: 'orders.csv', text: 'rounds,2026-01-31,1.239,3' })
    expect(await read()).toEqual([
      ['ok', '2026-01-31 07:30:00.123456', '1234567890.12', 3],
      ['two\nlines', '2026-01-31 00:00:00', '1.00', 3],
      ['all missing', null, null, null],
    ])
  })

  test('a broken quote costs its own line, not all up to the next quote', async () => {
    const lines = ['a,,1,1', 'b,,"2,2', 'c,,1.239,3', '"d\nd",,4,4', 'e,,"5"x,5', 'f,,6,6', '"g', 'h,,8,8']
    const result = await type([await landed(HEADER + lines.join('\n'))])
    expect(result.bad).toEqual([
      '3 has a broken quote',
      '4 amount is not exactly a decimal(12,2)',
      '7 has a broken quote',
      '9 has a broken quote',
    ])
    expect(await read('SELECT order_id FROM input.orders')).toEqual([['a'], ['d\nd'], ['f'], ['h']])
  })

  test('line ends may be mixed, and lines that are not UTF-8 are quarantined', async () => {
    const mixed = Buffer.concat([Buffer.from(`${HEADER}a,,1,1\r\nb,,2,2\n`), Buffer.from([0xff, 0xfe]), Buffer.from(',,3,3\nd,,4,4')]) // biome-ignore format: one file
    const result = await type([await landed(mixed)])
    expect(result.bad).toEqual(['4 is not UTF-8 text'])
    expect(await read('SELECT order_id FROM input.orders')).toEqual([['a'], ['b'], ['d']])
  })

  test('holds every type', async () => {
    const properties = [
      property('whole', { kind: 'bigint' }),
      property('flag', { kind: 'boolean' }),
      property('day', { kind: 'date' }),
      property('hour', { kind: 'time' }),
      property('ratio', { kind: 'double' }),
      property('tags', { kind: 'array', items: STRING }),
      property('at', { kind: 'array', items: { kind: 'timestamp' } }),
      property('more', { kind: 'json' }),
    ]
    const header = 'whole,flag,day,hour,ratio,tags,at,more\n'
    const rows = [
      '9007199254740993,true,2026-01-31,09:30:00.5,0.1,"[""a"",""b""]","[""2026-01-31T09:30:00+02:00""]","{""a"":1}"',
      '1,maybe,2026-01-31,09:30,0.1,[],[],{}',
      '1,true,2026-01-31 10:00:00,09:30,0.1,[],[],{}',
      '1,true,2026-01-31,09:30:00,nan,[],[],{}',
      '1,true,2026-01-31,09:30:00,1,a;b,[],{}',
      '1,true,2026-01-31,09:30:00,1,[],[],{a}',
      '9223372036854775808,true,2026-01-31,09:30:00,1,[],[],{}',
    ]
    const result = await type([await landed(header + rows.join('\n'))], properties)
    expect(result.bad).toEqual([
      '3 flag is not a boolean',
      '4 day is not exactly a date',
      '5 ratio is not exactly a double',
      '6 tags is not a JSON array of string values',
      '7 more is not JSON',
      '8 whole is not exactly a bigint',
    ])
    expect(await read()).toEqual([
      ['9007199254740993', true, '2026-01-31', '09:30:00.5', 0.1, ['a', 'b'], ['2026-01-31 07:30:00'], '{"a":1}'],
    ])
  })

  test('compressed, and in hive partitions', async () => {
    const properties = [...ORDERS, property('country', STRING), property('year', { kind: 'integer' })]
    const content = gzipSync(`${HEADER}a,,1,1\n`)
    const more = { compression: 'gzip' } as const
    const files = [
      await landed(content, { ...more, name: 'year=2026/country=G%20B/part.csv.gz' }),
      await landed(content, { ...more, name: 'year=2025/country=__HIVE_DEFAULT_PARTITION__/part.csv.gz' }),
    ]
    expect(await type(files, properties)).toMatchObject({ rows: 2, codes: [] })
    expect(await read('SELECT order_id, country, year FROM input.orders ORDER BY year')).toEqual([
      ['a', null, 2025],
      ['a', 'G B', 2026],
    ])
  })
})

describe('json and ndjson', () => {
  const good = '{"order_id":"a","ordered_at":"2026-01-31T09:30:00+02:00","amount":1.5,"quantity":2}'

  test('a broken line is quarantined, the others are loaded', async () => {
    const lines = [good, '', '{"order_id":"b","amount":', '[1]', '{"amount":"2.00"}', '{"order_id":"c","amount":"x"}', '{"order_id":"d","quantity":3.7}', '{"order_id":"e","amount":"1.10"}'] // biome-ignore format: one file
    const result = await type([await landed(lines.join('\n'), { name: 'orders.ndjson', format: 'ndjson' })])
    expect(result.bad).toEqual([
      '3 is not a JSON object',
      '4 is not a JSON object',
      '5 order_id is required, but missing',
      '6 amount is not a decimal(12,2)',
      '7 quantity is not exactly an integer',
    ])
    expect(result.quarantine[0]!.text).toBe('{"order_id":"b","amount":')
    expect(await read()).toEqual([
      ['a', '2026-01-31 07:30:00', '1.50', 2],
      ['e', null, '1.10', null],
    ])
  })

  test('an array, or one object', async () => {
    const array = await landed(`[${good},\n {"order_id":null}]`, { name: 'orders.json', format: 'json' })
    const object = await landed(good.replace('"a"', '"z"'), { name: 'message.json', format: 'json' })
    const result = await type([array, object])
    expect(result.bad).toEqual(['2 order_id is required, but missing'])
    expect(await read('SELECT order_id FROM input.orders ORDER BY ALL')).toEqual([['a'], ['z']])
  })

  test('a decimal that a JSON number cannot carry is not rounded in silence; as a text it is exact', async () => {
    const properties = [property('total', { kind: 'decimal', precision: 18, scale: 2 })]
    const lines = ['1234567890123456.78', '"1234567890123456.78"', '12.5', '9007199254740993'].map(
      total => `{"total":${total}}`,
    )
    const result = await type([await landed(lines.join('\n'), { format: 'ndjson' })], properties)
    expect(result.bad).toEqual(['1 total is not exactly a decimal(18,2)'])
    expect(await read()).toEqual([['1234567890123456.78'], ['12.50'], ['9007199254740993.00']])
  })

  test('numbers of many digits are read as exactly as those of few, whichever way they take', async () => {
    const types = {
      id: { is: { kind: 'bigint' }, column: 'BIGINT', wide: 'DECIMAL(25, 6)' },
      amount: { is: { kind: 'decimal', precision: 14, scale: 2 }, column: 'DECIMAL(14, 2)', wide: 'DECIMAL(20, 8)' },
      rate: { is: { kind: 'decimal', precision: 30, scale: 14 }, column: 'DECIMAL(30, 14)', wide: 'DECIMAL(36, 20)' },
    } as const
    const properties = Object.entries(types).map(([name, { is }]) => property(name, is))
    const texts =
      `1|-1|+1.50|.5|5.|1e3|125e-2| 7 |0.0000000000000001|1.005|1.00000000499|1.000000005|abc|1_000|1,5|NaN|1e400
      |999999999999.99|9999999999.994|9999999999.999999995|9999999999.99|-10000000000.01|00000000000000000000012|٣
      |999999999999|1000000000000|1700000000000.5|1700000000000.0|999999999999999999|1000000000000000000|1${'0'.repeat(40)}
      |9223372036854775807|-9223372036854775808|9223372036854775808|+9223372036854775807`.split(/\n? *\|/)
    const given = texts.flatMap(text => Object.keys(types).map(name => ({ [name]: text })))
    const lines = given.map(row => JSON.stringify(row)).join('\n')
    // The straight way, however long it takes.
    const straight = given.map(row => {
      const [[name, text]] = Object.entries(row) as [[keyof typeof types, string]]
      const { column, wide } = types[name]
      const read = `TRY_CAST('${text}' AS ${wide})`
      return `SELECT '${name}' AS name, TRY_CAST(${read} AS ${column})::VARCHAR AS value, ${read} IS NULL AS unreadable,
        coalesce(TRY_CAST(${read} AS ${column}) = ${read}, false) AS fits`
    })
    const found = await type([await landed(lines, { format: 'ndjson', name: 'orders.ndjson' })], properties)
    const expected = (await read(straight.join(' UNION ALL '))) as [string, string, boolean, boolean][]
    const unfit = expected.flatMap(([name, , unreadable, fits], at) =>
      fits ? [] : [`${at + 1} ${name} is not ${unreadable ? '' : 'exactly '}`],
    )
    expect(unfit.length).toBeGreaterThan(20)
    expect(found.bad.map(each => each.replace(/(is not (exactly )?).*/, '$1'))).toEqual(unfit)
    const values = expected.filter(([, , , fits]) => fits).map(([, value]) => value)
    const typed = async () =>
      (await read('SELECT coalesce(id::VARCHAR, amount::VARCHAR, rate::VARCHAR) FROM input.orders')).flat()
    expect(await typed()).toEqual(values)

    const cells = given.map(row =>
      Object.keys(types)
        .map(name => (row[name] ? `"${row[name]}"` : ''))
        .join(','),
    )
    const ofCsv = await type([await landed([Object.keys(types).join(), ...cells].join('\n'))], properties)
    expect(
      ofCsv.quarantine.filter(({ file }) => file === 'orders.csv').map(({ line, reason }) => [line - 1, reason]),
    ).toEqual(found.quarantine.map(({ line, reason }) => [line, reason]))
    expect(await typed()).toEqual(values)
  })

  test('many messages are loaded together; the bad ones cost themselves only', async () => {
    const json = (content: string, name: string) => landed(content, { name, format: 'json' })
    const good = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        json(`{"order_id":"m${String(at).padStart(2, '0')}","amount":${at}}`, 'm.json'),
      ),
    )
    const unfit = await json('[{"order_id":"x","amount":1.239},{"order_id":"y"}]', 'unfit.json')
    const first = await type([...good, unfit])
    expect(first).toMatchObject({
      rows: 21,
      quarantined: 1,
      bad: ['1 amount is not exactly a decimal(12,2)'],
      loads: 1,
    })
    const torn = await json('{"order_id":', 'torn.json')
    const more = await Promise.all(['p', 'q', 'r', 's', 't'].map(name => json(`{"order_id":"${name}"}`, name)))
    const second = await type([...good, unfit, torn, ...more])
    expect(second.problems.filter(each => each.severity === 'error')).toMatchObject([{ file: 'torn.json' }])
    expect(await type([...good, unfit, ...more])).toMatchObject({ rows: 26, quarantined: 1, loads: 0 })
    expect(await read('SELECT count(DISTINCT order_id) FROM input.orders')).toEqual([['26']])
  })

  test('nested values by path, lists and objects', async () => {
    const properties = [
      property('email', STRING, { physicalName: '$.customer.email' }),
      property('tags', { kind: 'array', items: { kind: 'integer' } }),
      property('customer', { kind: 'json' }),
    ]
    const line = '{"customer":{"email":"a@b.c"},"tags":[1,2]}'
    await type([await landed(line, { format: 'ndjson' })], properties)
    expect(await read()).toEqual([['a@b.c', [1, 2], '{"email":"a@b.c"}']])
  })
})

async function parquet(sql: string): Promise<Buffer> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const file = path.join(folder, 'made.parquet')
  await connection.run(`COPY (${sql}) TO '${file}' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
  return readFile(file)
}

describe('parquet', () => {
  test('columns of other types are converted, exactly or not at all', async () => {
    const bytes = await parquet(`SELECT * FROM (VALUES
      ('a', TIMESTAMPTZ '2026-01-31 09:30:00+02', 1.5::DOUBLE, '3'), ('b', NULL, 1.239, '4'), ('c', NULL, 1, 'x'))
      AS t(order_id, ordered_at, amount, quantity)`)
    const result = await type([await landed(bytes, { format: 'parquet' })])
    expect(result.bad).toEqual(['2 amount is not exactly a decimal(12,2)', '3 quantity is not an integer'])
    expect(JSON.parse(result.quarantine[1]!.text)).toMatchObject({ order_id: 'c', quantity: 'x' })
    expect(await read()).toEqual([['a', '2026-01-31 07:30:00', '1.50', 3]])
  })

  test("another product's file keeps its own schema, also when the schema changes", async () => {
    const first = await landed(await parquet("SELECT 1::DECIMAL(12,2) AS amount, ['x'] AS tags"), { format: 'parquet' })
    expect(await type([first], undefined, true)).toMatchObject({ rows: 1, codes: [] })
    expect(await read()).toEqual([['1.00', ['x']]])
    const second = await landed(await parquet('SELECT 2 AS amount, 3 AS more'), { format: 'parquet' })
    expect(await type([second], undefined, true)).toMatchObject({ rows: 1, codes: [] })
    expect(await read()).toEqual([[2, 3]])
  })
})

describe('files that cannot be loaded', () => {
  const half = (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)
  const cases: [string, () => Promise<LandedFile>, string, RegExp][] = [
    ['0 bytes', () => landed(''), 'INPUT_EMPTY', /orders\.csv .* is empty/],
    ['gzip of nothing', () => landed(gzipSync(''), { compression: 'gzip' }), 'INPUT_EMPTY', /is empty/],
    ['half a gzip', () => landed(half(gzipSync(HEADER + 'a,,1,1\n'.repeat(1000))), { compression: 'gzip' }), 'INPUT_UNREADABLE', /gzip is damaged or not whole/],
    ['a gzip that fills the disk', () => landed(gzipSync(Buffer.alloc(100 * 1024 ** 2)), { compression: 'gzip' }), 'INPUT_UNREADABLE', /unpacks to more than 200 times its size/],
    ['no gzip at all', () => landed(HEADER, { compression: 'gzip' }), 'INPUT_UNREADABLE', /gzip is damaged/],
    ['half a parquet file', async () => landed(half(await parquet("SELECT 'a' AS order_id FROM range(1000)")), { format: 'parquet' }), 'INPUT_UNREADABLE', /first or last bytes are missing/],
    ['a parquet file damaged inside', async () => { const bytes = await parquet("SELECT 'a' || range AS order_id FROM range(1000)"); bytes.fill(7, 8, bytes.length - 8); return landed(bytes, { format: 'parquet' }) }, 'INPUT_UNREADABLE', /damaged/],
    ['half a json array', () => landed('[{"order_id":"a"},{"order', { format: 'json' }), 'INPUT_UNREADABLE', /record\/value/],
    ['a missing required column', () => landed('id,amount\n1,2\n'), 'INPUT_COLUMN_MISSING', /lacks order_id/],
    ['no header', () => landed('anna@example.com,2026-01-31,1,1\n'), 'INPUT_COLUMN_MISSING', /lacks order_id/],
    ['UTF-16', () => landed(Buffer.from(HEADER, 'utf16le')), 'INPUT_UNREADABLE', /not UTF-8/],
  ] // biome-ignore format: a table
  test.each(cases)('%s: a clear problem, and nothing typed before is lost', async (_name, broken, code, message) => {
    const before = await landed(`${HEADER}a,,1,1\n`)
    await type([before])
    const after = await landed(`${HEADER}b,,1,1\n`)
    const result = await type([await broken(), after])
    expect(result.codes).toEqual([code])
    expect(result.problems[0]).toMatchObject({ severity: 'error', file: 'orders.csv' })
    expect(result.problems[0]!.message).toMatch(message)
    // Neither data nor our own paths.
    expect(JSON.stringify(result.problems)).not.toMatch(/anna@|input\//)
    expect(await read('SELECT count(*) FROM input.orders WHERE order_id = \'a\'')).toEqual([['1']]) // biome-ignore format: one question
    // What was readable beside it is not typed again.
    expect(await type([before, after])).toMatchObject({ loads: 0, rows: 2, codes: [] })
    expect(await read('SELECT order_id FROM input.orders ORDER BY ALL')).toEqual([['a'], ['b']])
  })

  test('a header without rows is an empty table, not a mistake', async () => {
    expect(await type([await landed(HEADER)])).toMatchObject({ rows: 0, quarantined: 0, codes: [] })
    expect(await read()).toEqual([])
  })
})

describe('several csv files together', () => {
  test('say of rows, lines and warnings what they say one by one', async () => {
    const contents = [
      `${HEADER}a,,1.00,1\nb,,1.239,2\n\n"c\nc",2026-01-31T09:30:00+02:00,9.999,3\nd,,1,4\n`,
      `${HEADER}e,,1,1\nf,,"2,2\ng,,1.239,3\nh,short\ni,,4,4\n"j`,
      `${HEADER}`,
      `${HEADER}k,,1,3.5\n${Array.from({ length: 5000 }, (_, at) => `l${at},,${at},${at}\n`).join('')},,1,1\n`,
      `amount;order_id;extra\n1.5;other layout;x\n`,
    ]
    const files = await Promise.all(contents.map((content, at) => landed(content, { name: `${at}.csv` })))
    const packed = gzipSync(`${HEADER}packed,,1,1\nbad,,1,x\n`)
    files.push(await landed(packed, { name: 'packed.csv.gz', compression: 'gzip' }))
    const show = 'SELECT * FROM input.orders' // in the order of loading

    for (const some of [files, files.filter(({ name }) => name !== '4.csv')]) {
      let oneByOne = await type([])
      for (const at of some.keys()) oneByOne = await type(some.slice(0, at + 1))
      const expected = await read(show)
      await rm(path.join(folder, 'input.duckdb'))
      await rm(path.join(folder, 'quarantine'), { recursive: true })
      const together = await type(some)
      expect({ ...together, loads: 0 }).toEqual({ ...oneByOne, loads: 0 })
      expect(await read(show)).toEqual(expected)
      expect(together.bad).toHaveLength(9)
      expect(together.loads).toBe(some.length === files.length ? files.length : 1)
    }
  })

  test('one that cannot be read is told by its own name, and all others are typed', async () => {
    const good = await landed(`${HEADER}a,,1,1\n`, { name: 'good.csv' })
    const torn = await landed(gzipSync(`${HEADER}b,,1,1\n`).subarray(0, 30), { name: 'torn.gz', compression: 'gzip' })
    const also = await landed(`${HEADER}c,,1,1\n`, { name: 'also.csv' })
    const result = await type([good, torn, also])
    expect(result.problems).toMatchObject([{ code: 'INPUT_UNREADABLE', file: 'torn.gz' }])
    expect(result.rows).toBe(2)
  })
})

describe('incremental', () => {
  test('nothing is typed twice, what no longer counts goes, a changed contract types all again', async () => {
    const one = await landed(`${HEADER}a,,1,1\n`)
    const two = await landed(`${HEADER}b,,1.239,1\n`)
    expect(await type([one])).toMatchObject({ loads: 1, rows: 1 })
    expect(await type([one, two])).toMatchObject({ loads: 1, rows: 1, quarantined: 1, codes: ['INPUT_QUARANTINED'] })
    expect(await type([one, two])).toMatchObject({ loads: 0, rows: 1, quarantined: 1, codes: ['INPUT_QUARANTINED'] })
    expect(await type([two])).toMatchObject({ loads: 0, rows: 0, quarantined: 1 })
    expect(await read()).toEqual([])
    const wider = ORDERS.map(each => (each.name === 'amount' ? { ...each, type: { ...AMOUNT, scale: 3 } } : each))
    expect(await type([one, two], wider as Property[])).toMatchObject({ loads: 1, rows: 2, quarantined: 0, bad: [] })
    expect(await read('SELECT amount FROM input.orders ORDER BY ALL')).toEqual([['1.000'], ['1.239']])
  })

  test('a port to which nothing was pushed yet is an empty table', async () => {
    expect(await type([])).toMatchObject({ rows: 0, codes: [] })
    expect(await read()).toEqual([])
  })

  test('a damaged store of typed rows is made again from what landed', async () => {
    const one = await landed(`${HEADER}a,,1,1\n`)
    await type([one])
    await writeFile(path.join(folder, 'input.duckdb'), 'not a database'.repeat(1000))
    expect(await type([one])).toMatchObject({ loads: 1, rows: 1, codes: [] })
    expect(await read('SELECT order_id FROM input.orders')).toEqual([['a']])
  })
})
