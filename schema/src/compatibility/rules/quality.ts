import type { Comparison, QualityRule } from '../../contracts/model.js'
import type { Context, Rule } from '../rule.js'

export const quality: Rule = {
  outcomes: {
    QUALITY_RULE_REMOVED: {
      level: 'dangerous',
      because: 'Programs run on, over data that nobody checks for this any more.',
      example: {
        in: 'dataset',
        before: 'quality: [{ id: has_rows, metric: rowCount, mustBeGreaterThan: 0 }]',
        after: 'quality: []',
      },
    },
    QUALITY_RULE_WEAKENED: {
      level: 'dangerous',
      because:
        'Data is published that was not before: a lower bar, other values, or a warning where a run was stopped.',
      example: {
        in: 'dataset',
        before: 'quality: [{ id: has_rows, metric: rowCount, mustBeGreaterThan: 100 }]',
        after: 'quality: [{ id: has_rows, metric: rowCount, mustBeGreaterThan: 0 }]',
      },
    },
    QUALITY_RULE_STRENGTHENED: {
      level: 'safe',
      because: 'All that may be published could be before.',
      example: {
        in: 'dataset',
        before: 'quality: [{ id: has_rows, metric: rowCount, mustBeGreaterThan: 0 }]',
        after: 'quality: [{ id: has_rows, metric: rowCount, mustBeGreaterThan: 100 }]',
      },
    },
    QUALITY_RULE_ADDED: {
      level: 'safe',
      because: 'One promise more.',
      example: {
        in: 'dataset',
        before: 'quality: []',
        after: 'quality: [{ id: has_rows, metric: rowCount, mustBeGreaterThan: 0 }]',
      },
    },
  },
  dataset: ({ before, after }, context) => compare(before, after, after.name, after.place, context),
  property: ({ before, after }, subject, context) => compare(before, after, subject, after.place, context),
}

interface Ruled {
  quality: QualityRule[]
}

function compare(before: Ruled, after: Ruled, of: string, place: Parameters<Context['report']>[3], context: Context) {
  for (const now of after.quality) {
    const old = before.quality.find(({ id }) => id === now.id)
    const subject = `${of}/${now.id}`
    if (old === undefined) context.report('QUALITY_RULE_ADDED', subject, `The rule ${now.id} of ${of} is new.`, place)
    else if (said(old) !== said(now)) {
      const code = isWeaker(old, now) ? 'QUALITY_RULE_WEAKENED' : 'QUALITY_RULE_STRENGTHENED'
      context.report(code, subject, `The rule ${now.id} of ${of} was ${said(old)} and is ${said(now)}.`, place)
    }
  }
  for (const { id } of before.quality) {
    if (after.quality.some(rule => rule.id === id)) continue
    context.report('QUALITY_RULE_REMOVED', `${of}/${id}`, `The rule ${id} of ${of} was removed.`, place)
  }
}

function said({ metric, properties, arguments: given, unit, comparison, severity }: QualityRule): string {
  const { op, ...operands } = comparison
  const values = [...new Set(properties)].join(', ')
  const { properties: _named, ...others } = given
  const more = Object.keys(others).length === 0 ? '' : ` ${JSON.stringify(others)}`
  return `${metric}${values && ` of ${values}`}${more} ${op} ${Object.values(operands).join(' and ')} ${unit} (${severity})`
}

/** Does the new rule let pass what the old one stopped? Where that cannot be told, it does. */
function isWeaker(old: QualityRule, now: QualityRule): boolean {
  if (old.severity === 'error' && now.severity === 'warning') return true
  if (old.metric !== now.metric || old.unit !== now.unit) return true
  if (JSON.stringify(old.properties) !== JSON.stringify(now.properties)) return true
  return !sameOrFewerValues(old.arguments, now.arguments) || !within(rangeOf(now.comparison), rangeOf(old.comparison))
}

function sameOrFewerValues(old: Record<string, unknown>, now: Record<string, unknown>): boolean {
  const { validValues: oldValues, ...oldOthers } = old
  const { validValues: nowValues, ...nowOthers } = now
  if (JSON.stringify(oldOthers) !== JSON.stringify(nowOthers)) return false
  if (!Array.isArray(oldValues) || !Array.isArray(nowValues)) return oldValues === nowValues
  return nowValues.every(value => oldValues.includes(value))
}

/** The figures that pass, as ranges: from, to, and whether these two pass themselves. */
interface Range {
  from: number
  to: number
  fromIn: boolean
  toIn: boolean
}

function rangeOf(comparison: Comparison): Range[] {
  const range = (from: number, to: number, fromIn = true, toIn = true): Range => ({ from, to, fromIn, toIn })
  if ('from' in comparison) {
    const { op, from, to } = comparison
    if (op === 'mustBeBetween') return [range(from, to)]
    return [range(-Infinity, from, true, false), range(to, Infinity, false)]
  }
  const { op, value } = comparison
  if (op === 'mustBe') return [range(value, value)]
  if (op === 'mustNotBe') return [range(-Infinity, value, true, false), range(value, Infinity, false)]
  if (op === 'mustBeGreaterThan') return [range(value, Infinity, false)]
  if (op === 'mustBeGreaterOrEqualTo') return [range(value, Infinity)]
  return [range(-Infinity, value, true, op === 'mustBeLessOrEqualTo')]
}

const within = (inner: Range[], outer: Range[]) => inner.every(one => outer.some(other => lies(one, other)))

function lies(inner: Range, outer: Range): boolean {
  const after = inner.from > outer.from || (inner.from === outer.from && (outer.fromIn || !inner.fromIn))
  const before = inner.to < outer.to || (inner.to === outer.to && (outer.toIn || !inner.toIn))
  return after && before
}
