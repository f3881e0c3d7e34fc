import { createHash } from 'node:crypto'
import type { Dataset, Property, ValueType } from '@terrane/schema'

/**
 * How a property of an input contract becomes a column. DuckDB's casts round (`3.7` → 4, `1.239` → 1.24), cut (a time
 * of day off a date) and ignore offsets (`+02:00` in a TIMESTAMP). So every value is read as a *wider* type first, and
 * the row fits only where narrowing loses nothing.
 */

/** Raised when typing changes its mind about values: everything is typed again then. */
const TYPING = 1

/** Of a row in a typed table: the load it came with, and what is wrong with it (0: it fits; all others are hidden and in quarantine). */
export const FILE = '"#file"'
export const FAULT = '"#fault"'

/** What makes two typings of one file differ. */
export function fingerprintOf(dataset: Pick<Dataset, 'properties'>): string {
  const said = dataset.properties.map(({ name, type, required, physicalName }) => [name, type, required, physicalName])
  return createHash('sha256')
    .update(JSON.stringify([TYPING, said]))
    .digest('hex')
    .slice(0, 12)
}

export function columnType(type: ValueType): string {
  switch (type.kind) {
    case 'string':
      return 'VARCHAR'
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'array':
      return `${columnType(type.items)}[]`
    default:
      return type.kind.toUpperCase()
  }
}

/** Decimals beyond the contract's that are still told apart from none. */
const SPARE = 6

export function wideType(type: ValueType): string {
  switch (type.kind) {
    case 'integer':
      return 'DECIMAL(18, 8)'
    case 'bigint':
      return `DECIMAL(${19 + SPARE}, ${SPARE})`
    case 'decimal':
      return `DECIMAL(${type.precision + SPARE}, ${type.scale + SPARE})`
    case 'date':
    case 'timestamp':
      return 'TIMESTAMP'
    case 'array':
    case 'json':
      return 'VARCHAR'
    default:
      return columnType(type)
  }
}

/** DuckDB keeps decimals of so many digits in a machine's word. */
const WORD_DIGITS = 18

/**
 * A text as a shorter type, where that holds exactly what the wide type would: DuckDB 1.5 takes a hundred times as long
 * to read a text as a decimal of more than 18 digits. Null where the text says more than that, or is none. Undefined
 * where the wide type is as quick.
 */
function quickly(type: ValueType, text: string): string | undefined {
  if (type.kind === 'bigint') {
    return `CASE WHEN regexp_full_match(${text}, '[+-]?[0-9]{1,${WORD_DIGITS}}') THEN TRY_CAST(${text} AS BIGINT) END`
  }
  if (!isSlow(type)) return undefined
  const scale = type.scale + SPARE
  return scale < WORD_DIGITS ? `TRY_CAST(${text} AS DECIMAL(${WORD_DIGITS}, ${scale}))` : undefined
}

/** Whether texts are better not read as the wide type by a reader of files. */
export function isSlow(type: ValueType): type is Extract<ValueType, { kind: 'bigint' | 'decimal' }> {
  return type.kind === 'bigint' || (type.kind === 'decimal' && type.precision + SPARE > WORD_DIGITS)
}

/**
 * From expressions of the wide type, tried in order: the value, and the condition under which nothing of it is lost. More
 * than one only of numbers.
 */
function narrow(type: ValueType, [wide, ...others]: [string, ...string[]]): { value: string; fits?: string } {
  const column = columnType(type)
  switch (type.kind) {
    case 'integer':
    case 'bigint':
    case 'decimal': {
      const each = [wide, ...others].map(one => ({ value: `TRY_CAST(${one} AS ${column})`, one }))
      const value = each.map(({ value }) => value).join(', ')
      return {
        value: each.length > 1 ? `coalesce(${value})` : value,
        fits: `coalesce(${each.map(({ value, one }) => `${value} = ${one}`).join(', ')}, false)`,
      }
    }
    case 'date':
      return { value: `CAST(${wide} AS DATE)`, fits: `isfinite(${wide}) AND CAST(${wide} AS DATE) = ${wide}` }
    case 'timestamp':
    case 'double':
      return { value: wide, fits: `isfinite(${wide})` }
    case 'json':
      return { value: `TRY_CAST(${wide} AS JSON)`, fits: `json_valid(${wide})` }
    case 'array': {
      const list = arrayOf(type.items, wide)
      return {
        value: list,
        fits: `coalesce(json_type(TRY_CAST(${wide} AS JSON)) = 'ARRAY', false) AND ${list} IS NOT NULL`,
      }
    }
    default:
      return { value: wide }
  }
}

