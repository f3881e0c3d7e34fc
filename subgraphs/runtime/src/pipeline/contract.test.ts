import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Comparison, Dataset, Problem, QualityResult, ValueType } from '@terrane/schema'
import { execute } from './execute.js'
import { checkDataset } from './quality.js'
import { openSession } from './session.js'
import { identifier } from './sql.js'
import { dataset, model, property, rule } from './test/jobs.js'

const limits = { memoryMegabytes: 512, threads: 1, seconds: 60 }

/** Runs one output model on the real engine and checks its contract. */
async function outcome(
  promised: Dataset,
  sql: string,
): Promise<{ problems: Problem[]; results: QualityResult[]; rows: unknown[][] }> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'terrane-contract-'))
  const session = await openSession({ outputFile: path.join(folder, 'columns.duckdb'), limits })
  try {
    const execution = { connection: session.connection, datasets: [promised], lineage: [], limits, progress: () => {} }
    const { problems } = await execute([model(promised.name, sql)], execution)
    if (problems.length > 0) return { problems, results: [], rows: [] }
    const checked = await checkDataset(session.connection, promised)
    const reader = await session.connection.runAndReadAll(`FROM publication.main.${identifier(promised.name)}`)
    return { ...checked, rows: reader.getRowsJson() as unknown[][] }
  } finally {
    session.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('columns and types', () => {
  /** One column `x` of the promised type from an expression. */
  const one = (type: ValueType | ValueType['kind'], expression: string) =>
    outcome(dataset('d', [property('x', type)]), `SELECT ${expression} AS x`)

  test.each<[ValueType | ValueType['kind'], string, unknown]>([
    ['integer', '7::TINYINT', 7],
    ['integer', '7::BIGINT', 7], // count(*) is a BIGINT
    ['bigint', '7::HUGEINT', '7'], // sum() of integers is a HUGEINT
    ['decimal', '1.5::DECIMAL(38,2)', '1.50'], // sum() of decimals
    ['decimal', '1.500::DECIMAL(10,3)', '1.50'],
    ['decimal', '7::INTEGER', '7.00'],
    ['integer', '7.00::DECIMAL(10,2)', 7],
    ['double', '7::BIGINT', 7],
    ['double', '0.1::DECIMAL(3,1)', 0.1],
    ['string', "'a'::ENUM('a')", 'a'],
    ['date', "TIMESTAMP '2026-03-01 00:00:00'", '2026-03-01'], // date_trunc('month', …)
    ['timestamp', "DATE '2026-03-01'", '2026-03-01 00:00:00'],
    ['timestamp', "TIMESTAMPTZ '2026-03-01 10:00:00+02'", '2026-03-01 08:00:00'],
    [{ kind: 'array', items: { kind: 'integer' } }, '[1, 2]::BIGINT[]', [1, 2]],
    ['json', "{'a': 1}", '{"a":1}'],
    ['json', '\'{"a": 1}\'', '{"a": 1}'],
    ['string', 'NULL::VARCHAR', null],
  ])('%p takes %s', async (type, expression, value) => {
    const { problems, rows } = await one(type, expression)
    expect(problems).toEqual([])
    expect(rows).toEqual([[value]])
  })

  test.each<[ValueType['kind'], string]>([
    ['integer', '3000000000::BIGINT'],
    ['bigint', '9223372036854775808::HUGEINT'],
    ['decimal', '1.005::DECIMAL(10,3)'],
    ['decimal', '12345678901::BIGINT'],
    ['integer', '7.5::DECIMAL(10,1)'],
    ['double', '9007199254740993::BIGINT'],
    ['date', "TIMESTAMP '2026-03-01 00:00:01'"],
    ['json', "'{not json'"],
    ['array', "[NULL, '1']::JSON[]::VARCHAR::JSON::VARCHAR"],
  ])('%s does not take %s in silence', async (type, expression) => {
    const { problems } = await one(type, expression)
    expect(problems).toMatchObject([
      { code: expect.stringMatching(/^CONTRACT_BROKEN_(VALUES|TYPE)$/), file: 'pipeline/output/d.sql' },
    ])
  })

  test('values that do not fit are counted', async () => {
    const { problems } = await outcome(
      dataset('d', [property('x', 'integer'), property('y', 'decimal')]),
      'SELECT i * 1000000000::BIGINT AS x, 0.001::DECIMAL(4,3) * (i % 2)::TINYINT AS y FROM range(5) AS r(i)',
    )
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/d\.x has 2 values that INTEGER/),
      expect.stringMatching(/d\.y has 2 values that DECIMAL\(12,2\)/),
    ])
  })

  test.each<[ValueType['kind'], string, string]>([
    ['decimal', '1.5::DOUBLE', 'CAST(round(x, 2) AS DECIMAL(12,2))'],
    ['integer', "'7'", 'TRY_CAST(x AS INTEGER)'],
    ['timestamp', "'2026-01-01'", 'strptime(x'],
    ['string', '7', 'CAST(x AS VARCHAR)'],
    ['boolean', '1', 'CAST(x AS BOOLEAN)'],
    ['date', "'2026-01-01'", 'TRY_CAST(x AS DATE)'],
  ])('%s refuses %s and says what would decide it', async (type, expression, suggestion) => {
    const { problems } = await one(type, expression)
    expect(problems).toMatchObject([{ code: 'CONTRACT_BROKEN_TYPE', hint: expect.stringContaining(suggestion) }])
  })

  test('missing, extra and wrong columns are told at once', async () => {
    const promised = dataset('d', [property('a', 'string'), property('b', 'integer')])
    const { problems } = await outcome(promised, "SELECT 'x' AS b, 1 AS c")
    expect(problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
      expect.stringMatching(/^CONTRACT_BROKEN_COLUMN_EXTRA .*\bc\b/),
      expect.stringMatching(/^CONTRACT_BROKEN_COLUMN_MISSING .*\ba\b/),
      expect.stringMatching(/^CONTRACT_BROKEN_TYPE .*VARCHAR.*INTEGER/),
    ])
  })

  test('columns stand in the order of the contract', async () => {
    const promised = dataset('d', [property('a', 'string'), property('b', 'integer')])
    expect((await outcome(promised, "SELECT 1 AS b, 'x' AS a")).rows).toEqual([['x', 1]])
  })
})

