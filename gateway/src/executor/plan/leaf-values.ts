import { type GraphQLLeafType, isEnumType } from 'graphql'

/** A leaf as the client gets it; undefined where the type does not allow the value. */
export type Leaf = (value: unknown) => unknown

export function leafOf(type: GraphQLLeafType): Leaf {
  if (isEnumType(type)) {
    const names = new Set<unknown>(type.getValues().map(({ name }) => name))
    return value => (names.has(value) ? value : undefined)
  }
  return BUILT_IN.get(type.name) ?? custom
}

/** Far beyond what anybody means, and far from what cannot be written as JSON: that would cost the whole answer. */
const DEEPEST = 500

/** Custom scalars are whatever JSON their subgraph gives. */
const custom: Leaf = value => (typeof value !== 'object' || isNestedWithin(value, DEEPEST) ? value : undefined)

function isNestedWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (levels === 0) return false
  return Object.values(value).every(one => isNestedWithin(one, levels - 1))
}

const isInt = (value: unknown): value is number => typeof value === 'number' && (value | 0) === value

const BUILT_IN: ReadonlyMap<string, Leaf> = new Map<string, Leaf>([
  ['String', value => (typeof value === 'string' ? value : undefined)],
  ['Boolean', value => (typeof value === 'boolean' ? value : undefined)],
  ['Int', value => (isInt(value) ? value : undefined)],
  ['Float', value => (Number.isFinite(value) ? value : undefined)],
  ['ID', value => (typeof value === 'string' ? value : Number.isSafeInteger(value) ? String(value) : undefined)],
])
