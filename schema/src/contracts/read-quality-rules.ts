import { type Problem, problem } from '../problems/problem.js'
import type { Dataset, QualityRule } from './model.js'
import { qualityShape } from './odcs-quality.js'
import { qualityRules } from './quality.js'
import { anything, check, list, text } from './shape.js'
import { readSource, Source } from './source.js'

/** As a contract of ODCS 3.1 has them on a dataset. */
const RULES = list(qualityShape(1, { id: text, tags: list(text), customProperties: list(anything) }))
/** Nobody has so many promises about one table. */
const MOST_RULES = 200

/**
 * The quality rules of a dataset from a document of their own: a list of ODCS rules as YAML or JSON, judged as in a
 * contract. `known`: names of the properties that whoever wrote it may know of; others are as unknown as nonsense.
 */
export function readQualityRules(
  document: string,
  dataset: Pick<Dataset, 'name'>,
  known: Iterable<string>,
): { rules?: QualityRule[]; problems: Problem[] } {
  const { root, problems } = readSource(document, 'quality.yaml', {})
  if (root === undefined) return { problems }
  const found = [...problems, ...check(root, RULES, 'quality', 'ODCS 3.1')]
  if (root.items.length > MOST_RULES)
    found.push(problem('QUALITY_RULES_TOO_MANY', { dataset: dataset.name, most: MOST_RULES }, root.place))
  if (found.some(({ severity }) => severity === 'error')) return { problems: found }
  const owner = new Source(root.place, new Map([['quality', { keyPlace: root.place, source: root }]]), false)
  const rules = qualityRules(owner, dataset.name, undefined, new Set(known), found)
  return found.some(({ severity }) => severity === 'error') ? { problems: found } : { rules, problems: found }
}