describe('promises about rows', () => {
  const ROWS = `SELECT * FROM (VALUES ('A', 1, 'x@y.z', 'EUR'), ('B', 2, NULL, 'GBP'), ('B', 9, 'x@y.z', 'XXX'), (NULL, 2, '', NULL))
    AS v(id, n, email, currency)`
  const promised = (changes: Record<string, Parameters<typeof property>[2]>, more: Partial<Dataset> = {}) =>
    dataset(
      'd',
      (['id', 'n', 'email', 'currency'] as const).map(name =>
        property(name, name === 'n' ? 'integer' : 'string', changes[name]),
      ),
      more,
    )

  test.each<[string, Dataset, string, RegExp]>([
    ['required', promised({ email: { required: true } }), 'CONTRACT_BROKEN_REQUIRED', /d\.email .* 1 rows/],
    ['unique', promised({ n: { unique: true } }), 'CONTRACT_BROKEN_UNIQUE', /d\.n .* 1 rows/],
    [
      'primary key',
      promised({}, { primaryKey: ['id'] }),
      'CONTRACT_BROKEN_PRIMARY_KEY',
      /\(id\).* 2 rows, for example id = (B|missing)/,
    ],
    [
      'composite key',
      promised({}, { primaryKey: ['id', 'email'] }),
      'CONTRACT_BROKEN_PRIMARY_KEY',
      /\(id, email\).* 2 rows/,
    ],
    ['enum', promised({ currency: { enum: ['EUR', 'GBP'] } }), 'CONTRACT_BROKEN_RULE', /d\.currency .*enum.* 1 rows/],
    ['minimum', promised({ n: { options: { minimum: 2 } } }), 'CONTRACT_BROKEN_RULE', /minimum 2.* 1 rows/],
    ['maximum', promised({ n: { options: { maximum: 8 } } }), 'CONTRACT_BROKEN_RULE', /maximum 8.* 1 rows/],
    ['exclusive minimum', promised({ n: { options: { exclusiveMinimum: 1 } } }), 'CONTRACT_BROKEN_RULE', /1 rows/],
    ['multiple of', promised({ n: { options: { multipleOf: 2 } } }), 'CONTRACT_BROKEN_RULE', /multipleOf 2.* 2 rows/],
    ['pattern', promised({ currency: { options: { pattern: '^[EG]' } } }), 'CONTRACT_BROKEN_RULE', /pattern.* 1 rows/],
    [
      'length',
      promised({ email: { options: { minLength: 1, maxLength: 3 } } }),
      'CONTRACT_BROKEN_RULE',
      /minLength 1.* 1 rows/,
    ],
  ])('%s', async (_, contract, code, message) => {
    const { problems, results } = await outcome(contract, ROWS)
    expect(problems[0]).toMatchObject({ code, file: 'contracts/orders.odcs.yaml' })
    expect(problems[0]!.message).toMatch(message)
    expect(results.some(({ passed }) => !passed)).toBe(true)
  })

  test('what a broken primary key says is not said again of its property; another property of it may still repeat', async () => {
    const strict = { required: true, unique: true }
    const one = await outcome(promised({ id: strict }, { primaryKey: ['id'] }), ROWS)
    expect(one.problems.map(({ code }) => code)).toEqual(['CONTRACT_BROKEN_PRIMARY_KEY'])
    expect(one.results.map(({ rule: name, passed }) => [name, passed])).toEqual([
      ['primaryKey', false],
      ['required', false],
      ['unique', false],
    ])
    const two = await outcome(promised({ id: strict, email: strict }, { primaryKey: ['id', 'n'] }), ROWS)
    expect(two.problems.map(({ code }) => code)).toEqual([
      'CONTRACT_BROKEN_PRIMARY_KEY',
      'CONTRACT_BROKEN_UNIQUE',
      'CONTRACT_BROKEN_REQUIRED',
      'CONTRACT_BROKEN_UNIQUE',
    ])
  })

  test('kept ones are told as kept', async () => {
    const contract = promised({
      n: { required: true, options: { minimum: 1, maximum: 9 } },
      currency: { enum: ['EUR', 'GBP', 'XXX'] },
    })
    const { problems, results } = await outcome(contract, ROWS)
    expect(problems).toEqual([])
    expect(results.map(({ rule: name, passed }) => [name, passed])).toEqual([
      ['required', true],
      ['minimum', true],
      ['maximum', true],
      ['enum', true],
    ])
  })

  test('an example is a key that may be shown, never a restricted value', async () => {
    const changes = { id: { classification: 'restricted' }, email: { required: true } }
    const { problems } = await outcome(promised(changes, { primaryKey: ['id'] }), ROWS)
    expect(problems).toHaveLength(2)
    for (const { message } of problems) expect(message).not.toMatch(/example|x@y\.z/)
  })

  test('an example names the row of another broken promise by its key', async () => {
    const contract = dataset(
      'd',
      [property('id', 'string'), property('email', 'string', { required: true, classification: 'restricted' })],
      {
        primaryKey: ['id'],
      },
    )
    const { problems } = await outcome(
      contract,
      "VALUES ('A', 'x@y.z'), ('B', NULL)".replace(/^/, 'SELECT * FROM (').concat(') AS v(id, email)'),
    )
    expect(problems[0]!.message).toContain('missing in 1 rows, for example id = B')
  })

  test('a pattern that is none is a problem of the contract', async () => {
    const { problems } = await outcome(promised({ currency: { options: { pattern: '(' } } }), ROWS)
    expect(problems).toMatchObject([{ code: 'CONTRACT_PATTERN_INVALID' }])
  })

  test('names and values with quotation marks', async () => {
    const name = `a"b'c`
    const contract = dataset(`d"q'`, [property(name, 'string', { enum: [`it's`], required: true })], {
      primaryKey: [name],
    })
    const { problems, rows } = await outcome(contract, `SELECT 'it''s' AS "a""b'c"`)
    expect(problems).toEqual([])
    expect(rows).toEqual([["it's"]])
  })
})

