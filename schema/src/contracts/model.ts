import type { LoadedExtension } from '../graph/extension.js'

/**
 * The product as the rest of Terrane sees it: read from ODPS and ODCS documents, resolved and typed. Whoever holds a
 * `Product` never looks at YAML again.
 */

/** How exact values mean the same in every store; the one list of types. */
export type ValueType =
  | { kind: 'string' }
  | { kind: 'boolean' }
  | { kind: 'integer' } //  32 bit, GraphQL Int
  | { kind: 'bigint' } //   64 bit, GraphQL BigInt (string in JSON)
  | { kind: 'decimal'; precision: number; scale: number } // exact, precision ≤ 18; GraphQL Decimal (string in JSON)
  | { kind: 'double' } //   GraphQL Float
  | { kind: 'date' } //     "2026-01-31"
  | { kind: 'timestamp' } // UTC, microseconds: "2026-01-31T09:30:00.000000Z"; GraphQL DateTime
  | { kind: 'time' } //     "09:30:00.000000"
  | { kind: 'array'; items: ValueType } // of scalars
  | { kind: 'json' } //     ODCS object, map and arrays of objects; GraphQL JSON

/**
 * A value on its way out, the same from every store, ready for JSON: decimals and bigints are strings, dates and
 * timestamps are strings in the forms above, missing is null.
 */
export type Value = string | number | boolean | null | Value[] | { [key: string]: Value }
export type Row = Record<string, Value>

export interface Property {
  /** The contract's name of it, `customer_email`; also the column's name in every store. */
  name: string
  type: ValueType
  required: boolean
  unique: boolean
  description?: string
  businessName?: string
  /** Allowed values (ODCS 3.2 `enum`, before that quality `validValues` or `logicalTypeOptions.enum`). */
  enum?: string[]
  /** The same as they may be told. */
  shownEnum?: string[]
  examples?: Value[]
  tags?: string[]
  /** Reason, where deprecated. */
  deprecated?: string
  /** `terrane.sunset`, with `deprecated`: after this day (ISO date) it may go. */
  sunset?: string
  /** Less strict than what it is computed from, and who answers for that (custom property `terrane.declassified`). */
  declassified?: Declassification
  /** ODCS `classification`; undefined means unclassified, which is never public. */
  classification?: string
  /** custom property `terrane.discover: granted` withholds even the name. */
  discover: 'visible' | 'granted'
  /** custom property `terrane.scopes` → @requiresScopes. */
  scopes?: string[][]
  relationship?: Relationship
  /** Library quality rules of this property. */
  quality: QualityRule[]
  /** ODCS `logicalTypeOptions`: minimum, maximum, pattern, format … as given. */
  options: Record<string, unknown>
  /** Column name or field in the source, for input contracts (`physicalName`), default `name`. */
  physicalName: string
  place: Position
}

export interface Declassification {
  /** The classification that it would have. */
  from: string
  reason: string
  by: string
}

export interface Relationship {
  /** GraphQL entity type, `Country` (custom property `terrane.entity`). */
  entity: string
  /** Field that carries it, snake or camel as given (custom property `terrane.field`; default: without `_code`/`_id`). */
  field: string
  /** Key property of the other dataset, from `relationships[].to` (`countries.code`) or the entity's own key. */
  to: { dataset?: string; property: string }
  /** `terrane.reverse: true`: the other side gets a field back. Within one product it always does. */
  reverse: boolean
}

/** ODCS library metrics and the comparison they promise (ODCS "Data Quality", type `library`). */
export interface QualityRule {
  id: string
  metric: 'rowCount' | 'nullValues' | 'missingValues' | 'invalidValues' | 'duplicateValues'
  /** Property names for `duplicateValues` on a dataset, or the one it stands on; empty for `rowCount`. */
  properties: string[]
  arguments: Record<string, unknown>
  unit: 'rows' | 'percent'
  comparison: Comparison
  /** `error` blocks the publication, `warning` is reported. */
  severity: 'error' | 'warning'
  dimension?: string
  description?: string
}
export type Comparison =
  | {
      op:
        | 'mustBe'
        | 'mustNotBe'
        | 'mustBeGreaterThan'
        | 'mustBeGreaterOrEqualTo'
        | 'mustBeLessThan'
        | 'mustBeLessOrEqualTo'
      value: number
    }
  | { op: 'mustBeBetween' | 'mustNotBeBetween'; from: number; to: number }

