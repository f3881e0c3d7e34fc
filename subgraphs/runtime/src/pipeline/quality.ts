import type { DuckDBConnection } from '@duckdb/node-api'
import type { Comparison, Dataset, Property, QualityResult, QualityRule } from '@terrane/schema'
import { type Problem, problem } from '@terrane/schema/problems'
import { identifier, literal } from './sql.js'

/**
 * What a contract promises of its rows, checked on the finished table: required, unique, primary key, enum,
 * logicalTypeOptions, and ODCS library metrics (ODCS 3.1 "Data Quality"). All of a dataset in one scan; a second one
 * only for the example of what is broken. `withoutValues`: problems say neither how many rows break it nor which.
 *
 * `duplicateValues` counts the rows beyond the first of each value, so that removing as many rows cures it; missing
 * values are no duplicates. Percentages are of all rows, 0 where there are none. `mustBeBetween` includes its bounds.
 */
export async function checkDataset(
  connection: DuckDBConnection,
  dataset: Dataset,
  { withoutValues = false }: { withoutValues?: boolean } = {},
): Promise<{ results: QualityResult[]; problems: Problem[] }> {
  const checks = [...keyChecks(dataset), ...dataset.properties.flatMap(propertyChecks), ...ruleChecks(dataset)]
  const table = `publication.main.${identifier(dataset.name)}`
  const measures = [...new Set(checks.map(check => check.measure))]
  let counts: number[]
  try {
    const reader = await connection.runAndReadAll(`SELECT ${['count(*)', ...measures].join(', ')} FROM ${table}`)
    counts = reader.getRows()[0]!.map(Number)
  } catch (error) {
    // Only a pattern of the contract can be wrong here: all else is ours.
    const rule = checks.find(check => check.rule === 'pattern')
    if (!rule || !/regex|regular expression|invalid/i.test(String(error))) throw error
    const details = { dataset: dataset.name, property: rule.property ?? '', rule: rule.expected }
    return { results: [], problems: [problem('CONTRACT_PATTERN_INVALID', details, { file: dataset.contract.file })] }
  }
  const [rows = 0] = counts
  const results: QualityResult[] = []
  const problems: Problem[] = []
  for (const check of checks) {
    const count = counts[measures.indexOf(check.measure) + 1]!
    const { passed, actual } = check.judge(count, rows)
    const { property, rule, severity, expected } = check
    results.push({ dataset: dataset.name, ...(property ? { property } : {}), rule, passed, severity, expected, actual })
    if (passed || severity !== 'error' || (isOfKey(check, dataset) && results.some(isBrokenKey))) continue
    const place = check.place ?? dataset.place
    const details = { dataset: dataset.name, property, rule, expected }
    if (withoutValues) {
      problems.push(check.problem({ ...details, actual: 'another figure', rows: 'some', example: '' }, place))
      continue
    }
    const example = check.broken ? await exampleOf(connection, dataset, table, check.broken) : ''
    problems.push(check.problem({ ...details, actual, rows: count, example }, place))
  }
  return { results, problems }
}

const isBrokenKey = ({ rule, passed }: QualityResult) => rule === 'primaryKey' && !passed

/** What a broken primary key says already: a key is there in each of its properties, and one property alone is unique. */
function isOfKey({ rule, property = '' }: Check, { primaryKey }: Dataset): boolean {
  return primaryKey.includes(property) && (rule === 'required' || (rule === 'unique' && primaryKey.length === 1))
}

interface Check {
  property?: string
  rule: string
  severity: 'error' | 'warning'
  expected: string
  /** SQL aggregate that counts. Equal ones are counted once. */
  measure: string
  judge(count: number, rows: number): { passed: boolean; actual: string }
  /** SQL condition of a row that breaks it, for the example. */
  broken?: string
  place?: { file: string; line: number; column: number }
  problem(details: Record<string, unknown>, place: { file: string; line?: number; column?: number }): Problem
}

const none = (count: number) => ({ passed: count === 0, actual: count === 0 ? 'as expected' : `not in ${count} rows` })

function keyChecks(dataset: Dataset): Check[] {
  if (dataset.primaryKey.length === 0) return []
  const columns = dataset.primaryKey.map(identifier)
  const missing = columns.map(column => `${column} IS NULL`).join(' OR ')
  const property = dataset.primaryKey.join(', ')
  return [
    {
      property,
      rule: 'primaryKey',
      severity: 'error',
      expected: 'present and different in every row',
      // One column without its missing ones, several as a row; what is missing counts on top.
      measure: `count(*) FILTER (WHERE ${missing}) + ${duplicates(columns)}`,
      judge: none,
      broken: `${missing} OR ${repeated(columns)}`,
      problem: (details, place) => problem('CONTRACT_BROKEN_PRIMARY_KEY', details, place),
    },
  ]
}

