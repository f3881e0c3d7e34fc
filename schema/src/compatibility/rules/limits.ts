import type { Rule } from '../rule.js'

/** `logicalTypeOptions` that bound values: +1 where more is wider, −1 where less is. */
const BOUNDS: Record<string, 1 | -1> = {
  maximum: 1,
  exclusiveMaximum: 1,
  maxLength: 1,
  maxItems: 1,
  maxProperties: 1,
  minimum: -1,
  exclusiveMinimum: -1,
  minLength: -1,
  minItems: -1,
  minProperties: -1,
}

export const limits: Rule = {
  outcomes: {
    PROPERTY_LIMITS_WIDENED: {
      level: 'dangerous',
      because:
        'Values may come that were promised not to; another pattern or format counts as wider, since it cannot be told.',
      example: {
        in: 'properties',
        before: '- { name: code, logicalType: string, logicalTypeOptions: { maxLength: 2 } }',
        after: '- { name: code, logicalType: string, logicalTypeOptions: { maxLength: 3 } }',
      },
    },
    PROPERTY_LIMITS_NARROWED: {
      level: 'safe',
      because: 'Every value that may come could come before.',
      example: {
        in: 'properties',
        before: '- { name: code, logicalType: string, logicalTypeOptions: { maxLength: 3 } }',
        after: '- { name: code, logicalType: string, logicalTypeOptions: { maxLength: 2 } }',
      },
    },
  },
  property({ before, after }, subject, { report }) {
    for (const name of new Set([...Object.keys(before.options), ...Object.keys(after.options)])) {
      // Lists of values and widths of integers have rules of their own.
      if (name === 'enum' || (name === 'format' && ['integer', 'bigint'].includes(after.type.kind))) continue
      const [old, now] = [before.options[name], after.options[name]]
      if (JSON.stringify(old) === JSON.stringify(now)) continue
      const said = (value: unknown) => (value === undefined ? 'none' : JSON.stringify(value))
      const code = isWider(name, old, now) ? 'PROPERTY_LIMITS_WIDENED' : 'PROPERTY_LIMITS_NARROWED'
      report(code, subject, `The ${name} of ${subject} was ${said(old)} and is ${said(now)}.`, after.place)
    }
  },
}

function isWider(name: string, old: unknown, now: unknown): boolean {
  if (now === undefined) return true
  if (old === undefined) return false
  const way = BOUNDS[name]
  // Numbers by size, dates by their text.
  if (way === undefined || typeof old !== typeof now || (typeof old !== 'number' && typeof old !== 'string'))
    return true
  return way === 1 ? (now as number) > (old as number) : (now as number) < (old as number)
}