/** One ODCS schema object: a table that is promised or expected. */
export interface Dataset {
  name: string
  /** `by_country_and_month` → plural and singular GraphQL names come from graph/names.ts. `terrane.singular` overrides. */
  singular?: string
  description?: string
  /** Entity type name where declared shared (`terrane.entity: Country`). */
  entity?: string
  properties: Property[]
  /** Names of the primary key's properties, in key order; empty without a key. */
  primaryKey: string[]
  quality: QualityRule[]
  /** Effective visibility: the dataset's own `terrane.visibility`, else the product's. */
  visibility: Visibility
  discover: 'visible' | 'granted'
  deprecated?: string
  /** As on properties. */
  sunset?: string
  /** Of its rows: which there are depends on something stricter than what they show. */
  declassified?: Declassification
  tags?: string[]
  contract: Contract
  place: Position
}

export type Visibility = 'public' | 'internal' | 'granted'

/** An ODCS document. */
export interface Contract {
  id: string
  name?: string
  version: string
  major: number
  status?: string
  description?: { purpose?: string; limitations?: string; usage?: string }
  file: string
  /** As written and fit to be shown: variables stay `${NAME}`, what stands under secret-like names is `***`. */
  document: Record<string, unknown>
  datasets: Dataset[]
  servers: Server[]
  /** `shown`: the value as it may be told, where it holds more. */
  sla: { property: string; value: Value; shown?: string; unit?: string; element?: string }[]
  roles: DeclaredRole[]
  support: Support[]
  team?: Team
}

/** ODCS `roles[]`, with Terrane's custom properties resolved: what becomes a declared grant. */
export interface DeclaredRole {
  role: string
  access?: string
  description?: string
  /** `terrane.datasets`, `terrane.properties`, `terrane.classifications`; undefined = all. */
  datasets?: string[]
  properties?: string[]
  classifications?: string[]
  /** `terrane.rowFilter`: {country_code: {eq: GB}}, unparsed; checked by authorisation/condition.ts. */
  rowFilter?: Record<string, unknown>
  /** `terrane.masks`: property → mask. */
  masks?: Record<string, unknown>
  /** `terrane.actions`, default from `access`: read → [read], write/control → [read, control, observe]. */
  actions?: string[]
}

/** ODCS `servers[]`. Only what a connector needs; the rest stays in `settings`. */
export interface Server {
  server: string
  /** `local`, `s3`, … or for `custom` the value of `terrane.connector`. */
  connector: string
  format?: 'csv' | 'json' | 'ndjson' | 'parquet'
  /** Everything else the server says, custom properties included under their names. Interpolated, may hold secrets. */
  settings: Record<string, unknown>
  /** The same settings, as they may be told: variables as written, secrets `***`. */
  shown: Record<string, unknown>
  place?: Position
}

export interface InputPort {
  name: string
  version: string
  contractId: string
  description?: string
  /** What is expected to arrive. For a port fed by another product: that product's output contract, once found. */
  source:
    | { kind: 'contract'; contract: Contract; server: Server }
    /** `dataset`: which of that contract's datasets (`terrane.dataset`); undefined where it has but one. */
    | { kind: 'product'; contractId: string; dataset?: string }
  place: Position
}

export interface OutputPort {
  name: string
  version: string
  description?: string
  type?: string
  contract: Contract
  place: Position
}

export interface Support {
  channel: string
  tool?: string
  url?: string
  scope?: string
  description?: string
}
export interface Team {
  name?: string
  description?: string
  members: { username: string; name?: string; role?: string; description?: string }[]
}

/** One SELECT of `pipeline/abstraction` or `pipeline/output`. */
export interface Model {
  /** `abstraction.orders_clean` is layer + name; names are unique in a product. */
  name: string
  layer: 'abstraction' | 'output'
  file: string
  sql: string
}

/** An ODPS document with all it points to. */
export interface Product {
  folder: string
  file: string
  id: string
  /** Unique slug, `uk-sales`. */
  name: string
  title?: string
  version: string
  major: number
  status: string
  /** `europe/uk`. */
  domain: string
  type?: string
  tags: string[]
  description: { purpose?: string; limitations?: string; usage?: string }
  visibility: Visibility
  /** `terrane.runInterval`: seconds between the beginnings of two runs that nobody asked for. */
  runInterval: number
  team?: Team
  support: Support[]
  inputPorts: InputPort[]
  outputPorts: OutputPort[]
  managementPorts: { name: string; content: string; type?: string; description?: string }[]
  /** All datasets of all output contracts, in order. Names are unique in a product. */
  datasets: Dataset[]
  models: Model[]
  /** What the folder's `resolvers.ts` adds to the graph. */
  extension?: LoadedExtension
  /** As written and fit to be shown: variables stay `${NAME}`, what stands under secret-like names is `***`. */
  document: Record<string, unknown>
}

/** A position in a source file, from 1. */
export interface Position {
  file: string
  line: number
  column: number
}
