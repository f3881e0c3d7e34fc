import { type GraphQLLeafType, isEnumType } from 'graphql'
import { quoted } from './json-text.js'

/** A leaf's JSON as the client gets it; undefined where the type does not allow the value. Never asked about null. */
export type Leaf = (value: unknown) => string | undefined

export function leafOf(type: GraphQLLeafType): Leaf {
  if (isEnumType(type)) {
    const names = new Map<unknown, string>(type.getValues().map(({ name }) => [name, `"${name}"`]))
    return value => names.get(value)
  }
  return BUILT_IN.get(type.name) ?? anyJson
}

/** Far beyond what anybody means, and far from what cannot be written as JSON: that would cost the whole answer. */
const DEEPEST = 500

/** Custom scalars are whatever JSON their subgraph gives. */
const anyJson: Leaf = value => {
  if (typeof value === 'string') return quoted(value)
  return isNestedWithin(value, DEEPEST) ? JSON.stringify(value) : undefined
}

function isNestedWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (levels === 0) return false
  return Object.values(value).every(one => isNestedWithin(one, levels - 1))
}

const isInt = (value: unknown): value is number => typeof value === 'number' && (value | 0) === value

const BUILT_IN: ReadonlyMap<string, Leaf> = new Map<string, Leaf>([
  ['String', value => (typeof value === 'string' ? quoted(value) : undefined)],
  ['Boolean', value => (value === true ? 'true' : value === false ? 'false' : undefined)],
  // Minus nothing is an Int too, and JSON writes it without its sign, as texts do.
  ['Int', value => (isInt(value) ? `${value}` : undefined)],
  ['Float', value => (Number.isFinite(value) ? `${value}` : undefined)],
  ['ID', value => (typeof value === 'string' ? quoted(value) : Number.isSafeInteger(value) ? `"${value}"` : undefined)],
])
