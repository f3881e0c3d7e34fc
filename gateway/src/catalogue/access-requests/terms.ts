import { badInput } from '../page.js'
import type { VisibleDataset, VisibleProduct } from '../visible-product.js'
import type { AccessRequest } from './access-request.js'

export interface RequestInput {
  product: string
  dataset: string
  properties: string[]
  reason: string
  until?: string | null
}

export interface DecisionInput {
  approve: boolean
  properties?: string[] | null
  rowFilter?: unknown
  masks?: unknown
  until?: string | null
  comment?: string | null
}

const LONGEST_TEXT = 2000

/**
 * What is asked for, checked against what the caller may know of: a name that is hidden from them is as unknown as one that
 * does not exist.
 */
export function requestTerms(seen: VisibleProduct[], input: RequestInput) {
  const product = seen.find(({ name }) => name === input.product)
  if (!product) throw badInput(`There is no data product ${quoted(input.product)}.`)
  const dataset = product.datasets.find(({ name }) => name === input.dataset)
  if (!dataset) throw badInput(`${product.name} has no dataset ${quoted(input.dataset)}.`)
  return {
    product: product.name,
    dataset: dataset.name,
    properties: propertiesIn(dataset, input.properties),
    reason: textIn('The reason', input.reason),
    until: timeIn(input.until),
  }
}

function propertiesIn(dataset: VisibleDataset, given: string[]): string[] {
  const properties = [...new Set(given)].sort()
  if (properties.length === 0) throw badInput('Say which properties: by their names in the contract.')
  const unknown = properties.find(name => !dataset.properties.includes(name))
  if (unknown !== undefined) throw badInput(`${dataset.name} has no property ${quoted(unknown)}.`)
  return properties
}

/**
 * What is decided, checked against what was asked for; the product itself checks the rest. `known`: the properties that the
 * one who decides may know of; nobody gives what they cannot see.
 */
export function decisionTerms(request: AccessRequest, known: string[], input: DecisionInput) {
  const comment = input.comment == null || input.comment.trim() === '' ? null : textIn('The comment', input.comment)
  if (!input.approve) {
    if ([input.properties, input.rowFilter, input.masks, input.until].some(one => one != null))
      throw badInput('A denial grants nothing: it has a comment and no properties, row filter, masks or end.')
    return { state: 'DENIED', comment } as const
  }
  const asked = request.properties.filter(name => known.includes(name))
  const properties = [...new Set(input.properties ?? asked)].sort()
  if (properties.length === 0) throw badInput('Approve at least one property, or deny the request.')
  const stranger = properties.find(name => !asked.includes(name))
  if (stranger !== undefined) throw badInput(`${quoted(stranger)} was not asked for.`)
  const [rowFilter, masks] = [input.rowFilter ?? null, input.masks ?? null]
  const whole = properties.length === request.properties.length && rowFilter === null && masks === null
  const state = whole ? ('APPROVED' as const) : ('PARTLY_APPROVED' as const)
  const until = timeIn(input.until) ?? request.until
  if (until !== null && Date.parse(until) <= Date.now())
    throw badInput('The time that was asked for is over; say another.')
  return { state, comment, properties, rowFilter, masks, until }
}

export type Approval = Extract<ReturnType<typeof decisionTerms>, { properties: string[] }>

function textIn(what: string, text: string): string {
  const trimmed = text.trim()
  if (trimmed === '') throw badInput(`${what} is empty: the owner decides by it.`)
  if (trimmed.length > LONGEST_TEXT) throw badInput(`${what} has at most ${LONGEST_TEXT} characters.`)
  return trimmed
}

/** RFC 3339, or a day: its first moment in UTC. Ends in the past grant nothing. */
function timeIn(text: string | null | undefined): string | null {
  if (text == null) return null
  const known = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/i.test(text)
  const time = known ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw badInput('`until` is a time with its offset, 2027-01-31T09:30:00Z, or a day.')
  if (time <= Date.now()) throw badInput('`until` is over already.')
  return new Date(time).toISOString()
}

const quoted = (text: string) => JSON.stringify(text.slice(0, 100))
