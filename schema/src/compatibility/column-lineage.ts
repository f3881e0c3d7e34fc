/**
 * From which columns a model's columns come, as read from its SQL. The words are those of OpenLineage's column lineage
 * facet: a column comes from others directly (IDENTITY, TRANSFORMATION, AGGREGATION); conditions (WHERE, JOIN … ON,
 * GROUP BY, HAVING, QUALIFY, ORDER BY) act on all rows of a model, indirectly.
 */
export type Transformation = 'IDENTITY' | 'TRANSFORMATION' | 'AGGREGATION'

export interface ColumnSource {
  /** `input.orders`: always an input port's table, however many models lie between. */
  table: string
  /** A column of it, or `*` where it cannot be told which. */
  column: string
}

export interface ModelLineage {
  /** `output.orders` */
  model: string
  /** As the model names them. One that it makes without a name that can be told is missing here and in `rest`. */
  columns: { name: string; from: (ColumnSource & { how: Transformation })[] }[]
  /** What any column that is not among `columns` comes from: all the model reads. */
  rest: ColumnSource[]
  /** What decides which rows there are. */
  conditions: ColumnSource[]
}

/** The sources of one column; what the SQL does not name counts as made of everything that the model reads. */
export function sourcesOf(lineage: ModelLineage, column: string): ColumnSource[] {
  const found = lineage.columns.find(({ name }) => name.toLowerCase() === column.toLowerCase())
  return found?.from ?? lineage.rest
}
