import { type Problem, problem } from '../problems/problem.js'
import type { ValueType } from './model.js'
import type { Source } from './source.js'

/**
 * The type of a property's values: from `logicalType`, made exact by `physicalType` and `logicalTypeOptions.format`
 * (ODCS "Schema", logical type options). Without a `logicalType` the physical one decides, else it is text.
 */
export function valueTypeOf(property: Source, problems: Problem[]): ValueType {
  const physical = property.text('physicalType') ?? ''
  const logical = property.text('logicalType') ?? logicalOf(physical)
  const place = property.get('physicalType')?.place ?? property.place
  switch (logical) {
    case 'integer':
      return integer(physical, property.get('logicalTypeOptions')?.text('format'))
    case 'number':
      // A number that is stored as an integer is one.
      return logicalOf(physical) === 'integer' ? integer(physical, undefined) : number(physical, problems, place)
    case 'date':
    case 'time':
    case 'boolean':
    case 'timestamp':
      // ODCS 3.0 knows only `date`; the physical type tells a timestamp from a day.
      return { kind: logical === 'date' && /^(timestamp|datetime)/i.test(physical) ? 'timestamp' : logical }
    case 'array':
      return array(property.get('items'), problems)
    case 'vector':
      return { kind: 'array', items: { kind: 'double' } }
    case 'object':
    case 'map':
      return { kind: 'json' }
    default:
      return { kind: 'string' }
  }
}

function integer(physical: string, format: string | undefined): ValueType {
  const wide = /^(bigint|bigserial|int8|int64|long|hugeint|ubigint|uint64|uint32|uinteger)\b/i.test(physical.trim())
  const digits = Number(/^\s*(?:decimal|numeric)\s*\(\s*(\d+)/i.exec(physical)?.[1] ?? 0)
  return { kind: wide || digits > 9 || /^(i64|u64|u32|i128|u128)$/.test(format ?? '') ? 'bigint' : 'integer' }
}

/** Doubles lose cents: what says DECIMAL stays exact, to the 18 digits that a 64-bit integer holds. */
function number(physical: string, problems: Problem[], place: Source['place']): ValueType {
  const match = /^\s*(?:decimal|numeric|dec)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?/i.exec(physical)
  if (match === null) return { kind: 'double' }
  // SQL leaves DECIMAL without figures to the engine; DuckDB takes (18,3), and so do we.
  const precision = match[1] === undefined ? 18 : Number(match[1])
  const scale = match[1] === undefined ? 3 : Number(match[2] ?? 0)
  if (precision < 1 || precision > 18 || scale > precision) {
    problems.push(problem('DECIMAL_OUT_OF_RANGE', { precision, scale }, place))
    return { kind: 'decimal', precision: 18, scale: Math.min(scale, 18) }
  }
  return { kind: 'decimal', precision, scale }
}

function array(items: Source | undefined, problems: Problem[]): ValueType {
  if (items === undefined) return { kind: 'json' }
  const type = valueTypeOf(items, problems)
  return type.kind === 'array' || type.kind === 'json' ? { kind: 'json' } : { kind: 'array', items: type }
}

function logicalOf(physical: string): string {
  const type = physical.trim().toLowerCase()
  if (
    /^(tinyint|smallint|mediumint|int|integer|bigint|long|hugeint|(?:big|small)?serial|u?int(8|16|32|64))\b/.test(type)
  ) {
    return 'integer'
  }
  if (/^(decimal|numeric|dec|double|float|real|number)\b/.test(type)) return 'number'
  if (/^(timestamp|datetime)/.test(type)) return 'timestamp'
  if (/^(date|time|boolean)\b/.test(type)) return /^\w+/.exec(type)![0]
  if (/^bool\b/.test(type)) return 'boolean'
  if (/^(json|struct|map|object|variant)\b/.test(type)) return 'object'
  return 'string'
}
