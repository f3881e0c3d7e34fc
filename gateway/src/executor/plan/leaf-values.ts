import { type GraphQLLeafType, isEnumType } from 'graphql'

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
      return value =>
        typeof value === 'string' ? write(value) : Number.isSafeInteger(value) ? `"${value}"` : undefined
    // Minus nothing is an Int too, and JSON writes it without its sign, as texts do.
    case 'Int':
      return value => (isInt(value) ? `${value}` : undefined)
    case 'Float':
      return value => (Number.isFinite(value) ? `${value}` : undefined)
    case 'Boolean':
      return value => (value === true ? 'true' : value === false ? 'false' : undefined)
    default:
      return value => (typeof value === 'string' ? write(value) : anyJson(value))
  }
}

/** Far beyond what anybody means, and far from what cannot be written as JSON: that would cost the whole answer. */
const DEEPEST = 500

/** Custom scalars are whatever JSON their subgraph gives. */
const anyJson: Leaf = value => (isNestedWithin(value, DEEPEST) ? JSON.stringify(value) : undefined)

function isNestedWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (levels === 0) return false
  return Object.values(value).every(one => isNestedWithin(one, levels - 1))
}

const isInt = (value: unknown): value is number => typeof value === 'number' && (value | 0) === value
