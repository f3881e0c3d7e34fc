import type { Transformation } from '@terrane/schema'

/** Where values come from: `input.orders.amount`, or `input.orders.*`, and the most that was done to them on the way. */
export type Sources = ReadonlyMap<string, Transformation>

/** What a query or a table gives. */
export interface Relation {
  /** In order. One without a name can be reached by its position only. */
  columns: { name?: string; sources: Sources }[]
  /** There may be columns of other names, made of these; the order of `columns` then says nothing. */
  rest?: Sources
  /** What decides which rows there are. */
  conditions: Sources
}

const RANK: Record<Transformation, number> = { IDENTITY: 0, TRANSFORMATION: 1, AGGREGATION: 2 }
export const NOTHING: Sources = new Map()

export function union(...all: (Sources | undefined)[]): Sources {
  const some = all.filter(sources => sources !== undefined && sources.size > 0) as Sources[]
  if (some.length < 2) return some[0] ?? NOTHING
  const result = new Map(some[0])
  for (const sources of some.slice(1)) {
    for (const [origin, how] of sources) {
      const before = result.get(origin)
      if (before === undefined || RANK[how] > RANK[before]) result.set(origin, how)
    }
  }
  return result
}

/** The same sources after something more was done to them. */
export function after(how: Transformation, sources: Sources): Sources {
  return new Map([...sources].map(([origin, before]) => [origin, RANK[how] > RANK[before] ? how : before]))
}

export function everything({ columns, rest }: Relation): Sources {
  return union(...columns.map(({ sources }) => sources), rest)
}

/** Of one name, if there can be such a column. */
export function columnOf(relation: Relation, name: string): Sources | undefined {
  const found = relation.columns.filter(column => column.name !== undefined && lower(column.name) === name)
  return found.length > 0 ? union(...found.map(({ sources }) => sources)) : undefined
}

/** `AS t (a, b)`: new names for the first columns. */
export function renamed(relation: Relation, names: readonly string[]): Relation {
  if (names.length === 0) return relation
  if (relation.rest === undefined) {
    const columns = relation.columns.map((column, at) => ({ ...column, name: names[at] ?? column.name }))
    return { ...relation, columns: columns as Relation['columns'] }
  }
  const sources = everything(relation)
  return { ...relation, columns: names.map(name => ({ name, sources })), rest: sources }
}

/** UNION, INTERSECT, EXCEPT: by position, or by name. */
export function stacked(left: Relation, right: Relation, byName: boolean): Relation {
  const conditions = union(left.conditions, right.conditions)
  if (byName) {
    const names = [...left.columns, ...right.columns].flatMap(({ name }) => (name === undefined ? [] : [name]))
    const unnamed = [...left.columns, ...right.columns].some(({ name }) => name === undefined)
    const of = (side: Relation, name: string) => columnOf(side, lower(name)) ?? side.rest
    const columns = [...new Map(names.map(name => [lower(name), name])).values()].map(name => ({
      name,
      sources: union(of(left, name), of(right, name)),
    }))
    const open = unnamed || left.rest !== undefined || right.rest !== undefined
    return { columns, conditions, ...(open ? { rest: union(everything(left), everything(right)) } : {}) }
  }
  if (left.rest === undefined && right.rest === undefined && left.columns.length === right.columns.length) {
    const columns = left.columns.map((column, at) => ({
      ...column,
      sources: union(column.sources, right.columns[at]!.sources),
    }))
    return { columns, conditions }
  }
  const all = union(everything(left), everything(right))
  return { columns: left.columns.map(column => ({ ...column, sources: all })), rest: all, conditions }
}

/** As DuckDB compares names: ASCII only. */
export function lower(name: string): string {
  return name.replace(/[A-Z]/g, letter => letter.toLowerCase())
}
