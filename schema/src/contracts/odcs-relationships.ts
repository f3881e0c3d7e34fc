import { type Problem, problem } from '../problems/problem.js'
import { list, type ObjectShape, object, oneOf, type Shape, text } from './shape.js'
import type { Source } from './source.js'

/** `table.column` by names, or `section/id/properties/id` by ids, the latter optionally of another file. */
const SHORT = /^[A-Za-z_][A-Za-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*$/
const SHORT_SINCE_2 = /^[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)+$/
const QUALIFIED =
  /^(?:(?:https?:\/\/)?[A-Za-z0-9._\-/]+\.ya?ml#)?\/?[A-Za-z_][A-Za-z0-9_]*\/[A-Za-z0-9_-]+(?:\/[A-Za-z_][A-Za-z0-9_]*\/[A-Za-z0-9_-]+)*$/

/** ODCS "Relationships": on a property `to` alone, on a schema object both ends, each a name or a list of them. */
export function relationshipShapes(
  minor: number,
  customProperties: Shape,
): { ofProperty: ObjectShape; ofObject: ObjectShape } {
  const reference: Shape = {
    is: 'text',
    pattern: minor >= 2 ? either(SHORT_SINCE_2, QUALIFIED) : either(SHORT, QUALIFIED),
    like: 'a reference like countries.code or schema/countries/properties/code',
  }
  const end: Shape = {
    is: 'choice',
    of: source => (Array.isArray(source.content) ? list(reference, { atLeast: 1 }) : reference),
  }
  const id: Record<string, Shape> = minor >= 2 ? { id: text } : {}
  const fields = { ...id, type: oneOf('foreignKey'), from: end, to: end, customProperties }
  return {
    ofProperty: { ...object(fields, 'to'), rule: noFrom },
    ofObject: { ...object(fields, 'from', 'to'), rule: sameEnds },
  }
}

const either = (one: RegExp, other: RegExp) => new RegExp(`${one.source}|${other.source}`)

function noFrom(source: Source, name: string): Problem[] {
  const from = source.fields?.get('from')
  if (from === undefined) return []
  const expected = 'A relationship on a property starts there: remove from.'
  return [problem('PROPERTY_NOT_HERE', { name: 'from', object: name, expected }, from.keyPlace)]
}

function sameEnds(source: Source, name: string): Problem[] {
  const [from, to] = [source.get('from'), source.get('to')]
  if (from === undefined || to === undefined) return []
  const [listed, reached] = [Array.isArray(from.content), Array.isArray(to.content)]
  if (listed === reached && (!listed || from.items.length === to.items.length)) return []
  const size = (end: Source) => (Array.isArray(end.content) ? `a list of ${end.items.length}` : 'one name')
  return [problem('RELATIONSHIP_ENDS', { name, from: size(from), to: size(to) }, to.place)]
}
