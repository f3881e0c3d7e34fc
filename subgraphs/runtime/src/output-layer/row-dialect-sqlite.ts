import type { Value } from '@terrane/schema'
import { decimalText, scaledInteger } from './encoding.js'
import type { SqlDialect } from './sql-dialect.js'

/** SQLite as `encoding.ts` describes it. `sha256` is a function that the connection brings along. */
export const sqliteDialect: SqlDialect = {
  name: identifier => `"${identifier.replaceAll('"', '""')}"`,
  column: quoted => quoted,
  // Whole numbers leave as text: better-sqlite3 would round those beyond 2^53.
  output: (expression, { kind }) =>
    kind === 'bigint' || kind === 'decimal' ? `CAST(${expression} AS TEXT)` : expression,
  decode(raw, type) {
    if (raw === null || raw === undefined) return null
    switch (type.kind) {
      case 'decimal':
        return decimalText(BigInt(raw as string), type.scale)
      case 'boolean':
        return Number(raw) !== 0
      case 'array':
      case 'json':
        return JSON.parse(raw as string) as Value
      default:
        return raw as Value
    }
  },
  bind(parameters, value, type) {
    if (type.kind === 'decimal') return parameters.add(scaledInteger(String(value), type.scale))
    if (type.kind === 'bigint') return parameters.add(BigInt(value))
    return parameters.add(value)
  },
  match(text, part, where) {
    if (where === 'contains') return `instr(${text}, ${part}) > 0`
    // Not LIKE, which folds case; not GLOB, which has wildcards. `substr` of null is null.
    return where === 'startsWith'
      ? `substr(${text}, 1, length(${part})) = ${part}`
      : `substr(${text}, -length(${part})) = ${part}`
  },
  first: (text, length) => `substr(${text}, 1, ${Math.trunc(length)}) || '…'`,
  sha256: text => `sha256(${text})`,
  order: (expression, direction, nullable) => [{ expression, direction, ...(nullable ? { nulls: 'NULLS LAST' } : {}) }],
}
