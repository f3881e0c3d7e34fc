import { type Problem, problem } from '../problems/problem.js'
import { readSource, type Source } from './source.js'

/**
 * Every problem of one ODPS or ODCS document, told apart by `kind`. Variables are put in from `env` first. Nothing is
 * looked up outside the text: what its parts mean to each other is `readProduct`'s.
 */
export function validateDocument(text: string, file: string, env: NodeJS.ProcessEnv = process.env): Problem[] {
  const { root, problems } = readSource(text, file, env)
  return root === undefined ? problems : [...problems, ...validateSource(root)]
}

export function validateSource(root: Source, expected?: 'DataProduct' | 'DataContract'): Problem[] {
  const kind = root.get('kind')
  if (expected !== undefined && kind?.scalar !== expected) {
    return [problem('DOCUMENT_KIND', { found: kind?.quoted() ?? 'nothing', expected }, (kind ?? root).place)]
  }
  return []
}
