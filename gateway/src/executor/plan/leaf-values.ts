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

/** Custom scalars are whatever JSON their subgraph gives. */
const anyJson: Leaf = value => (typeof value === 'string' ? quoted(value) : JSON.stringify(value))

const isInt = (value: unknown): value is number => typeof value === 'number' && (value | 0) === value

const BUILT_IN: ReadonlyMap<string, Leaf> = new Map<string, Leaf>([
  ['String', value => (typeof value === 'string' ? quoted(value) : undefined)],
  ['Boolean', value => (value === true ? 'true' : value === false ? 'false' : undefined)],
  // Minus nothing is an Int too, and JSON writes it without its sign, as texts do.
  ['Int', value => (isInt(value) ? `${value}` : undefined)],
  ['Float', value => (Number.isFinite(value) ? `${value}` : undefined)],
  ['ID', value => (typeof value === 'string' ? quoted(value) : Number.isSafeInteger(value) ? `"${value}"` : undefined)],
])
