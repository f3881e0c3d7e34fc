import { GraphQLError, GraphQLScalarType, Kind, type ValueNode, valueFromASTUntyped } from 'graphql'

/**
 * The graph's scalars. On the way out values are already in the one form of `Value` and pass as they are; on the way in
 * they are checked and brought into that form, so that stores only ever meet it.
 */

/** "2026-01-31" */
export const DateScalar = textual(
  'Date',
  'A day, `2026-01-31`.',
  'https://scalars.graphql.org/andimarek/local-date',
  text => (isDay(text) ? text : undefined),
)

/** "2026-01-31T09:30:00.000000Z" */
export const DateTimeScalar = textual(
  'DateTime',
  'A moment in UTC with microseconds, `2026-01-31T09:30:00.000000Z`. As an input any offset is understood, and a day is its first moment.',
  'https://www.rfc-editor.org/rfc/rfc3339',
  momentOf,
)

/** "09:30:00.000000" */
export const TimeScalar = textual('Time', 'A time of day with microseconds, `09:30:00.000000`.', undefined, timeOf)

export const DecimalScalar = textual(
  'Decimal',
  'An exact decimal number, a string in JSON: `"19.90"`. As an input also a number.',
  undefined,
  text => (/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text) ? plainDecimal(text) : undefined),
)

export const BigIntScalar = textual(
  'BigInt',
  'An integer of 64 bits, a string in JSON: `"9007199254740993"`. As an input also a number.',
  undefined,
  text =>
    /^[+-]?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text) ? `${BigInt(text)}` : undefined,
)

export const JsonScalar = new GraphQLScalarType({
  name: 'JSON',
  description: 'Any JSON value.',
  serialize: value => value,
  parseValue: value => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
})

/** `read` gives the one form of the text, or undefined where it is none. */
function textual(
  name: string,
  description: string,
  specifiedByURL: string | undefined,
  read: (text: string) => string | undefined,
): GraphQLScalarType {
  const numeric = name === 'Decimal' || name === 'BigInt'
  const parse = (text: string, node?: ValueNode) => {
    const value = read(text)
    if (value === undefined) {
      throw new GraphQLError(`${name} cannot represent ${JSON.stringify(text)}.`, { nodes: node })
    }
    return value
  }
  return new GraphQLScalarType({
    name,
    description,
    specifiedByURL,
    serialize: value => (typeof value === 'string' ? value : String(value)),
    parseValue(value) {
      if (typeof value === 'string') return parse(value)
      if (numeric && typeof value === 'number' && Number.isFinite(value)) {
        if (mayBeRounded(value, name))
          throw new GraphQLError(
            `${name} cannot represent ${value} for sure: a number of so many digits goes in a string.`,
          )
        return parse(expanded(value))
      }
      throw new GraphQLError(`${name} cannot represent a ${value === null ? 'null' : typeof value}.`)
    },
    parseLiteral(node) {
      // A number's literal is read as text: exact, whatever its length.
      const accepted =
        node.kind === Kind.STRING || (numeric && (node.kind === Kind.INT || node.kind === Kind.FLOAT))
          ? node.value
          : undefined
      if (accepted === undefined)
        throw new GraphQLError(`${name} cannot represent this kind of value.`, { nodes: node })
      return parse(accepted, node)
    },
  })
}

/**
 * Whether it may have been another number before JSON was read: beyond 2^53 any whole one may, and of what is written with
 * fifteen digits none.
 */
const mayBeRounded = (value: number, scalar: string) =>
  Math.abs(value) > Number.MAX_SAFE_INTEGER &&
  (scalar === 'BigInt' || value.toExponential().replace(/e.*$|\D/g, '').length > CERTAIN_DIGITS)
const CERTAIN_DIGITS = 15

/** JavaScript's shortest text of a number, 1.5e-7, without the exponent: "0.00000015". */
function expanded(value: number): string {
  const [mantissa = '', exponent] = String(value).split('e')
  if (exponent === undefined) return mantissa
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d+)\.?(\d*)$/.exec(mantissa)!
  const point = whole.length + Number(exponent)
  const digits = (whole + fraction).padStart(whole.length + fraction.length + Math.max(0, -point), '0')
  const at = Math.max(point, 0)
  return `${sign}${digits.slice(0, at).padEnd(at, '0')}.${digits.slice(at)}`
}

/** "+019." → "19", ".5" → "0.5": what every store reads alike. */
function plainDecimal(text: string): string {
  const [, sign, whole = '', fraction = ''] = /^([+-]?)0*(\d*)\.?(\d*)$/.exec(text)!
  const digits = `${whole || '0'}${fraction === '' ? '' : `.${fraction}`}`
  return sign === '-' && /[1-9]/.test(digits) ? `-${digits}` : digits
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

/** RFC 3339; fractions beyond microseconds are refused rather than rounded. */
function momentOf(text: string): string | undefined {
  if (isDay(text)) return `${text}T00:00:00.000000Z`
  const match = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?([Zz]|[+-]\d{2}:\d{2})$/.exec(text)
  if (!match) return undefined
  const [, day, time, fraction = '', offset] = match
  if (!isDay(day!)) return undefined
  const moment = new Date(`${day}T${time}${offset!.toUpperCase()}`)
  if (Number.isNaN(moment.getTime())) return undefined
  return `${moment.toISOString().slice(0, 19)}.${fraction.padEnd(6, '0')}Z`
}

function timeOf(text: string): string | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?$/.exec(text)
  if (!match) return undefined
  const [, hours, minutes, seconds = '00', fraction = ''] = match
  return `${hours}:${minutes}:${seconds}.${fraction.padEnd(6, '0')}`
}
