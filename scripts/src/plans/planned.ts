import type { Explanation, LostField, PlanDescription, StepDescription } from '@terrane/gateway'

/** A plan as the command line tells it, wherever it was made. */
export interface Planned extends PlanDescription {
  /** What was taken out of the question before planning, because whoever asks may not have it. */
  denied: LostField[]
  /** What the answer may hold at most, and at a gateway the ceiling. */
  cost?: Partial<NonNullable<Explanation['cost']>>
}

/** Without what these values of its variables leave out. */
export function decidedBy<Plan extends PlanDescription>(
  plan: Plan,
  variables: Readonly<Record<string, unknown>>,
): Plan {
  const sent = new Set<string>()
  const taken = (step: StepDescription | undefined): StepDescription | undefined => {
    if (!step) return undefined
    if (step.kind === 'fetch') {
      sent.add(step.id)
      return step
    }
    if (step.kind !== 'condition') {
      const steps = step.steps.flatMap(one => taken(one) ?? [])
      return steps.length > 1 ? { ...step, steps } : steps[0]
    }
    if (Object.hasOwn(variables, step.variable)) return taken(variables[step.variable] ? step.whenTrue : step.whenFalse)
    const [whenTrue, whenFalse] = [taken(step.whenTrue), taken(step.whenFalse)]
    return { ...step, ...(whenTrue ? { whenTrue } : {}), ...(whenFalse ? { whenFalse } : {}) }
  }
  const { plan: whole, ...rest } = plan
  const left = taken(whole)
  const isSent = (id: string) => sent.has(id.split('.')[0]!)
  const fields = plan.fields.filter(({ fetches }) => fetches.length === 0 || fetches.some(isSent))
  return { ...rest, ...(left ? { plan: left } : {}), fields } as Plan
}
