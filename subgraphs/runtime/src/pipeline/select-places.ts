/** Where a model's columns stand in its SQL, as byte offsets, for problems that are about one of them. */
export interface SelectPlaces {
  /** Of the column at this place among all; of the star that gives it; of the first where it is not there at all. */
  offsetOf(name: string, index: number): number | undefined
}

type Tree = Record<string, unknown>

/** From `json_serialize_sql`'s tree of one SELECT; of several (UNION) the first names the columns. */
export function selectPlaces(statement: unknown): SelectPlaces {
  const items = firstSelect(isTree(statement) ? statement.node : undefined)
  const places = items.map(item => ({ name: nameOf(item).toLowerCase(), star: item.class === 'STAR', at: first(item) }))
  return {
    offsetOf(name, index) {
      const named = places.find(item => item.name === name.toLowerCase())
      const star = places.find(item => item.star)
      const positional = star || index < 0 ? undefined : places[index]
      return (named ?? positional ?? (index < 0 ? undefined : star) ?? places[0])?.at
    },
  }
}

function firstSelect(node: unknown): Tree[] {
  if (!isTree(node)) return []
  if (Array.isArray(node.select_list)) return node.select_list.filter(isTree)
  return firstSelect(node.left)
}

function nameOf({ alias, class: form, column_names: names }: Tree): string {
  if (typeof alias === 'string' && alias !== '') return alias
  return form === 'COLUMN_REF' && Array.isArray(names) ? String(names.at(-1)) : ''
}

/** An operator's own place is between its operands. */
function first(tree: unknown): number | undefined {
  if (Array.isArray(tree)) return least(tree.map(first))
  if (!isTree(tree)) return undefined
  const own = tree.query_location
  return least([
    typeof own === 'number' && own < Number.MAX_SAFE_INTEGER ? own : undefined,
    ...Object.values(tree).map(first),
  ])
}

function least(offsets: (number | undefined)[]): number | undefined {
  const known = offsets.filter(offset => offset !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
