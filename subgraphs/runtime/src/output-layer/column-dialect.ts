import type { Value, ValueType } from '@terrane/schema'
import type { SqlDialect } from './sql-dialect.js'

/** DuckDB. Columns are cast to their contract's type, which costs nothing where they have it. */
export const columnDialect: SqlDialect = {
  name: identifier => `"${identifier.replaceAll('"', '""')}"`,
  column: (quoted, type) => {
    // The row stores have no NaN and no infinities; here they would sort and compare as numbers.
    if (type.kind === 'double')
      return `CASE WHEN isfinite(CAST(${quoted} AS DOUBLE)) THEN CAST(${quoted} AS DOUBLE) END`
    return isNested(type) ? quoted : `CAST(${quoted} AS ${duckType(type)})`
  },
  output: text,
  decode(raw, { kind }) {
    if (raw === null || raw === undefined) return null
    if (kind === 'array' || kind === 'json') return JSON.parse(String(raw)) as Value
    return raw as Value
  },
  bind: (parameters, value, type) => {
    if (isNested(type)) return parameters.add(String(value))
    const bound = type.kind === 'timestamp' ? String(value).replace('Z', '') : value
    return `CAST(${parameters.add(bound)} AS ${duckType(type)})`
  },
  match: (subject, part, where) =>
    `${{ contains: 'contains', startsWith: 'starts_with', endsWith: 'ends_with' }[where]}(${subject}, ${part})`,
  first: (subject, length) => `(left(${subject}, ${Math.trunc(length)}) || '…')`,
  sha256: subject => `sha256(${subject})`,
  order: (expression, direction) => [{ expression, direction, nulls: 'NULLS LAST' }],
}

/** A column's type in the column store. */
export function duckType(type: ValueType): string {
  switch (type.kind) {
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'array':
      return `${duckType(type.items)}[]`
    default:
      return TYPES[type.kind]
  }
}
const TYPES = {
  string: 'VARCHAR',
  boolean: 'BOOLEAN',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  double: 'DOUBLE',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  time: 'TIME',
  json: 'JSON',
} as const

/** The expression in `Value`'s form where JavaScript has no exact one of its own: a text, for arrays and JSON a JSON text. */
export function text(expression: string, type: ValueType): string {
  switch (type.kind) {
    case 'decimal':
    case 'bigint':
      return `CAST(${expression} AS VARCHAR)`
    case 'double':
      return `CASE WHEN isfinite(${expression}) THEN ${expression} END`
    case 'date':
      return `strftime(${expression}, '%Y-%m-%d')`
    case 'timestamp':
      return `strftime(${expression}, '%Y-%m-%dT%H:%M:%S.%fZ')`
    case 'time':
      return `strftime(DATE '2000-01-01' + ${expression}, '%H:%M:%S.%f')`
    case 'array':
      return `CAST(to_json(list_transform(CAST(${expression} AS ${duckType(type)}), lambda item: ${text('item', type.items)})) AS VARCHAR)`
    case 'json':
      return `CAST(to_json(${expression}) AS VARCHAR)`
    default:
      return expression
  }
}

function isNested({ kind }: ValueType): boolean {
  return kind === 'array' || kind === 'json'
}
