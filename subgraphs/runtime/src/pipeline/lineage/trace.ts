import {
  after,
  columnOf,
  everything,
  lower,
  NOTHING,
  type Relation,
  renamed,
  type Sources,
  stacked,
  union,
} from './relation.js'

/** DuckDB's parsed tree, as `json_serialize_sql` writes it; the fields are those of `grammar.ts`. */
export type Tree = Record<string, unknown>

interface Scope {
  /** `merged`: names that a USING to the left of it has made one column of. */
  tables: { alias: string; relation: Relation; merged?: Set<string> }[]
  outer?: Scope
  /** Names of the select list so far: DuckDB lets later expressions use them. */
  aliases: Map<string, Sources>
  /** Parameters of lambdas: their values come from the list beside them. */
  bound?: Set<string>
}

type Queries = ReadonlyMap<string, Relation>

/**
 * Traces one judged SELECT: which columns of which tables each column is made of. Errs on the side of more: what it does
 * not know by name counts as made of all that is in reach. `tables` gives `input.…` and `abstraction.…` by lower-case name.
 */
export class Trace {
  /** All columns of all tables read. */
  read: Sources = NOTHING

  constructor(private readonly tables: ReadonlyMap<string, Relation>) {}

  statement(tree: Tree, queries: Queries = new Map(), outer?: Scope): Relation {
    return this.#query(tree.node as Tree, queries, outer)
  }

  #query(tree: Tree, queriesAround: Queries, outer?: Scope): Relation {
    const queries = new Map(queriesAround)
    for (const { key, value } of list((tree.cte_map as Tree | undefined)?.map)) {
      const { query, aliases } = value as Tree
      queries.set(lower(String(key)), renamed(this.statement(query as Tree, queries, outer), names(aliases)))
    }
    if (tree.type === 'SELECT_NODE') return this.#select(tree, queries, outer)
    const left = this.#query(tree.left as Tree, queries, outer)
    const right = tree.right as Tree
    let result: Relation
    if (tree.type === 'RECURSIVE_CTE_NODE') result = this.#recursion(tree, left, queries, outer)
    else {
      result = stacked(left, this.#query(right, queries, outer), /BY_NAME/.test(String(tree.setop_type)))
      // All but UNION ALL compare whole rows.
      if (tree.setop_all !== true) result = { ...result, conditions: union(result.conditions, everything(result)) }
    }
    const scope: Scope = { tables: [{ alias: '', relation: result }], aliases: new Map(), ...(outer ? { outer } : {}) }
    const modifiers = this.#expression(tree.modifiers, scope, queries)
    return { ...result, conditions: union(result.conditions, modifiers, placesNamed(tree, result)) }
  }

  /** The recursive part reads what it makes: again until nothing is added. Sources only grow, so this ends. */
  #recursion(tree: Tree, first: Relation, queries: Queries, outer?: Scope): Relation {
    let result = renamed(first, names(tree.aliases))
    for (;;) {
      const around = new Map([...queries, [lower(String(tree.cte_name)), result]])
      const next = stacked(result, this.#query(tree.right as Tree, around, outer), false)
      if (sizeOf(next) === sizeOf(result)) return next
      result = next
    }
  }

