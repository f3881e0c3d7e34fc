import type { Value } from '@terrane/schema'
import type { SqlDialect } from './sql-dialect.js'

/**
 * MySQL and what speaks its protocol. `collation` compares text by bytes: the engine's own name for it, without padding,
 * because elsewhere `'a' = 'a '`.
 */
export function mysqlDialect(collation: string): SqlDialect {
  const asText = (expression: string) => `CONVERT(${expression} USING utf8mb4) COLLATE ${collation}`
  return {
    name: identifier => `\`${identifier.replaceAll('`', '``')}\``,
    column: quoted => quoted,
    output: expression => expression,
    decode(raw, type) {
      if (raw === null || raw === undefined) return null
      switch (type.kind) {
        case 'bigint':
        case 'decimal':
          return String(raw)
        case 'integer':
        case 'double':
          return Number(raw)
        case 'boolean':
          return Number(raw) !== 0
        case 'timestamp':
          return `${String(raw).slice(0, 10)}T${String(raw).slice(11)}Z`
        case 'array':
        case 'json':
          return JSON.parse(raw as string) as Value
        default:
          return raw as Value
      }
    },
    // Casts, because MySQL compares a number with a text as doubles, and a decimal literal is not a double.
    bind(parameters, value, type) {
      switch (type.kind) {
        case 'decimal':
          return `CAST(${parameters.add(value)} AS DECIMAL(${type.precision}, ${type.scale}))`
        case 'bigint':
          return `CAST(${parameters.add(value)} AS SIGNED)`
        case 'double':
          return `(${parameters.add(value)} + 0e0)`
        case 'boolean':
          return parameters.add(value ? 1 : 0)
        case 'integer':
          return parameters.add(value)
        case 'timestamp':
          return `CAST(${parameters.add(String(value).replace('T', ' ').replace('Z', ''))} AS DATETIME(6))`
        case 'date':
          return `CAST(${parameters.add(value)} AS DATE)`
        case 'time':
          return `CAST(${parameters.add(value)} AS TIME(6))`
        default:
          return asText(parameters.add(value))
      }
    },
    match(text, part, where) {
      if (where === 'contains') return `INSTR(${text}, ${part}) > 0`
      const side = where === 'startsWith' ? 'LEFT' : 'RIGHT'
      return `${side}(${text}, CHAR_LENGTH(${part})) = ${part}`
    },
    first: (text, length) => asText(`CONCAT(LEFT(${text}, ${Math.trunc(length)}), '…')`),
    sha256: text => asText(`SHA2(${text}, 256)`),
    order: (expression, direction, nullable) => [
      ...(nullable ? [{ expression: `(${expression} IS NULL)`, direction: 'ASC' as const }] : []),
      { expression, direction },
    ],
  }
}
