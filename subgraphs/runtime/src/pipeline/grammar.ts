/**
 * What a query may be made of: DuckDB's parsed tree as `json_serialize_sql` writes it, node by node and field by field.
 * The judge walks exactly this. A node or a field that is not here is refused, so that what a later DuckDB adds is
 * closed until somebody has thought about it. Names are those of DuckDB's serialisation (1.5).
 */
export type FieldKind =
  /** Names, flags, numbers: no nodes below. */
  | 'plain'
  /** Must be absent, empty or false; what it would say is refused by its name in `NAMES_OF_REFUSED`. */
  | 'refused'
  | `${NodeKind}${'' | '[]' | '[][]'}`
export type NodeKind = 'expression' | 'table' | 'query' | 'ctes' | 'modifier' | 'type' | keyof typeof PARTS

export type Node = Record<string, FieldKind>

/** In every expression. */
const expression: Node = { class: 'plain', type: 'plain', alias: 'plain', query_location: 'plain' }
/** In every table reference. */
const table: Node = { type: 'plain', alias: 'plain', sample: 'sample', query_location: 'plain' }
/** In every query. */
const query: Node = { type: 'plain', modifiers: 'modifier[]', cte_map: 'ctes' }

/** By `class`. PARAMETER and DEFAULT have no meaning in a model and are missing on purpose. */
export const EXPRESSIONS: Record<string, Node> = {
  BETWEEN: { ...expression, input: 'expression', lower: 'expression', upper: 'expression' },
  CASE: { ...expression, case_checks: 'caseCheck[]', else_expr: 'expression' },
  CAST: { ...expression, child: 'expression', cast_type: 'type', try_cast: 'plain' },
  COLLATE: { ...expression, child: 'expression', collation: 'plain' },
  COLUMN_REF: { ...expression, column_names: 'plain' },
  COMPARISON: { ...expression, left: 'expression', right: 'expression' },
  CONJUNCTION: { ...expression, children: 'expression[]' },
  CONSTANT: { ...expression, value: 'constant' },
  FUNCTION: {
    ...expression,
    function_name: 'plain',
    // A method's object, `name.upper()`, stands here too; what counts is the function's name.
    schema: 'plain',
    catalog: 'plain',
    children: 'expression[]',
    filter: 'expression',
    order_bys: 'modifier',
    distinct: 'plain',
    is_operator: 'plain',
    export_state: 'refused',
  },
  LAMBDA: { ...expression, lhs: 'expression', expr: 'expression', syntax_type: 'plain' },
  OPERATOR: { ...expression, children: 'expression[]' },
  POSITIONAL_REFERENCE: { ...expression, index: 'plain' },
  STAR: {
    ...expression,
    relation_name: 'plain',
    exclude_list: 'plain',
    qualified_exclude_list: 'plain',
    replace_list: 'replacement[]',
    rename_list: 'plain',
    columns: 'plain',
    expr: 'expression',
  },
  SUBQUERY: {
    ...expression,
    subquery_type: 'plain',
    subquery: 'statement',
    child: 'expression',
    comparison_type: 'plain',
  },
  WINDOW: {
    ...expression,
    function_name: 'plain',
    schema: 'plain',
    catalog: 'plain',
    children: 'expression[]',
    partitions: 'expression[]',
    orders: 'order[]',
    start: 'plain',
    end: 'plain',
    start_expr: 'expression',
    end_expr: 'expression',
    offset_expr: 'expression',
    default_expr: 'expression',
    ignore_nulls: 'plain',
    filter_expr: 'expression',
    exclude_clause: 'plain',
    distinct: 'plain',
    arg_orders: 'order[]',
  },
}

