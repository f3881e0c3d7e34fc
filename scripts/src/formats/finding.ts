import path from 'node:path'
import type { Change, Level, Problem } from '@terrane/schema'
import type { Checked } from '../checks/checked.js'
import type { CheckReport } from '../checks/run-checks.js'

/** One line of a report, whatever its format. */
export interface Finding {
  code: string
  /** Problems are errors or warnings, changes are of a level. */
  level: 'error' | 'warning' | Level
  concern?: 'security' | 'clients'
  message: string
  hint: string
  /** Missing where it is about several. */
  product?: string
  /** From the working directory, with slashes. */
  file?: string
  line?: number
  column?: number
}

export function findingsOf({ products, composition }: CheckReport): Finding[] {
  return [...products.flatMap(findingsOfProduct), ...composition.map(found => ofProblem(found))]
}

export function findingsOfProduct(checked: Checked): Finding[] {
  return [
    ...checked.problems.map(found => ofProblem(found, checked)),
    ...checked.changes.map(change => ofChange(change, checked)),
  ]
}

function ofProblem({ code, severity, message, hint, ...place }: Problem, of?: Checked): Finding {
  return { code, level: severity, message, hint, ...(of ? { product: of.name } : {}), ...placed(place, of) }
}

function ofChange(change: Change, of: Checked): Finding {
  const { code, level, concern, message } = change
  const hint = adviceOf(change, of.product?.major)
  return { code, level, ...(concern ? { concern } : {}), message, hint, product: of.name, ...placed(change, of) }
}

/** What to do about a change. */
export function adviceOf({ level, concern }: Pick<Change, 'level' | 'concern'>, major?: number): string {
  if (level === 'safe') return 'Nothing to do; record it when it is published.'
  if (concern === 'security') return 'Let somebody who answers for the data look at it.'
  if (level === 'dangerous') return 'Tell those who use it before it is published.'
  return `Take it back, or raise the version of the product to ${major === undefined ? 'its next major' : `${major + 1}.0.0`}: majors have addresses of their own.`
}

/** Problems name files from the product's folder, what is published from the working directory. */
function placed({ file, line, column }: Partial<Problem> | Change, of?: Checked): Partial<Finding> {
  if (file === undefined) return {}
  const whole = of === undefined || file.startsWith(of.folder) ? path.resolve(file) : path.resolve(of.folder, file)
  const shown = path.relative(process.cwd(), whole).split(path.sep).join('/')
  return { file: shown, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) }
}

/** Does it let the check fail? */
export type Fails = (finding: Pick<Finding, 'level'>) => boolean

export function failing(failOn: 'breaking' | 'dangerous'): Fails {
  return ({ level }) => level === 'error' || level === 'breaking' || (failOn === 'dangerous' && level === 'dangerous')
}
