import type { ValueType } from '@terrane/schema'
import { identifier } from './sql.js'

/**
 * From what a model gives to what its contract promises, without changing a value. Three verdicts:
 * the types are the same or every value of one is one of the other (as is) · it depends on the values (checked, each
 * must survive the way there and back) · the types mean different things (refused: the model decides what is lost).
 */
export type Conversion =
  | { kind: 'as-is'; expression: string }
  | { kind: 'checked'; expression: string /** True for rows whose value would change. */; breaks: string }
  | { kind: 'refused' /** SQL that would decide it. */; suggestion: string }

/** DuckDB's type for a promised one, in `columns.duckdb`. */
export function columnType(type: ValueType): string {
  switch (type.kind) {
    case 'string':
      return 'VARCHAR'
    case 'boolean':
      return 'BOOLEAN'
    case 'integer':
      return 'INTEGER'
    case 'bigint':
      return 'BIGINT'
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`
    case 'double':
      return 'DOUBLE'
    case 'date':
      return 'DATE'
    case 'timestamp':
      return 'TIMESTAMP'
    case 'time':
      return 'TIME'
    case 'array':
      return `${columnType(type.items)}[]`
    case 'json':
      return 'JSON'
  }
}

const EXACT_NUMBER = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DECIMAL\(.*\)|BIGNUM)$/
const TEXT = /^(VARCHAR|ENUM\(.*\)|JSON)$/

/** Types of which every value is one of the promised kind. */
const CONTAINED: Record<ValueType['kind'], RegExp> = {
  string: /^(VARCHAR|ENUM\(.*\)|UUID|JSON)$/,
  boolean: /^BOOLEAN$/,
  integer: /^(TINYINT|SMALLINT|INTEGER|UTINYINT|USMALLINT)$/,
  bigint: /^(TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER)$/,
  decimal: /^$/, // by its own rule below
  double: /^(FLOAT|DOUBLE|TINYINT|SMALLINT|INTEGER|UTINYINT|USMALLINT|UINTEGER)$/,
  date: /^DATE$/,
  // Sessions are in UTC, so a time with zone is the same instant without.
  timestamp: /^(TIMESTAMP|TIMESTAMP_S|TIMESTAMP_MS|TIMESTAMP WITH TIME ZONE|DATE)$/,
  time: /^TIME$/,
  array: /^$/,
  json: /^(JSON|STRUCT\(.*\)|MAP\(.*\)|.*\[\d*\])$/,
}

/** Types whose values may be of the promised kind, each to be looked at. */
const POSSIBLE: Record<ValueType['kind'], RegExp> = {
  string: /^$/,
  boolean: /^$/,
  integer: EXACT_NUMBER,
  bigint: EXACT_NUMBER,
  decimal: EXACT_NUMBER,
  double: EXACT_NUMBER,
  date: /^TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?$/, // where it is midnight
  timestamp: /^TIMESTAMP_NS$/,
  time: /^$/,
  array: /\[\d*\]$/,
  json: /^VARCHAR$/,
}

/** `found`: the column's type as DESCRIBE writes it. */
export function conversion(column: string, found: string, promised: ValueType): Conversion {
  const name = identifier(column)
  const target = columnType(promised)
  if (found === target) return { kind: 'as-is', expression: name }
  if (promised.kind === 'json' && found !== 'VARCHAR' && CONTAINED.json.test(found)) {
    return { kind: 'as-is', expression: `to_json(${name})` }
  }
  if (containedIn(found, promised)) return { kind: 'as-is', expression: `CAST(${name} AS ${target})` }
  if (!mayBe(found, promised)) return { kind: 'refused', suggestion: suggestion(column, found, promised) }
  const cast = `TRY_CAST(${name} AS ${target})`
  // Text that is JSON is kept as written; everything else must come back as it went.
  const back = promised.kind === 'json' ? '' : ` OR CAST(${cast} AS ${found}) IS DISTINCT FROM ${name}`
  return { kind: 'checked', expression: cast, breaks: `${name} IS NOT NULL AND (${cast} IS NULL${back})` }
}

function containedIn(found: string, promised: ValueType): boolean {
  if (promised.kind === 'decimal') {
    const from = /^DECIMAL\((\d+),(\d+)\)$/.exec(found)
    const digits = promised.precision - promised.scale
    if (from) return Number(from[2]) <= promised.scale && Number(from[1]) - Number(from[2]) <= digits
    const whole = { TINYINT: 3, UTINYINT: 3, SMALLINT: 5, USMALLINT: 5, INTEGER: 10, UINTEGER: 10, BIGINT: 19 }[found]
    return whole !== undefined && whole <= digits
  }
  const item = promised.kind === 'array' ? itemOf(found) : undefined
  if (promised.kind === 'array')
    return item !== undefined && (item === columnType(promised.items) || containedIn(item, promised.items))
  return CONTAINED[promised.kind].test(found)
}

function mayBe(found: string, promised: ValueType): boolean {
  if (promised.kind !== 'array') return POSSIBLE[promised.kind].test(found)
  const item = itemOf(found)
  return item !== undefined && (containedIn(item, promised.items) || mayBe(item, promised.items))
}

/** `INTEGER` of `INTEGER[]` and `INTEGER[3]`. */
function itemOf(found: string): string | undefined {
  return /^(.*)\[\d*\]$/.exec(found)?.[1]
}

function suggestion(column: string, found: string, promised: ValueType): string {
  const target = columnType(promised)
  if (promised.kind === 'decimal' && /^(DOUBLE|FLOAT)$/.test(found)) {
    return `CAST(round(${column}, ${promised.scale}) AS ${target})`
  }
  if (promised.kind === 'timestamp' && TEXT.test(found)) return `strptime(${column}, '%Y-%m-%d %H:%M:%S')`
  return TEXT.test(found) ? `TRY_CAST(${column} AS ${target})` : `CAST(${column} AS ${target})`
}
