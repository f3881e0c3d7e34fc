import type { Value } from '../contracts/model.js'

/**
 * A question to one row, the same for clients' `where`, for row filters and for masks' cases. Properties by their
 * contract's name. Stores turn it into SQL with bound parameters. SQL's three-valued logic applies; `not` of an unknown
 * is unknown.
 */
export type Condition =
  | { and: Condition[] }
  | { or: Condition[] }
  | { not: Condition }
  | { property: string; op: 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte'; value: Value }
  | { property: string; op: 'in' | 'notIn'; value: Value[] }
  | { property: string; op: 'isNull'; value: boolean }
  | { property: string; op: 'contains' | 'startsWith' | 'endsWith'; value: string }

/** Row that satisfies nothing: an `or` of nothing. */
export const NOTHING: Condition = { or: [] }
/** Every row: an `and` of nothing. */
export const EVERYTHING: Condition = { and: [] }

/** All of these; undefined where there is nothing to ask. */
export function together(conditions: Condition[]): Condition | undefined {
  return conditions.length > 1 ? { and: conditions } : conditions[0]
}

/**
 * Rows of which `condition` is certainly not true. Where a null makes it unknown the row is left out as well: an
 * exception that cannot be checked is not granted.
 */
export function negation(condition: Condition): Condition {
  return { not: condition }
}
