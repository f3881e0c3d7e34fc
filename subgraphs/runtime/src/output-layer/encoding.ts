import type { Value, ValueType } from '@terrane/schema'

/**
 * How values are stored, so that they mean the same everywhere:
 *
 * | kind      | DuckDB         | SQLite                               | MySQL, MariaDB              | as `Value`                    |
 * |-----------|----------------|--------------------------------------|-----------------------------|-------------------------------|
 * | string    | VARCHAR        | TEXT, binary collation               | VARCHAR(n)/LONGTEXT, binary collation without padding | string |
 * | boolean   | BOOLEAN        | INTEGER 0, 1                         | TINYINT 0, 1                | boolean                       |
 * | integer   | INTEGER        | INTEGER                              | INT                         | number                        |
 * | bigint    | BIGINT         | INTEGER                              | BIGINT                      | string                        |
 * | decimal   | DECIMAL(p, s)  | INTEGER, scaled by 10^s              | DECIMAL(p, s)               | string with s decimal places  |
 * | double    | DOUBLE         | REAL                                 | DOUBLE                      | number; null where not finite |
 * | date      | DATE           | TEXT `2026-01-31`                    | DATE                        | `2026-01-31`                  |
 * | timestamp | TIMESTAMP (UTC)| TEXT `2026-01-31T09:30:00.000000Z`   | DATETIME(6) (UTC)           | as in SQLite                  |
 * | time      | TIME           | TEXT `09:30:00.000000`               | TIME(6)                     | as in SQLite                  |
 * | array     | T[]            | TEXT, JSON                           | LONGTEXT, JSON              | array of the above            |
 * | json      | JSON           | TEXT, JSON                           | LONGTEXT, JSON              | as it is                      |
 *
 * Years run from 0001 to 9999, in which the texts sort as the times do. The engines' own rounding is never relied upon:
 * what a client asks for is brought into a column's form here, or found to have none (`comparable`).
 */

/** A value as a column's comparison sees it, or where it lies between two that the column can hold. */
export type Comparable =
  | { fits: true; value: string | number | boolean }
  /** Not one of the column's values; `floor` is the greatest below it, undefined where all are above it. */
  | { fits: false; floor?: string | number; above?: boolean }

const INT32 = { from: -(2n ** 31n), to: 2n ** 31n - 1n }
const INT64 = { from: -(2n ** 63n), to: 2n ** 63n - 1n }

/**
 * Brings a value into the form of a column's type: numbers of integer columns, exact decimal texts, UTC timestamps.
 * @throws TypeError where the value is of another kind altogether; questions are checked before they come here.
 */
export function comparable(type: ValueType, value: Value): Comparable {
  switch (type.kind) {
    case 'integer':
      return whole(value, INT32, number => Number(number))
    case 'bigint':
      return whole(value, INT64, String)
    case 'decimal': {
      const most = 10n ** BigInt(type.precision) - 1n
      return scaled(value, type.scale, { from: -most, to: most }, number => decimalText(number, type.scale))
    }
    case 'double': {
      const number = Number(value)
      if (typeof value === 'boolean' || Number.isNaN(number)) throw unfit(type, value)
      return Number.isFinite(number) ? { fits: true, value: number } : { fits: false, above: number > 0 }
    }
    case 'boolean':
      if (typeof value === 'boolean') return { fits: true, value }
      if (value === 'true' || value === 'false') return { fits: true, value: value === 'true' }
      throw unfit(type, value)
    case 'date':
      return { fits: true, value: matched(type, value, /^\d{4}-\d{2}-\d{2}$/) }
    case 'time':
      return { fits: true, value: withMicroseconds(matched(type, value, /^\d{2}:\d{2}:\d{2}(\.\d{1,6})?$/)) }
    case 'timestamp':
      return { fits: true, value: timestamp(type, value) }
    default:
      if (value !== null && typeof value === 'object') throw unfit(type, value)
      return { fits: true, value: String(value) }
  }
}

/** Whether a column of this type can show the text. */
export function holds(type: ValueType, text: string): boolean {
  if (type.kind === 'array' || type.kind === 'json') return false
  try {
    return comparable(type, text).fits
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

/** The one form of a value of this type, undefined where the type has no such value. Equal values have equal forms. */
export function canonical(type: ValueType, value: Value): Value | undefined {
  if (value === null) return null
  try {
    const found = comparable(type, value)
    return found.fits ? found.value : undefined
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/** `1234` at scale 2 is `12.34`. */
export function decimalText(scaledNumber: bigint, scale: number): string {
  if (scale === 0) return String(scaledNumber)
  const digits = String(scaledNumber < 0n ? -scaledNumber : scaledNumber).padStart(scale + 1, '0')
  return `${scaledNumber < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** `12.34` at scale 2 is `1234`; the text has no more places than that. */
export function scaledInteger(text: string, scale: number): bigint {
  const [units = '0', places = ''] = text.split('.')
  return BigInt(units + places.padEnd(scale, '0'))
}

function whole<Form extends string | number>(
  value: Value,
  range: typeof INT64,
  form: (number: bigint) => Form,
): Comparable {
  return scaled(value, 0, range, form)
}

/** Exact for any number of digits; a JavaScript number counts as the shortest decimal that names it. */
function scaled<Form extends string | number>(
  value: Value,
  scale: number,
  range: { from: bigint; to: bigint },
  form: (number: bigint) => Form,
): Comparable {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(
    typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '',
  )
  if (!parts || !(parts[2] || parts[3])) throw new TypeError(`Expected a number, got ${typeof value}.`)
  const [, sign, units = '', places = '', exponent = '0'] = parts
  const digits = BigInt(`${units}${places}` || '0') * (sign === '-' ? -1n : 1n)
  const shift = Number(exponent) - places.length + scale
  if (digits !== 0n && shift > 400)
    return { fits: false, above: digits > 0n, ...(digits > 0n ? { floor: form(range.to) } : {}) }
  const divisor = 10n ** BigInt(Math.max(0, -shift))
  const number = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / divisor
  const exact = shift >= 0 || digits % divisor === 0n
  const floor = exact || digits > 0n ? number : number - 1n
  if (floor > range.to || (!exact && floor === range.to)) return { fits: false, above: true, floor: form(range.to) }
  if (floor < range.from) return { fits: false, above: false }
  return exact ? { fits: true, value: form(number) } : { fits: false, floor: form(floor) }
}

/** ISO 8601, with or without offset, microseconds kept; a date is its first moment. */
function timestamp(type: ValueType, value: Value): string {
  const parts =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/i.exec(
      String(value),
    )
  if (!parts) throw unfit(type, value)
  const [, date, minutes = '00:00', seconds = '00', fraction = '', offset = 'Z'] = parts
  const zone = /^z$/i.test(offset) ? 'Z' : `${offset.slice(0, 3)}:${offset.slice(3).replace(':', '') || '00'}`
  const moment = new Date(`${date}T${minutes}:${seconds}${zone}`)
  if (Number.isNaN(moment.getTime())) throw unfit(type, value)
  return `${moment.toISOString().slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, '0')}Z`
}

function withMicroseconds(time: string): string {
  const [seconds = '', fraction = ''] = time.split('.')
  return `${seconds}.${fraction.padEnd(6, '0')}`
}

function matched(type: ValueType, value: Value, form: RegExp): string {
  if (typeof value === 'string' && form.test(value)) return value
  throw unfit(type, value)
}

function unfit(type: ValueType, value: Value): TypeError {
  return new TypeError(`Expected a value of ${type.kind}, got ${value === null ? 'null' : typeof value}.`)
}
