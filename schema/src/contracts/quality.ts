import { type Problem, problem } from '../problems/problem.js'
import type { Comparison, QualityRule } from './model.js'
import type { Source } from './source.js'

const METRICS = ['rowCount', 'nullValues', 'missingValues', 'invalidValues', 'duplicateValues'] as const
/** ODCS 3.0 `rule` names and what 3.1 calls them. */
const RULES: Record<string, (typeof METRICS)[number]> = {
  ...Object.fromEntries(METRICS.map(metric => [metric, metric])),
  duplicateCount: 'duplicateValues',
  duplicatePercent: 'duplicateValues',
  nullCheck: 'nullValues',
  nullCount: 'nullValues',
  nullPercent: 'nullValues',
  missingCount: 'missingValues',
  missingPercent: 'missingValues',
  invalidCount: 'invalidValues',
  invalidPercent: 'invalidValues',
  validValues: 'invalidValues',
}
export const OPERATORS = [
  'mustBe',
  'mustNotBe',
  'mustBeGreaterThan',
  'mustBeGreaterOrEqualTo',
  'mustBeLessThan',
  'mustBeLessOrEqualTo',
  'mustBeBetween',
  'mustNotBeBetween',
] as const

/**
 * The library rules among an object's `quality` (ODCS "Data Quality"). Rules of the types `text`, `sql` and `custom`
 * are documentation here: nothing of theirs runs.
 */
export function qualityRules(
  owner: Source,
  dataset: string,
  property: string | undefined,
  names: ReadonlySet<string>,
  problems: Problem[],
): QualityRule[] {
  return owner.list('quality').flatMap((source, index) => {
    const type = source.text('type') ?? 'library'
    const named = source.text('metric') ?? source.text('rule')
    if (type !== 'library' && source.text('metric') === undefined) return []
    if (named === undefined) return []
    const metric = RULES[named]
    const place = source.get('metric')?.place ?? source.get('rule')?.place ?? source.place
    if (metric === undefined) {
      problems.push(problem('QUALITY_METRIC_UNKNOWN', { metric: named, metrics: METRICS.join(', ') }, place))
      return []
    }
    const fallback =
      named === 'validValues' || named === 'nullCheck' ? ({ op: 'mustBe', value: 0 } as const) : undefined
    const comparison = comparisonOf(source) ?? fallback
    if (comparison === undefined) {
      problems.push(problem('QUALITY_COMPARISON_MISSING', { metric: named }, place))
      return []
    }
    const args = argumentsOf(source)
    const properties = property === undefined ? textsOf(args.properties) : [property]
    const place2 = source.get('arguments')?.place ?? place
    const strangers = properties.filter(name => !names.has(name))
    for (const name of strangers) {
      problems.push(problem('QUALITY_PROPERTY_UNKNOWN', { metric: named, dataset, property: name }, place2))
    }
    if (strangers.length > 0) return []
    if (property === undefined && metric !== 'rowCount' && properties.length === 0) {
      problems.push(problem('QUALITY_PROPERTIES_MISSING', { metric: named }, place))
      return []
    }
    if (metric === 'invalidValues' && !Array.isArray(args.validValues) && typeof args.pattern !== 'string') {
      problems.push(problem('QUALITY_ARGUMENT_MISSING', { metric: named }, place))
      return []
    }
    if (typeof args.pattern === 'string' && !isPattern(args.pattern)) {
      problems.push(problem('PATTERN_INVALID', { name: 'arguments.pattern' }, place2))
      return []
    }
    const unit = source.text('unit') ?? (named.endsWith('Percent') ? 'percent' : 'rows')
    const dimension = source.shown('dimension')
    const description = source.shown('description')
    const rule: QualityRule = {
      id: source.shown('id') ?? source.shown('name') ?? [property ?? dataset, metric, index + 1].join('.'),
      metric,
      properties: metric === 'rowCount' ? [] : properties,
      arguments: args,
      unit: unit === 'percent' || unit === '%' ? 'percent' : 'rows',
      comparison,
      severity: severityOf(source.text('severity')),
      ...(dimension === undefined ? {} : { dimension }),
      ...(description === undefined ? {} : { description }),
    }
    return [rule]
  })
}

/** Without a severity a promise is a promise: it blocks. */
function severityOf(text: string | undefined): 'error' | 'warning' {
  return text !== undefined && /^(info|information|warn|warning|low)$/i.test(text) ? 'warning' : 'error'
}

function comparisonOf(source: Source): Comparison | undefined {
  for (const op of OPERATORS) {
    const operand = source.get(op)
    if (operand === undefined) continue
    if (op === 'mustBeBetween' || op === 'mustNotBeBetween') {
      const [from, to] = operand.items.map(item => item.scalar)
      if (typeof from === 'number' && typeof to === 'number') {
        return { op, from: Math.min(from, to), to: Math.max(from, to) }
      }
    } else if (typeof operand.scalar === 'number') {
      return { op, value: operand.scalar }
    }
  }
  return undefined
}

/** ODCS 3.0 has `validValues` beside the rule, 3.1 in `arguments`. */
function argumentsOf(source: Source): Record<string, unknown> {
  const args = (source.get('arguments')?.plain() ?? {}) as Record<string, unknown>
  const beside = source.get('validValues')
  return beside === undefined ? args : { validValues: beside.plain(), ...args }
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}

export function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u')
    return true
  } catch {
    return false
  }
}
