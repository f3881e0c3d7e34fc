import type { Visibility } from '../contracts/model.js'
import type { Condition } from './condition.js'

/** Who asks. Roles and scopes come from the token's claims as configured. */
export interface Caller {
  /** `user:anna`, `product:europe-sales`, or `visitor` without a token. */
  subject: string
  authenticated: boolean
  roles: string[]
  scopes: string[]
  /** For people's eyes only. */
  name?: string
}

export const VISITOR: Caller = { subject: 'visitor', authenticated: false, roles: [], scopes: [] }

/** `read` data; `discover` names; `control`: SQL, rules, runs, grants; `observe`: runs, audit, usage. */
export type Action = 'read' | 'discover' | 'control' | 'observe'

/** How a value is shown instead of itself. Applied in the query, so filters, sorts and groups see only the mask. */
export type Mask =
  | { kind: 'null' }
  | { kind: 'fixed'; value: string }
  /** The first `length` characters, then `…`. */
  | { kind: 'first'; length: number }
  /** Lower-case hex SHA-256 of the text. */
  | { kind: 'hash' }

export interface Grant {
  id: string
  effect: 'allow' | 'deny'
  /** `role:analyst`, `user:anna`, `product:europe-sales`, `*` (anyone with a token). */
  subject: string
  actions: Action[]
  /** A dataset's name or `*`. */
  dataset: string
  /** Narrow it to these properties and, or, to these classifications; both undefined: all of the dataset. */
  properties?: string[]
  classifications?: string[]
  rowFilter?: Condition
  masks?: Record<string, Mask>
  /** ISO timestamps, from inclusive, until exclusive. */
  from?: string
  until?: string
  origin: 'declared' | 'granted'
  /** Who granted it and when; for declared ones the contract's file and the deploy's time. */
  by: string
  at: string
  reason?: string
}

/** All that a decision about one product rests on. Served by the product to decision points, never to callers. */
export interface ProductPolicy {
  product: string
  domain: string
  /** Changes whenever anything below does. */
  version: string
  visibility: Visibility
  /** Hash of descriptor and output contracts (`contractsHash`), to be held against what was checked. */
  contracts?: string
  datasets: {
    name: string
    visibility: Visibility
    discover: 'visible' | 'granted'
    primaryKey: string[]
    properties: { name: string; classification?: string; discover: 'visible' | 'granted' }[]
    /** Every place in the graph that names the dataset itself: `UkSales.orders`, `UkSalesOrder`, … */
    coordinates: string[]
    /** property → every place that names it: `UkSalesOrder.margin`, `UkSalesOrdersWhere.margin`, `UkSalesOrdersDimension.MARGIN` … */
    propertyCoordinates: Record<string, string[]>
  }[]
  /** `ukSales` on Query and Mutation, `UkSales`, …: hidden where the product itself is. */
  coordinates: string[]
  grants: Grant[]
}
