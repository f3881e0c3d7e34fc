import type { PlanDescription } from '../plan/described/description.js'
import type { ExplainRequest } from './explain-request.js'
import type { Timings, TimingsReport } from './timings.js'

/** `extensions.terrane.explain`: what was asked for, or that it is withheld. */
export interface Explanation {
  /** What the answer may hold at most, by the caller's own schema, and the ceiling. */
  cost?: { operation: number; limit: number }
  plan?: PlanDescription
  timings?: TimingsReport
  withheld?: { parts: ('plan' | 'timings')[]; reason: string }
}

const REASON =
  'Plans and timings are told to who may observe every product that is asked, and only where all that is fetched is theirs to know of.'

export interface Explained {
  cost: { operation: number; limit: number }
  /** Undefined where the caller may not be told. */
  plan: PlanDescription | undefined
  timings: Timings | undefined
}

export function explanation(asked: ExplainRequest, { cost, plan, timings }: Explained): Explanation {
  const parts = (['plan', 'timings'] as const).filter(part => asked.has(part))
  const told = plan !== undefined
  return {
    ...(asked.has('cost') ? { cost } : {}),
    ...(told && asked.has('plan') ? { plan } : {}),
    ...(told && timings ? { timings: timings.report() } : {}),
    ...(!told && parts.length > 0 ? { withheld: { parts, reason: REASON } } : {}),
  }
}