function propertyChecks(property: Property): Check[] {
  const column = identifier(property.name)
  const common = { property: property.name, severity: 'error' as const, judge: none, place: property.place }
  const checks: Check[] = []
  if (property.required) {
    checks.push({
      ...common,
      rule: 'required',
      expected: 'present in every row',
      measure: `count(*) FILTER (WHERE ${column} IS NULL)`,
      broken: `${column} IS NULL`,
      problem: (details, place) => problem('CONTRACT_BROKEN_REQUIRED', details, place),
    })
  }
  if (property.unique) {
    checks.push({
      ...common,
      rule: 'unique',
      expected: 'different in every row',
      measure: duplicates([column]),
      broken: repeated([column]),
      problem: (details, place) => problem('CONTRACT_BROKEN_UNIQUE', details, place),
    })
  }
  for (const { rule, expected, breaks } of valueRules(property)) {
    checks.push({
      ...common,
      rule,
      expected,
      measure: `count(*) FILTER (WHERE ${breaks})`,
      broken: breaks,
      problem: (details, place) => problem('CONTRACT_BROKEN_RULE', { ...details, rule: `${rule} ${expected}` }, place),
    })
  }
  return checks
}

/** `enum` and `logicalTypeOptions`, as SQL that is true for a value that breaks them. A missing value breaks none. */
function valueRules({
  name,
  type,
  enum: allowed,
  options,
}: Property): { rule: string; expected: string; breaks: string }[] {
  const column = identifier(name)
  const list = type.kind === 'array'
  const rules: { rule: string; expected: string; breaks: string }[] = []
  if (allowed && allowed.length > 0) {
    const values = allowed.map(literal).join(', ')
    const breaks = list
      ? `len(list_filter(${column}, lambda v: CAST(v AS VARCHAR) NOT IN (${values}))) > 0`
      : `CAST(${column} AS VARCHAR) NOT IN (${values})`
    rules.push({ rule: 'enum', expected: `one of ${allowed.join(', ')}`, breaks })
  }
  const compare = (option: string, subject: string, breaking: string) => {
    const bound = options[option]
    if (typeof bound !== 'number' && typeof bound !== 'string') return
    rules.push({ rule: option, expected: String(bound), breaks: `${subject} ${breaking} ${literal(bound)}` })
  }
  if (['integer', 'bigint', 'decimal', 'double', 'date', 'timestamp', 'time'].includes(type.kind)) {
    compare('minimum', column, '<')
    compare('maximum', column, '>')
    compare('exclusiveMinimum', column, '<=')
    compare('exclusiveMaximum', column, '>=')
    const step = options.multipleOf
    if (typeof step === 'number' && step > 0) {
      rules.push({ rule: 'multipleOf', expected: String(step), breaks: `${column} % ${literal(step)} <> 0` })
    }
  }
  if (type.kind === 'string') {
    compare('minLength', `length(${column})`, '<')
    compare('maxLength', `length(${column})`, '>')
    if (typeof options.pattern === 'string') {
      const breaks = `NOT regexp_matches(${column}, ${literal(options.pattern)})`
      rules.push({ rule: 'pattern', expected: options.pattern, breaks })
    }
  }
  if (list) {
    compare('minItems', `len(${column})`, '<')
    compare('maxItems', `len(${column})`, '>')
    if (options.uniqueItems === true) {
      rules.push({ rule: 'uniqueItems', expected: 'true', breaks: `len(list_distinct(${column})) < len(${column})` })
    }
  }
  return rules
}

function ruleChecks(dataset: Dataset): Check[] {
  const place = (name?: string) => dataset.properties.find(property => property.name === name)?.place
  const all = [...dataset.quality, ...dataset.properties.flatMap(property => property.quality)]
  return all.map(rule => {
    const [property] = rule.properties
    const measure = metric(rule)
    const standing = place(property)
    return {
      ...(property ? { property: rule.properties.join(', ') } : {}),
      rule: rule.id,
      severity: rule.severity,
      expected: `${METRICS[rule.metric]} ${said(rule.comparison)}${rule.unit === 'percent' ? ' %' : ''}`,
      measure,
      judge: (count, rows) => {
        const value = rule.unit === 'percent' ? (rows === 0 ? 0 : (100 * count) / rows) : count
        const actual = rule.unit === 'percent' ? `${Math.round(value * 1000) / 1000} %` : String(value)
        return { passed: holds(value, rule.comparison), actual }
      },
      ...(standing ? { place: standing } : {}),
      problem: (details, at) => problem('CONTRACT_BROKEN_QUALITY', details, at),
    }
  })
}

