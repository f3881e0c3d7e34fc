import type { ValueType } from '../contracts/model.js'

/** What a type of value can be used for in the graph. */

/** Can be compared and sorted by, counted and grouped: everything but lists and JSON. */
export function isScalar(type: ValueType): boolean {
  return type.kind !== 'array' && type.kind !== 'json'
}

export function isNumber(type: ValueType): boolean {
  return type.kind === 'integer' || type.kind === 'bigint' || type.kind === 'decimal' || type.kind === 'double'
}

/** Dates of a part are its first day: MONTH of 2026-03-17 is 2026-03-01. */
export const DATE_PARTS = ['YEAR', 'QUARTER', 'MONTH', 'DAY'] as const
export type DatePart = (typeof DATE_PARTS)[number]

export function datePartsOf(type: ValueType): readonly DatePart[] {
  return type.kind === 'date' || type.kind === 'timestamp' ? DATE_PARTS : []
}
