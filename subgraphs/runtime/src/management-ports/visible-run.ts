import type { RunInfo } from '@terrane/schema'
import type { Asking } from './port.js'
import type { Sight } from './sight.js'

/**
 * A run for this caller. Why it failed may name columns and values, and its trigger who changed what: that is for those
 * who may observe, as far as they may know of what it names.
 */
export function visibleRun(run: RunInfo, asking: Asking, sight: Sight): RunInfo {
  if (!asking.decision.actions.includes('observe')) return { ...run, trigger: kindOf(run.trigger), problems: [] }
  return {
    ...run,
    trigger: sight.tells(run.trigger) ? kindOf(run.trigger) : run.trigger,
    problems: run.problems.map(problem => visibleProblem(problem, sight)),
  }
}

/** Its code alone where it names what may not be known of. */
export function visibleProblem<P extends RunInfo['problems'][number]>(problem: P, sight: Sight): P {
  const { message, hint, file = '' } = problem
  if (!sight.tells(`${message} ${hint} ${file}`)) return problem
  const { file: _file, line: _line, column: _column, ...rest } = problem
  const withheld = { message: 'This is about something that you may not know of.', hint: "Ask the product's owner." }
  return { ...rest, ...withheld } as P
}

/** `model orders changed by user:anna` is a change of a model. */
const kindOf = (trigger: string) => /^\w*/.exec(trigger)![0]