function arrayOf(items: ValueType, text: string): string {
  const list = (type: string) => `TRY_CAST(TRY_CAST(${text} AS JSON) AS ${type}[])`
  if (items.kind !== 'timestamp') return list(columnType(items))
  return `list_transform(${list('TIMESTAMPTZ')}, lambda each: each AT TIME ZONE 'UTC')`
}

/** What a fault's number says: 4 × the property's place + kind. */
const MISSING = 1
const UNREADABLE = 2
const INEXACT = 3
/** The whole row is not an object. */
export const NOT_A_ROW = -1

export function faultOf(fault: number, properties: Property[]): { property?: string; reason: string } {
  if (fault === NOT_A_ROW) return { reason: 'is not a JSON object' }
  const property = properties[fault >> 2]!
  const kind = fault & 3
  const type = nameOf(property.type)
  return {
    property: property.name,
    reason:
      kind === MISSING ? 'is required, but missing' : kind === UNREADABLE ? `is not ${type}` : `is not exactly ${type}`,
  }
}

/** For people: `a decimal(12,2)`. */
export function nameOf(type: ValueType): string {
  switch (type.kind) {
    case 'decimal':
      return `a decimal(${type.precision},${type.scale})`
    case 'array':
      return `a JSON array of ${type.items.kind} values`
    case 'integer':
      return 'an integer'
    case 'json':
      return 'JSON'
    default:
      return `a ${type.kind}`
  }
}

/** Where a property's values come from: an SQL expression of a text, of any type that casts, or of the wide type. */
export interface Source {
  sql: string
  as: 'text' | 'any' | 'wide'
  /** Condition under which the text is no longer what was sent. */
  doubt?: string
}

function widened(type: ValueType, sql: string, as: Source['as']): string {
  if (as === 'wide') return sql
  if (type.kind !== 'timestamp') return `TRY_CAST(${sql} AS ${wideType(type)})`
  const instant = `TRY_CAST(${sql} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'`
  if (as === 'any') return instant
  // TIMESTAMPTZ heeds the offset but takes eight times as long: only where the text has one behind the date.
  const offset = `contains(${sql}, '+') OR contains(substr(${sql}, 11), '-')`
  return `CASE WHEN ${offset} THEN ${instant} ELSE TRY_CAST(${sql} AS TIMESTAMP) END`
}

/**
 * SELECT of all columns, the load's number (or the relation's column that holds it) and the fault, from a relation. `sources` is parallel to the properties;
 * undefined: nothing of it arrived. `notARow` is a condition on the relation.
 */
export function typedSelect(
  properties: Property[],
  sources: (Source | undefined)[],
  relation: string,
  load: number | string,
  notARow?: string,
): string {
  const inner: string[] = [`${notARow ?? 'false'} AS torn`, `${load} AS number`]
  const quick: string[] = []
  const middle: string[] = ['torn', 'number']
  const values: string[] = []
  const faults: string[] = [`WHEN torn THEN ${NOT_A_ROW}`]
  properties.forEach((property, at) => {
    const source = sources[at]
    if (source === undefined) {
      values.push(`CAST(NULL AS ${columnType(property.type)})`)
      return
    }
    inner.push(`${source.sql} AS s${at}`)
    if (source.doubt) {
      inner.push(`${source.doubt} AS d${at}`)
      middle.push(`d${at}`)
      faults.push(`WHEN d${at} THEN ${at * 4 + INEXACT}`)
    }
    const short = source.as === 'text' ? quickly(property.type, `s${at}`) : undefined
    const wide = widened(property.type, `s${at}`, source.as)
    if (short) {
      quick.push(`${short} AS q${at}`)
      middle.push(`q${at}`, `s${at}`, `CASE WHEN q${at} IS NULL THEN ${wide} END AS w${at}`)
    } else middle.push(`s${at}`, `${wide} AS w${at}`)
    const { value, fits } = narrow(property.type, short ? [`q${at}`, `w${at}`] : [`w${at}`])
    values.push(value)
    const nothing = short ? `q${at} IS NULL AND w${at} IS NULL` : `w${at} IS NULL`
    const code = at * 4
    if (source.as !== 'wide') faults.push(`WHEN s${at} IS NOT NULL AND ${nothing} THEN ${code + UNREADABLE}`)
    if (property.required) faults.push(`WHEN ${nothing} THEN ${code + MISSING}`)
    const loss = property.type.kind === 'array' || property.type.kind === 'json' ? UNREADABLE : INEXACT
    if (fits) faults.push(`WHEN NOT (${nothing}) AND NOT (${fits}) THEN ${code + loss}`)
  })
  return `SELECT ${[...values, 'number', `CASE ${faults.join(' ')} ELSE 0 END`].join(', ')}
    FROM (SELECT ${middle.join(', ')} FROM (SELECT ${['*', ...quick].join(', ')} FROM (SELECT ${inner.join(', ')} FROM ${relation})))`
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
