import { problem } from '../problems/problem.js'
import { OPERATORS } from './quality.js'
import { anything, list, number, type ObjectShape, object, oneOf, type Shape, text } from './shape.js'
import type { Source } from './source.js'

const between = list(number, { atLeast: 2, atMost: 2, distinct: true })
const OPERANDS: Record<string, Shape> = Object.fromEntries(
  OPERATORS.map(op => [op, /Between$/.test(op) ? between : /Be$/.test(op) ? anything : number]),
)

/**
 * A quality rule (ODCS "Data Quality"): `library` has a metric and one comparison, `sql` a query and one comparison,
 * `custom` an engine and its implementation, `text` only words. A rule with a metric is a library rule whatever its type
 * says.
 */
export function qualityShape(minor: number, extras: Record<string, Shape>): ObjectShape {
  const implementation: Shape = {
    is: 'choice',
    of: source => (typeof source.scalar === 'string' ? text : { ...object({}), open: true }),
  }
  const library = {
    ...OPERANDS,
    metric: oneOf('nullValues', 'missingValues', 'invalidValues', 'duplicateValues', 'rowCount'),
    rule: text,
    arguments: { ...object({}), open: true },
    // 3.0 had its metrics' arguments beside the rule.
    ...(minor === 0 ? { validValues: list(anything) } : {}),
  } satisfies Record<string, Shape>
  return {
    ...object({
      businessImpact: text,
      description: text,
      dimension: oneOf('accuracy', 'completeness', 'conformity', 'consistency', 'coverage', 'timeliness', 'uniqueness'),
      method: text,
      name: text,
      schedule: text,
      scheduler: text,
      severity: text,
      type: oneOf('text', 'library', 'sql', 'custom'),
      unit: text,
      ...extras,
    }),
    more: source => {
      const type = source.text('type')
      const fields: Record<string, Shape> = {}
      const required: string[] = []
      if (isLibrary(source, minor)) {
        Object.assign(fields, library)
        // What 3.1 calls a metric was a rule in 3.0; documents of 3.0 are seen with either.
        if (minor >= 1) required.push('metric')
        else if (source.get('metric') === undefined) required.push('rule')
      }
      if (type === 'sql') {
        Object.assign(fields, { ...OPERANDS, query: text })
        required.push('query')
      }
      if (type === 'custom') {
        Object.assign(fields, { engine: text, implementation })
        required.push('engine', 'implementation')
      }
      return { fields, required }
    },
    rule: (source, name) => {
      if (!isLibrary(source, minor) && source.text('type') !== 'sql') return []
      const found = OPERATORS.filter(op => source.get(op) !== undefined)
      // 3.0 has rules that need no comparison, like validValues.
      if (found.length === 1 || (minor === 0 && found.length === 0)) return []
      const details = { name, found: found.join(' and ') || 'nothing', expected: OPERATORS.join(', ') }
      return [problem('QUALITY_OPERATORS', details, source.place)]
    },
  }
}

function isLibrary(source: Source, minor: number): boolean {
  const type = source.get('type')
  return type?.scalar === 'library' || source.get('metric') !== undefined || (minor === 0 && type === undefined)
}
