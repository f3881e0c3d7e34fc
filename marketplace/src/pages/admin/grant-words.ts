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
  eq: '=',
  ne: '≠',
  gt: '>',
  gte: '≥',
  lt: '<',
  lte: '≤',
  in: 'in',
  notIn: 'not in',
}

function conditionWords(condition: Record<string, unknown>): string {
  return Object.entries(condition)
    .map(([name, tests]) => {
      if (!isRecord(tests)) return `${name} ${JSON.stringify(tests)}`
      return Object.entries(tests)
        .map(([operator, value]) => `${name} ${OPERATORS[operator] ?? operator} ${plain(value)}`)
        .join(' and ')
    })
    .join(' and ')
}

const plain = (value: unknown) =>
  Array.isArray(value) ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value)
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
