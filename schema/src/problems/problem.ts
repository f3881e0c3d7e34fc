import { CATALOGUE } from './catalogue.js'

export type ProblemCode = keyof typeof CATALOGUE

/** Where in a file a problem stands. Lines and columns count from 1. */
export interface Place {
  /** Path as the user would type it: relative to the product's folder where there is one. */
  file: string
  line?: number
  column?: number
}

/** One mistake of a user, as a value. Never carries secrets or the text of data. */
export interface Problem extends Partial<Place> {
  code: ProblemCode
  severity: 'error' | 'warning'
  /** What is wrong, in one sentence. */
  message: string
  /** What was expected or what to do, in one sentence. */
  hint: string
}

/** Makes a problem of the catalogue's code; `details` fills the `{placeholders}` of its texts. */
export function problem(code: ProblemCode, details: Record<string, unknown> = {}, place?: Place): Problem {
  const entry = CATALOGUE[code]
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (whole, name) => (name in details ? String(details[name]) : whole))
  return {
    code,
    severity: 'severity' in entry ? (entry.severity as 'warning') : 'error',
    message: fill(entry.message),
    hint: fill(entry.hint),
    ...place,
  }
}

/** `file:line:column`, as terminals and editors make clickable. */
export function placeOf(problem: Problem): string {
  return [problem.file, problem.line, problem.column].filter(part => part !== undefined).join(':')
}
