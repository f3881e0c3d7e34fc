import type { Condition, Dataset, DatasetDecision, Mask, Property, PropertyDecision } from '@terrane/schema'
import type { ManagedProduct } from './port.js'

type Holds = ManagedProduct['holds']

/** What this caller's rights bind them to see less of: told in words, so that nobody takes a part for the whole. */

const PLAIN = 'as it is'
const EMPTY = 'left empty'

/** How a readable property's values are shown, `cut to its first letter`; undefined where they are as they are. */
export function maskOf(decided: DatasetDecision, { name, type }: Property, holds: Holds): string | undefined {
  const read = decided.read && (decided.properties[name]?.read ?? false)
  if (typeof read === 'boolean') return undefined
  const ways = read.map(({ mask }) => (mask ? maskWords(mask, type, holds) : PLAIN))
  const distinct = [...new Set([...ways, ...(everyRow(read, decided.rows) ? [] : [EMPTY])])]
  if (distinct.length > 1) return `${distinct.join(' or ')}, by row`
  return distinct[0] === PLAIN ? undefined : distinct[0]
}

/** Whether each row that the caller has falls under a case: what falls under none is null. */
function everyRow(cases: Exclude<PropertyDecision['read'], boolean>, rows: Condition | undefined): boolean {
  if (cases.some(({ when }) => when === undefined)) return true
  if (rows === undefined) return false
  const known = new Set(cases.map(({ when }) => JSON.stringify(when)))
  return ('or' in rows ? rows.or : [rows]).every(part => known.has(JSON.stringify(part)))
}

function maskWords(mask: Mask, type: Property['type'], holds: Holds): string {
  const text = type.kind === 'string'
  if (mask.kind === 'first' && text)
    return `cut to its first ${mask.length === 1 ? 'letter' : `${mask.length} letters`}`
  if (mask.kind === 'hash' && text) return 'hashed'
  // What the type cannot hold shows nothing, as in the stores.
  return mask.kind === 'fixed' && holds(type, mask.value) ? `shown as “${mask.value}”` : EMPTY
}

/**
 * The condition on the caller's rows, `country_code = GB`. Undefined where it would tell more than those rows do: about a
 * property whose values the caller does not read as they are, or what is in the rows that are left out.
 */
export function rowFilterOf(decided: DatasetDecision, { properties }: Dataset): string | undefined {
  const plain = (name: string) =>
    properties.some(property => property.name === name) &&
    decided.properties[name]?.discover === true &&
    decided.properties[name]?.read === true
  return decided.read && decided.rows ? conditionWords(decided.rows, plain) : undefined
}

const SIGNS = { eq: '=', gt: '>', gte: '≥', lt: '<', lte: '≤' } as const
const WORDS = { contains: 'contains', startsWith: 'starts with', endsWith: 'ends with' } as const

function conditionWords(condition: Condition, plain: (property: string) => boolean): string | undefined {
  if ('and' in condition || 'or' in condition) {
    const parts = ('and' in condition ? condition.and : condition.or).map(part => conditionWords(part, plain))
    if (parts.length === 0 || parts.includes(undefined)) return undefined
    const joined = parts.join('and' in condition ? ' and ' : ' or ')
    return 'or' in condition && parts.length > 1 ? `(${joined})` : joined
  }
  if ('not' in condition || !plain(condition.property)) return undefined
  const { property, op, value } = condition
  if (op === 'ne' || op === 'notIn') return undefined
  if (op === 'isNull') return `${property} has ${value ? 'no' : 'a'} value`
  if (op === 'in') return `${property} is one of ${value.map(String).join(', ')}`
  return `${property} ${op in SIGNS ? SIGNS[op as keyof typeof SIGNS] : WORDS[op as keyof typeof WORDS]} ${String(value)}`
}
