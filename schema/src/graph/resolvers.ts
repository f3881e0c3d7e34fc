import type { Condition } from '../authorisation/condition.js'
import type { Dataset, Property, Row, Value } from '../contracts/model.js'
import type {
  AuditFilter,
  AuditInfo,
  DataProductInfo,
  GrantInfo,
  GrantInput,
  RunInfo,
  SqlVerdict,
} from '../fixed-api/types.js'
import type { ExtensionContext } from './extension.js'

/**
 * What a product's graph needs from whoever holds its data. `schema` builds types, arguments and names; the runtime
 * answers these. All names in arguments and rows are the contract's. Without resolvers the graph is only printed.
 * Thrown `GraphQLError`s keep their code; anything else is masked at the edge.
 */
export interface ProductResolvers<Context> extends ObservabilityResolvers<Context> {
  page(dataset: Dataset, args: PageArguments, context: Context): Promise<Page>
  /** Total of the rows behind a page; asked only where the client asks. `orderBy` changes nothing, but takes its grants. */
  totalCount(
    dataset: Dataset,
    args: Pick<PageArguments, 'where' | 'orderBy' | 'asOf' | 'after'>,
    context: Context,
  ): Promise<number>
  /** By primary key, one of many in a request: batched by the implementation. `key` in key order. Null where absent or not to be seen. */
  row(
    dataset: Dataset,
    key: Value[],
    properties: string[],
    asOf: number | undefined,
    context: Context,
  ): Promise<Row | null>
  aggregate(dataset: Dataset, args: AggregateArguments, context: Context): Promise<AggregateRow[]>
  /** `samples`: rows are asked for too, which is reading. */
  product(context: Context, samples: boolean): Promise<DataProductInfo>
  control: ControlResolvers<Context>
  /** How code of the product's `resolvers.ts` reads for this caller. */
  extension?(context: Context): ExtensionContext
}

/** The observability port in the graph. Null where it is not answered; a caller without the grant gets an error. */
export interface ObservabilityResolvers<Context> {
  audit?(filter: AuditFilter, context: Context): Promise<AuditInfo[] | null>
  grants?(context: Context): Promise<GrantInfo[] | null>
}

/** The control port in the graph; the same functions serve it over HTTP. */
export interface ControlResolvers<Context> {
  run(context: Context): Promise<RunInfo>
  putModel(model: string, sql: string, dryRun: boolean, context: Context): Promise<SqlVerdict>
  resetModel(model: string, context: Context): Promise<boolean>
  putGrant(grant: GrantInput, context: Context): Promise<GrantInfo>
  revokeGrant(id: string, context: Context): Promise<boolean>
}

export interface OrderBy {
  property: string
  direction: 'ASC' | 'DESC'
}

export interface PageArguments {
  where?: Condition
  orderBy: OrderBy[]
  first: number
  /** Opaque cursor; carries its publication. */
  after?: string
  /** Publication number. */
  asOf?: number
  /** What the client selected, contract names, keys always in it. */
  properties: string[]
}

export interface Page {
  /** Each with a cursor of its own. */
  rows: { row: Row; cursor: string }[]
  hasNextPage: boolean
  hasPreviousPage: boolean
  /** Where the cursor chose another publication than the request's: what hangs below is read from the same. */
  publication?: number
}

/** A column to group by: the value itself or a part of its date. Dates of a part are its first day. */
export interface Dimension {
  property: string
  part?: 'YEAR' | 'QUARTER' | 'MONTH' | 'DAY'
}
export type Measure = { fn: 'count' } | { fn: 'sum' | 'avg' | 'min' | 'max' | 'countDistinct'; property: string }

export interface AggregateArguments {
  groupBy: Dimension[]
  measures: Measure[]
  where?: Condition
  /** By a dimension or a measure of this question. */
  orderBy: ({ dimension: Dimension; direction: 'ASC' | 'DESC' } | { measure: Measure; direction: 'ASC' | 'DESC' })[]
  first?: number
  asOf?: number
}
export interface AggregateRow {
  /** In the order of `groupBy`. */
  group: Value[]
  /** In the order of `measures`. */
  measures: Value[]
}

export interface NamedProperty {
  property: Property
  field: string
}
