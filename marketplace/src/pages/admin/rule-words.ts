import type { Comparison, Metric, QualityRule } from '../../api/quality-rules'
import { number } from '../../parts/numbers'
import { ifBroken } from '../../parts/promise-words'

export const METRICS: { value: Metric; label: string }[] = [
  { value: 'rowCount', label: 'number of rows' },
  { value: 'nullValues', label: 'rows without a value' },
  { value: 'missingValues', label: 'rows with a value that counts as missing' },
  { value: 'invalidValues', label: 'rows with an invalid value' },
  { value: 'duplicateValues', label: 'rows that repeat' },
]

export const OPERATORS: { value: string; label: string }[] = [
  { value: 'mustBe', label: 'is' },
  { value: 'mustNotBe', label: 'is not' },
  { value: 'mustBeGreaterThan', label: 'is more than' },
  { value: 'mustBeGreaterOrEqualTo', label: 'is at least' },
  { value: 'mustBeLessThan', label: 'is less than' },
  { value: 'mustBeLessOrEqualTo', label: 'is at most' },
  { value: 'mustBeBetween', label: 'is between' },
  { value: 'mustNotBeBetween', label: 'is not between' },
]

export const isBetween = (op: string) => op.endsWith('Between')

/** `number of rows is more than 0; if broken: not published`. */
export function ruleWords({ metric, properties, unit, comparison, severity }: QualityRule): string {
  const of = properties.length > 0 ? ` of ${properties.join(', ')}` : ''
  const label = METRICS.find(({ value }) => value === metric)?.label ?? metric
  const broken = `if broken: ${ifBroken(severity)}`
  return `${label}${of} ${comparisonWords(comparison)}${unit === 'percent' ? ' %' : ''}; ${broken}`
}

function comparisonWords(comparison: Comparison): string {
  const words = OPERATORS.find(({ value }) => value === comparison.op)?.label ?? comparison.op
  return 'from' in comparison
    ? `${words} ${number(comparison.from)} and ${number(comparison.to)}`
    : `${words} ${number(comparison.value)}`
}