describe('library metrics', () => {
  const ROWS =
    "SELECT * FROM (VALUES ('A', 'EUR'), ('A', 'GBP'), ('B', ''), (NULL, 'n/a'), ('A', 'EUR')) AS v(id, currency)"
  const measured = async (metric: Parameters<typeof rule>[0], more: Parameters<typeof rule>[1], sql = ROWS) => {
    const quality = [rule(metric, { severity: 'warning', ...more })]
    const { results } = await outcome(
      dataset('d', [property('id', 'string'), property('currency', 'string')], { quality }),
      sql,
    )
    return results[0]!
  }

  test.each<[string, Parameters<typeof rule>[0], Parameters<typeof rule>[1], string]>([
    ['rows', 'rowCount', {}, '5'],
    ['nulls', 'nullValues', { properties: ['id'] }, '1'],
    ['nulls in percent', 'nullValues', { properties: ['id'], unit: 'percent' }, '20 %'],
    [
      'missing, as listed',
      'missingValues',
      { properties: ['currency'], arguments: { missingValues: ['', 'n/a', null] } },
      '2',
    ],
    ['missing, without a list: null and empty', 'missingValues', { properties: ['currency'] }, '1'],
    [
      'missing, null not among the listed',
      'missingValues',
      { properties: ['id'], arguments: { missingValues: ['B'] } },
      '1',
    ],
    [
      'invalid, by values',
      'invalidValues',
      { properties: ['currency'], arguments: { validValues: ['EUR', 'GBP'] } },
      '2',
    ],
    ['invalid, by pattern', 'invalidValues', { properties: ['currency'], arguments: { pattern: '^[A-Z]{3}$' } }, '2'],
    ['duplicates of one property', 'duplicateValues', { properties: ['id'] }, '2'],
    ['duplicates of two', 'duplicateValues', { properties: ['id', 'currency'] }, '1'],
    ['duplicates in percent', 'duplicateValues', { properties: ['id'], unit: 'percent' }, '40 %'],
  ])('%s', async (_, metric, more, actual) => {
    expect(await measured(metric, more)).toMatchObject({ actual })
  })

  test.each<[Comparison, boolean]>([
    [{ op: 'mustBe', value: 5 }, true],
    [{ op: 'mustBe', value: 4 }, false],
    [{ op: 'mustNotBe', value: 5 }, false],
    [{ op: 'mustNotBe', value: 4 }, true],
    [{ op: 'mustBeGreaterThan', value: 5 }, false],
    [{ op: 'mustBeGreaterThan', value: 4 }, true],
    [{ op: 'mustBeGreaterOrEqualTo', value: 5 }, true],
    [{ op: 'mustBeGreaterOrEqualTo', value: 6 }, false],
    [{ op: 'mustBeLessThan', value: 5 }, false],
    [{ op: 'mustBeLessThan', value: 6 }, true],
    [{ op: 'mustBeLessOrEqualTo', value: 5 }, true],
    [{ op: 'mustBeLessOrEqualTo', value: 4 }, false],
    [{ op: 'mustBeBetween', from: 5, to: 9 }, true],
    [{ op: 'mustBeBetween', from: 6, to: 9 }, false],
    [{ op: 'mustNotBeBetween', from: 6, to: 9 }, true],
    [{ op: 'mustNotBeBetween', from: 1, to: 5 }, false],
  ])('5 rows and %p: %p', async (comparison, passed) => {
    expect(await measured('rowCount', { comparison })).toMatchObject({ passed })
  })

  test('a percentage of nothing is 0', async () => {
    const more = { properties: ['id'], unit: 'percent' as const }
    expect(await measured('nullValues', more, `SELECT * FROM (${ROWS}) WHERE false`)).toMatchObject({
      actual: '0 %',
      passed: true,
    })
  })

  test('an error blocks, a warning is told', async () => {
    const promised = (severity: 'error' | 'warning') =>
      dataset('d', [property('id', 'string'), property('currency', 'string')], {
        quality: [rule('rowCount', { id: 'enough', severity, comparison: { op: 'mustBeGreaterThan', value: 5 } })],
      })
    const warned = await outcome(promised('warning'), ROWS)
    expect(warned).toMatchObject({
      problems: [],
      results: [{ rule: 'enough', passed: false, expected: 'rows > 5', actual: '5' }],
    })
    const blocked = await outcome(promised('error'), ROWS)
    expect(blocked.problems).toMatchObject([{ code: 'CONTRACT_BROKEN_QUALITY' }])
  })
})
