import { type GraphQLLeafType, isEnumType } from 'graphql'
import { DEEPEST, isNestedWithin } from '../nesting.js'
import { ExactNumber } from '../numbers/exact-number.js'
import { hasInfinite } from '../numbers/infinite.js'
import { writeJson } from '../numbers/write-json.js'

/** A leaf's JSON as the client gets it; undefined where the type does not allow the value. Never asked about null. */
export type Leaf = (value: unknown) => string | undefined

/** `write`: how texts are written. */
export function leafOf(type: GraphQLLeafType, write: (text: string) => string): Leaf {
  if (isEnumType(type)) {
    const names = new Map<unknown, string>(type.getValues().map(({ name }) => [name, `"${name}"`]))
    return value => names.get(value)
  }
  switch (type.name) {
    case 'String':
      return value => (typeof value === 'string' ? write(value) : undefined)
    case 'ID':
      return value => (typeof value === 'string' ? write(value) : isWhole(value) ? `"${textOf(value)}"` : undefined)
    // Minus nothing is an Int too, and JSON writes it without its sign, as texts do.
    case 'Int':
      return value => (isInt(value) ? `${value}` : undefined)
    case 'Float':
      return value => writeFloat(value instanceof ExactNumber ? Number(value.text) : value)
    case 'Boolean':
      return value => (value === true ? 'true' : value === false ? 'false' : undefined)
    default:
      return value => (typeof value === 'string' ? write(value) : anyJson(value))
  }
}

/**
 * Custom scalars are whatever JSON their subgraph gives; what cannot be written would cost the whole answer, or be null
 * without a word.
 */
const anyJson: Leaf = value => (isNestedWithin(value, DEEPEST) && !hasInfinite(value) ? writeJson(value) : undefined)

const writeFloat: Leaf = value => (Number.isFinite(value) ? `${value}` : undefined)

const isWhole = (value: unknown): value is number | ExactNumber =>
  value instanceof ExactNumber ? /^-?\d+$/.test(value.text) : Number.isSafeInteger(value)
const textOf = (value: number | ExactNumber) => (value instanceof ExactNumber ? value.text : value)

const isInt = (value: unknown): value is number => typeof value === 'number' && (value | 0) === value
