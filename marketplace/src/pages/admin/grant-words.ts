import type { Grant } from '../../api/discovery'

/** Which fields a grant covers. */
export function fieldsOf({ properties, classifications }: Pick<Grant, 'properties' | 'classifications'>): string {
  if (properties?.length) return properties.join(', ')
  return classifications?.length ? `classified ${classifications.join(', ')}` : 'all'
}

/** What narrows it: which rows, and what is shown instead of itself. */
export function conditionsOf({ rowFilter, masks }: Pick<Grant, 'rowFilter' | 'masks'>): string {
  const masked = isRecord(masks) ? Object.entries(masks).map(([name, mask]) => `${name} ${maskWords(mask)}`) : []
  return [...(isRecord(rowFilter) ? [`rows where ${conditionWords(rowFilter)}`] : []), ...masked].join('; ')
}

export const isOver = ({ until }: Pick<Grant, 'until'>) => Boolean(until) && Date.parse(until!) <= Date.now()

export function maskWords(mask: unknown): string {
  const { kind, length, value } = isRecord(mask) ? mask : { kind: mask }
  if (kind === 'first') return `cut to its first ${length === 1 ? 'letter' : `${length} letters`}`
  if (kind === 'fixed') return `shown as “${value}”`
  return kind === 'hash' ? 'hashed' : 'left empty'
}

const OPERATORS: Record<string, string> = {
  ...{ eq: '=', ne: '≠', gt: '>', gte: '≥', lt: '<', lte: '≤', in: 'in', notIn: 'not in' },
  ...{ contains: 'contains', startsWith: 'starts with', endsWith: 'ends with' },
}

/** A condition as the product tells it: `{"property": "country_code", "op": "eq", "value": "GB"}`, joined by and, or, not. */
function conditionWords(condition: unknown): string {
  if (!isRecord(condition)) return JSON.stringify(condition)
  const { and, or, not, property, op, value } = condition
  if (Array.isArray(and)) return and.map(conditionWords).join(' and ') || 'any'
  if (Array.isArray(or)) return or.length > 0 ? `(${or.map(conditionWords).join(' or ')})` : 'none'
  if (not !== undefined) return `not (${conditionWords(not)})`
  if (op === 'isNull') return `${property} ${value === false ? 'has' : 'has no'} value`
  return `${property} ${OPERATORS[String(op)] ?? op} ${Array.isArray(value) ? value.join(', ') : value}`
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