  #select(tree: Tree, queries: Queries, outer?: Scope): Relation {
    const scope: Scope = { tables: [], aliases: new Map(), ...(outer ? { outer } : {}) }
    const fromConditions = tree.from_table ? this.#table(tree.from_table as Tree, scope, queries) : NOTHING
    const columns: Relation['columns'] = []
    let rest: Sources | undefined
    let several: Sources = NOTHING
    for (const item of list(tree.select_list)) {
      const alias = String(item.alias ?? '')
      if (item.class === 'STAR' && (item.columns !== true || alias === '')) {
        const star = this.#star(item, scope, queries)
        columns.push(...star.columns)
        rest = rest || star.rest ? union(rest, star.rest) : undefined
        continue
      }
      const sources = this.#expression(item, scope, queries)
      if (givesSeveral(item)) {
        several = union(several, sources)
        continue
      }
      const name = alias || (item.class === 'COLUMN_REF' ? names(item.column_names).at(-1) : undefined)
      columns.push({ ...(name === undefined ? {} : { name }), sources })
      if (name !== undefined && !scope.aliases.has(lower(name))) scope.aliases.set(lower(name), sources)
    }
    const conditions = union(
      fromConditions,
      ...keysOf(tree, columns, several),
      ...['where_clause', 'group_expressions', 'having', 'qualify', 'modifiers'].map(part =>
        this.#expression(tree[part], scope, queries),
      ),
      placesNamed(tree, { columns, rest: several.size === 0 ? rest : union(several, rest) }),
    )
    if (several.size === 0 && rest === undefined) return { columns, conditions }
    // Columns whose names or number only the data tells may stand at any place and under any name.
    const blurred = columns.map(column => ({ ...column, sources: union(column.sources, several) }))
    return { columns: blurred, rest: union(everything({ columns: blurred, conditions }), rest), conditions }
  }

  /** `*`, `t.*`, `* EXCLUDE (…) REPLACE (…) RENAME (…)`, `COLUMNS(…)`: of the last at most all columns. */
  #star(item: Tree, scope: Scope, queries: Queries): Pick<Relation, 'columns' | 'rest'> {
    const of = lower(String(item.relation_name ?? ''))
    const tables = scope.tables.filter(({ alias }) => of === '' || alias === of)
    const excluded = new Set(names(item.exclude_list).map(lower))
    const replaced = new Map(list(item.replace_list).map(({ key, value }) => [lower(String(key)), value]))
    const renames = new Map(list(item.rename_list).map(({ key, value }) => [lower(columnName(key)), String(value)]))
    const all = of === '' ? new Set(tables.flatMap(({ merged }) => [...(merged ?? [])])) : new Set<string>()
    const columns = tables.flatMap(({ relation, merged }) =>
      relation.columns.flatMap(column => {
        const name = column.name === undefined ? undefined : lower(column.name)
        if (name === undefined || excluded.has(name)) return name === undefined ? [column] : []
        // A star gives what USING has merged once, in the place of the first.
        if (of === '' && merged?.has(name)) return []
        const replacement = replaced.get(name)
        const own = all.has(name) ? this.#column([name], scope) : column.sources
        const sources = replacement ? this.#expression(replacement, scope, queries) : own
        return [{ name: renames.get(name) ?? column.name!, sources }]
      }),
    )
    const open = tables.length === 0 || item.columns === true || tables.some(({ relation }) => relation.rest)
    if (!open) return { columns }
    const reached = tables.length > 0 ? tables : scope.tables
    const own = union(...[...replaced.values()].map(value => this.#expression(value, scope, queries)))
    return { columns, rest: union(own, ...reached.map(({ relation }) => everything(relation))) }
  }

  /** Adds a table reference to the scope, and gives the conditions it brings. Those to the left can be seen (LATERAL). */
  #table(tree: Tree, scope: Scope, queries: Queries): Sources {
    const put = (relation: Relation, otherwise = '') => {
      const alias = lower(String(tree.alias || otherwise))
      scope.tables.push({ alias, relation: renamed(relation, names(tree.column_name_alias)) })
      return relation.conditions
    }
    switch (tree.type) {
      case 'EMPTY':
        return NOTHING
      case 'BASE_TABLE':
        return put(this.#named(tree, queries), String(tree.table_name))
      case 'SUBQUERY':
        return put(this.statement(tree.subquery as Tree, queries, scope))
      case 'JOIN':
        return this.#join(tree, scope, queries)
      case 'EXPRESSION_LIST': {
        const given = names(tree.expected_names)
        const rows = (tree.values as Tree[][] | undefined) ?? []
        const columns = (rows[0] ?? []).map((_, at) => ({
          name: given[at] ?? `col${at}`,
          sources: union(...rows.map(row => this.#expression(row[at], scope, queries))),
        }))
        return put({ columns, conditions: NOTHING })
      }
      case 'PIVOT': {
        const inner: Scope = { tables: [], aliases: new Map(), outer: scope }
        const conditions = this.#table(tree.source as Tree, inner, queries)
        const rest = union(...inner.tables.map(({ relation }) => everything(relation)))
        return put({ columns: [], rest, conditions })
      }
      default: // TABLE_FUNCTION, and what a later DuckDB may add
        return put({ columns: [], rest: this.#expression(tree, scope, queries), conditions: NOTHING })
    }
  }

  #named(tree: Tree, queries: Queries): Relation {
    const [schema, table] = [lower(String(tree.schema_name ?? '')), lower(String(tree.table_name))]
    const query = schema === '' ? queries.get(table) : undefined
    if (query !== undefined) return query
    const relation = this.tables.get(`${schema}.${table}`) ?? unknownTable(`${schema}.${table}`)
    this.read = union(this.read, everything(relation))
    return relation
  }

  #join(tree: Tree, scope: Scope, queries: Queries): Sources {
    const before = scope.tables.length
    const left = this.#table(tree.left as Tree, scope, queries)
    const middle = scope.tables.length
    const right = this.#table(tree.right as Tree, scope, queries)
    const joined = scope.tables.slice(before)
    const shared = tree.ref_type === 'NATURAL' ? namesShared(scope.tables, before, middle) : names(tree.using_columns)
    for (const table of scope.tables.slice(middle)) {
      const merged = shared.map(lower).filter(name => columnOf(table.relation, name))
      table.merged = new Set([...(table.merged ?? []), ...merged])
    }
    const using = shared.map(name => this.#column([name], scope))
    // NATURAL joins by the names that both sides have.
    const common = tree.ref_type === 'NATURAL' ? joined.map(({ relation }) => everything(relation)) : []
    const condition = this.#expression(tree.condition, scope, queries)
    const conditions = union(left, right, condition, ...using, ...common)
    if (!/SEMI|ANTI/.test(String(tree.join_type))) return conditions
    const hidden = scope.tables.splice(middle).map(({ relation }) => everything(relation))
    return union(conditions, ...hidden)
  }

  /** Any expression, or a list or an object that holds some: whatever it names counts. */
  #expression(tree: unknown, scope: Scope, queries: Queries): Sources {
    if (Array.isArray(tree)) return union(...tree.map(item => this.#expression(item, scope, queries)))
    if (typeof tree !== 'object' || tree === null) return NOTHING
    const node = tree as Tree
    if (node.class === 'COLUMN_REF') return this.#column(names(node.column_names), scope)
    const parts = (of: Scope) => union(...Object.values(node).map(part => this.#expression(part, of, queries)))
    switch (node.class) {
      case 'SUBQUERY': {
        const inner = this.statement(node.subquery as Tree, queries, scope)
        const compared = this.#expression(node.child, scope, queries)
        return after('TRANSFORMATION', union(compared, everything(inner), inner.conditions))
      }
      case 'STAR': {
        const all = this.#star({ ...node, exclude_list: [] }, scope, queries)
        return after('TRANSFORMATION', union(everything({ ...all, conditions: NOTHING }), parts(scope)))
      }
      case 'LAMBDA': {
        // Only the binder tells a lambda's parameter from what `->` looks into as JSON: a name that could be either is both.
        const parameters = parametersOf(node.lhs)
        if (parameters === undefined) return after('TRANSFORMATION', parts(scope))
        const columns = union(...parameters.map(name => this.#reached([name], scope)))
        const bound = new Set([...(scope.bound ?? []), ...parameters])
        return union(after('TRANSFORMATION', columns), this.#expression(node.expr, { ...scope, bound }, queries))
      }
      case 'POSITIONAL_REFERENCE':
        return placed(Number(node.index), scope)
      case 'FUNCTION':
      case 'WINDOW':
        return after(AGGREGATES.has(lower(String(node.function_name))) ? 'AGGREGATION' : 'TRANSFORMATION', parts(scope))
      case undefined:
        return parts(scope)
      default:
        return after('TRANSFORMATION', parts(scope))
    }
  }

  /** `amount`, `o.amount`, `input.orders.amount`, `o` (the whole row), `address.city`, and any of these of a query around. */
  #column(written: string[], scope: Scope): Sources {
    const found = this.#reached(written.map(lower), scope)
    if (found !== undefined) return found
    let all: Sources = NOTHING
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
      all = union(all, ...at.tables.map(({ relation }) => everything(relation)))
    }
    return all
  }

  #reached(path: string[], scope: Scope): Sources | undefined {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
      const found = path.length > 1 ? (qualified(path, at) ?? unqualified(path[0]!, at)) : unqualified(path[0]!, at)
      if (found !== undefined) return found
    }
    return undefined
  }
}

/** `#2`: the second column of the tables read. Of several tables, or open ones, it may be any. */
function placed(at: number, { tables }: Scope): Sources {
  const [only, ...others] = tables
  const column = others.length === 0 && only?.relation.rest === undefined ? only?.relation.columns[at - 1] : undefined
  return column?.sources ?? union(...tables.map(({ relation }) => everything(relation)))
}

/** `GROUP BY 1`, `ORDER BY 2`, `DISTINCT ON (1)`: columns of the result by their place. */
function placesNamed(tree: Tree, { columns, rest }: Pick<Relation, 'columns' | 'rest'>): Sources {
  const named = [
    ...list(tree.group_expressions),
    ...list(tree.modifiers).flatMap(({ orders, distinct_on_targets }) => [
      ...list(orders).map(({ expression }) => expression as Tree),
      ...list(distinct_on_targets),
    ]),
  ]
  const places = named.flatMap(one => (one.class === 'CONSTANT' ? [Number((one.value as Tree).value)] : []))
  return union(
    ...places.map(at =>
      rest === undefined ? columns[at - 1]?.sources : everything({ columns, rest, conditions: NOTHING }),
    ),
  )
}

/** NATURAL joins by the names that both sides have. */
function namesShared(tables: Scope['tables'], from: number, middle: number): string[] {
  const namesIn = (some: Scope['tables']) =>
    some.flatMap(({ relation }) => relation.columns.flatMap(({ name }) => (name === undefined ? [] : [lower(name)])))
  const left = new Set(namesIn(tables.slice(from, middle)))
  return [...new Set(namesIn(tables.slice(middle)))].filter(name => left.has(name))
}

function qualified(path: string[], scope: Scope): Sources | undefined {
  for (const at of [0, 1]) {
    const column = path[at + 1]
    if (column === undefined) break
    const found = scope.tables
      .filter(({ alias }) => alias === path[at])
      .flatMap(({ relation }) => columnOf(relation, column) ?? relation.rest ?? [])
    if (found.length > 0) return union(...found)
  }
  return undefined
}

function unqualified(name: string, scope: Scope): Sources | undefined {
  if (scope.bound?.has(name)) return NOTHING
  const exact = scope.tables.flatMap(({ relation }) => columnOf(relation, name) ?? [])
  if (exact.length > 0) return union(...exact)
  const alias = scope.aliases.get(name)
  const open = scope.tables.flatMap(({ relation }) => relation.rest ?? [])
  if (alias !== undefined || open.length > 0) return union(alias, ...open)
  const row = scope.tables.filter(table => table.alias === name)
  return row.length > 0 ? union(...row.map(({ relation }) => everything(relation))) : undefined
}

/** DISTINCT compares whole rows; GROUP BY ALL groups by whatever is not aggregated. */
function keysOf(tree: Tree, columns: Relation['columns'], several: Sources): Sources[] {
  const all = [...columns.map(({ sources }) => sources), several]
  // DISTINCT ON compares what it names, which the walk over the modifiers finds.
  const distinct = list(tree.modifiers).find(({ type }) => type === 'DISTINCT_MODIFIER')
  if (distinct !== undefined && list(distinct.distinct_on_targets).length === 0) return all
  if (tree.aggregate_handling !== 'FORCE_AGGREGATES') return []
  return all.map(sources => new Map([...sources].filter(([, how]) => how !== 'AGGREGATION')))
}

/** A table of which no columns are known. */
export function unknownTable(table: string): Relation {
  return { columns: [], rest: new Map([[`${table}.*`, 'IDENTITY']]), conditions: NOTHING }
}

/** `unnest(struct)` gives a column a field, `f(COLUMNS(…))` one a column. */
function givesSeveral(tree: unknown): boolean {
  if (typeof tree !== 'object' || tree === null) return false
  const node = tree as Tree
  if (node.class === 'STAR' && node.columns === true) return true
  if (node.class === 'FUNCTION' && lower(String(node.function_name)) === 'unnest') return true
  return node.class !== 'SUBQUERY' && Object.values(node).some(givesSeveral)
}

/** `x -> …`, `(x, i) -> …`, `lambda x, i: …`. Undefined where it cannot be parameters. */
function parametersOf(tree: unknown): string[] | undefined {
  const node = tree as Tree
  if (node.class === 'COLUMN_REF' && names(node.column_names).length === 1) return names(node.column_names).map(lower)
  if (node.class !== 'FUNCTION' || lower(String(node.function_name)) !== 'row') return undefined
  const each = list(node.children).map(parametersOf)
  return each.every(one => one !== undefined) ? each.flat() : undefined
}

function sizeOf(relation: Relation): number {
  const { columns, rest, conditions } = relation
  return columns.reduce((sum, { sources }) => sum + sources.size, 0) + (rest?.size ?? 0) + conditions.size
}

function list(value: unknown): Tree[] {
  return Array.isArray(value) ? value : []
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.map(columnName) : []
}

function columnName(value: unknown): string {
  return String(typeof value === 'object' && value !== null && 'column' in value ? value.column : value)
}

const AGGREGATES = new Set(
  `any_value approx_count_distinct approx_quantile arg_max arg_min array_agg avg bit_and bit_or bit_xor bool_and bool_or
   corr count covar_pop covar_samp entropy favg first fsum geomean group_concat histogram kurtosis last list listagg mad
   max max_by mean median min min_by mode product quantile quantile_cont quantile_disc regr_slope skewness stddev
   stddev_pop stddev_samp string_agg sum sum_no_overflow sumkahan var_pop var_samp variance`.split(/\s+/),
)
