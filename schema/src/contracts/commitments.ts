import { type Problem, problem } from '../problems/problem.js'
import type { CustomProperties } from './custom-properties.js'
import type { Declassification } from './model.js'

/** `terrane.sunset: "2027-06-30"`: the day after which something deprecated may go. */
export function sunset(custom: CustomProperties, problems: Problem[]): string | undefined {
  const name = 'terrane.sunset'
  const value = custom.get(name)
  if (value === undefined) return undefined
  const text = value.scalar
  const isDay = typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))
  if (isDay && custom.get('terrane.deprecated') !== undefined) return text
  const expected = isDay ? 'terrane.deprecated beside it, with the reason' : 'a day in quotes, like "2027-06-30"'
  problems.push(problem('CUSTOM_PROPERTY_INVALID', { name, expected }, value.place))
  return undefined
}

/** `terrane.declassified: {from: confidential, reason: …, by: …}`: none of the three may be missing. */
export function declassification(custom: CustomProperties, problems: Problem[]): Declassification | undefined {
  const name = 'terrane.declassified'
  const value = custom.get(name)
  if (value === undefined) return undefined
  const [from, reason, by] = ['from', 'reason', 'by'].map(key => value.text(key)?.trim() || undefined)
  if (from !== undefined && reason !== undefined && by !== undefined) return { from, reason, by }
  const expected = 'from (the classification that it would have), reason and by (who answers for it)'
  problems.push(problem('CUSTOM_PROPERTY_INVALID', { name, expected }, value.place))
  return undefined
}