const METRICS: Record<QualityRule['metric'], string> = {
  rowCount: 'rows',
  nullValues: 'null values',
  missingValues: 'missing values',
  invalidValues: 'invalid values',
  duplicateValues: 'duplicate values',
}

function metric({ metric, properties, arguments: args }: QualityRule): string {
  const columns = properties.map(identifier)
  const [column = 'NULL'] = columns
  const text = `CAST(${column} AS VARCHAR)`
  switch (metric) {
    case 'rowCount':
      return 'count(*)'
    case 'nullValues':
      return `count(*) FILTER (WHERE ${column} IS NULL)`
    case 'missingValues': {
      const given = Array.isArray(args.missingValues) ? args.missingValues : [null, '']
      const values = given.filter(value => value !== null).map(value => literal(String(value)))
      const among = values.length > 0 ? ` OR ${text} IN (${values.join(', ')})` : ''
      const isNull = given.includes(null) ? `${column} IS NULL` : 'false'
      return `count(*) FILTER (WHERE ${isNull}${among})`
    }
    case 'invalidValues': {
      const conditions: string[] = []
      if (Array.isArray(args.validValues)) {
        const values = args.validValues.filter(value => value !== null).map(value => literal(String(value)))
        conditions.push(values.length > 0 ? `${text} NOT IN (${values.join(', ')})` : `${column} IS NOT NULL`)
      }
      if (typeof args.pattern === 'string') conditions.push(`NOT regexp_matches(${text}, ${literal(args.pattern)})`)
      return conditions.length > 0 ? `count(*) FILTER (WHERE ${conditions.join(' OR ')})` : '0'
    }
    case 'duplicateValues':
      return duplicates(columns)
  }
}

/** Rows beyond the first of each value; rows in which all of it is there. */
function duplicates(columns: string[]): string {
  if (columns.length === 1) return `count(${columns[0]}) - count(DISTINCT ${columns[0]})`
  const there = columns.map(column => `${column} IS NOT NULL`).join(' AND ')
  return `count(*) FILTER (WHERE ${there}) - count(DISTINCT (${columns.join(', ')})) FILTER (WHERE ${there})`
}

function repeated(columns: string[]): string {
  const key = columns.length === 1 ? columns[0]! : `(${columns.join(', ')})`
  return `${key} IN (SELECT ${key} FROM $table GROUP BY ALL HAVING count(*) > 1)`
}

function holds(value: number, comparison: Comparison): boolean {
  switch (comparison.op) {
    case 'mustBe':
      return value === comparison.value
    case 'mustNotBe':
      return value !== comparison.value
    case 'mustBeGreaterThan':
      return value > comparison.value
    case 'mustBeGreaterOrEqualTo':
      return value >= comparison.value
    case 'mustBeLessThan':
      return value < comparison.value
    case 'mustBeLessOrEqualTo':
      return value <= comparison.value
    case 'mustBeBetween':
      return value >= comparison.from && value <= comparison.to
    case 'mustNotBeBetween':
      return value < comparison.from || value > comparison.to
  }
}

function said(comparison: Comparison): string {
  switch (comparison.op) {
    case 'mustBe':
      return `= ${comparison.value}`
    case 'mustNotBe':
      return `≠ ${comparison.value}`
    case 'mustBeGreaterThan':
      return `> ${comparison.value}`
    case 'mustBeGreaterOrEqualTo':
      return `≥ ${comparison.value}`
    case 'mustBeLessThan':
      return `< ${comparison.value}`
    case 'mustBeLessOrEqualTo':
      return `≤ ${comparison.value}`
    case 'mustBeBetween':
      return `from ${comparison.from} to ${comparison.to}`
    case 'mustNotBeBetween':
      return `not from ${comparison.from} to ${comparison.to}`
  }
}

/** Classifications whose values a problem may show to whoever sees runs. Others, and unknown ones, it may not. */
const SHOWN = new Set([undefined, 'public', 'internal'])

/** `, for example order_id = UK-1`: the key of a row that breaks the rule, where keys may be shown. */
async function exampleOf(
  connection: DuckDBConnection,
  dataset: Dataset,
  table: string,
  broken: string,
): Promise<string> {
  const key = dataset.properties.filter(property => dataset.primaryKey.includes(property.name))
  if (key.length === 0 || !key.every(property => SHOWN.has(property.classification))) return ''
  const columns = key.map(property => `left(CAST(${identifier(property.name)} AS VARCHAR), 80)`)
  const where = broken.replaceAll('$table', () => table)
  const reader = await connection.runAndReadAll(`SELECT ${columns.join(', ')} FROM ${table} WHERE ${where} LIMIT 1`)
  const row = reader.getRows()[0]
  if (!row) return ''
  return `, for example ${key.map((property, index) => `${property.name} = ${row[index] ?? 'missing'}`).join(', ')}`
}