/** By `type`. SHOW_REF (DESCRIBE, SHOW, SUMMARIZE), COLUMN_DATA and the like are missing on purpose. */
export const TABLES: Record<string, Node> = {
  BASE_TABLE: {
    ...table,
    catalog_name: 'plain',
    schema_name: 'plain',
    table_name: 'plain',
    column_name_alias: 'plain',
    at_clause: 'refused',
  },
  EMPTY: table,
  EXPRESSION_LIST: { ...table, expected_names: 'plain', expected_types: 'refused', values: 'expression[][]' },
  JOIN: {
    ...table,
    left: 'table',
    right: 'table',
    condition: 'expression',
    join_type: 'plain',
    ref_type: 'plain',
    using_columns: 'plain',
    delim_flipped: 'plain',
    duplicate_eliminated_columns: 'expression[]',
  },
  PIVOT: {
    ...table,
    source: 'table',
    aggregates: 'expression[]',
    unpivot_names: 'plain',
    pivots: 'pivotColumn[]',
    groups: 'plain',
    column_name_alias: 'plain',
    include_nulls: 'plain',
  },
  SUBQUERY: { ...table, subquery: 'statement', column_name_alias: 'plain' },
  TABLE_FUNCTION: { ...table, function: 'expression', column_name_alias: 'plain', with_ordinality: 'plain' },
}

/** By `type`. */
export const QUERIES: Record<string, Node> = {
  SELECT_NODE: {
    ...query,
    select_list: 'expression[]',
    from_table: 'table',
    where_clause: 'expression',
    group_expressions: 'expression[]',
    group_sets: 'plain',
    aggregate_handling: 'plain',
    having: 'expression',
    sample: 'sample',
    qualify: 'expression',
  },
  SET_OPERATION_NODE: {
    ...query,
    setop_type: 'plain',
    left: 'query',
    right: 'query',
    setop_all: 'plain',
    children: 'refused',
  },
  RECURSIVE_CTE_NODE: {
    ...query,
    cte_name: 'plain',
    union_all: 'plain',
    left: 'query',
    right: 'query',
    aliases: 'plain',
    key_targets: 'expression[]',
  },
}

/** ORDER BY, LIMIT, DISTINCT; by `type`. */
export const MODIFIERS: Record<string, Node> = {
  ORDER_MODIFIER: { type: 'plain', orders: 'order[]' },
  LIMIT_MODIFIER: { type: 'plain', limit: 'expression', offset: 'expression' },
  LIMIT_PERCENT_MODIFIER: { type: 'plain', limit: 'expression', offset: 'expression' },
  DISTINCT_MODIFIER: { type: 'plain', distinct_on_targets: 'expression[]' },
}

/** What has one form only. */
export const PARTS = {
  statement: { node: 'query', named_param_map: 'refused' },
  cte: { aliases: 'plain', query: 'statement', materialized: 'plain', key_targets: 'expression[]' },
  order: { type: 'plain', null_order: 'plain', expression: 'expression' },
  caseCheck: { when_expr: 'expression', then_expr: 'expression' },
  replacement: { key: 'plain', value: 'expression' },
  pivotColumn: {
    pivot_expressions: 'expression[]',
    unpivot_names: 'plain',
    entries: 'pivotEntry[]',
    subquery: 'refused',
    pivot_enum: 'refused',
  },
  /** One value, or one list of columns. */
  pivotEntry: { values: 'constant[]', star_expr: 'expression', alias: 'plain' },
  sample: { sample_size: 'constant', is_percentage: 'plain', method: 'plain', seed: 'plain' },
  constant: { type: 'type', is_null: 'plain', value: 'plain' },
} as const satisfies Record<string, Record<string, string>>

/** A type: `{ id, type_info }`. Its own kinds of information by `type`. */
export const TYPE_FIELDS = new Set(['id', 'type_info'])
export const TYPE_INFO_FIELDS = new Set([
  'type',
  'alias',
  'width',
  'scale',
  'size',
  'collation',
  'child_type',
  'child_types',
  'name',
  'user_type_modifiers',
])

/** What people call the things that the grammar leaves out. */
export const NAMES_OF_REFUSED: Record<string, string> = {
  SHOW_REF: 'DESCRIBE, SHOW or SUMMARIZE',
  PARAMETER: 'a parameter',
  named_param_map: 'a parameter',
  DEFAULT: 'DEFAULT',
  at_clause: 'AT (time travel)',
  export_state: 'EXPORT_STATE',
  pivot_enum: 'PIVOT over an enum',
  subquery: 'PIVOT over a subquery',
}
