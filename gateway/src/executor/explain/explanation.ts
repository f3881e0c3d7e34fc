import type { DeniedPlace } from '../../authorisation/denied-places.js'
import type { PlanDescription } from '../plan/described/description.js'
import type { ExplainRequest } from './explain-request.js'
import type { Timings, TimingsReport } from './timings.js'

/** `extensions.terrane.explain`: what was asked for, or that it is withheld. */
export interface Explanation {
  /** What the answer may hold at most, by the caller's own schema, and the ceiling. */
  cost?: { operation: number; limit: number }
  plan?: PlanDescription
  /** With a plan, told or withheld: what the caller may not have, which no plan holds. */
  denied?: LostField[]
  timings?: TimingsReport
  withheld?: { parts: ('plan' | 'timings')[]; reason: string }
}

/** A field that was taken out of the question before it was planned. */
export interface LostField {
  /** Response names, `@` for every item of a list: `ukSales.orders.nodes.@.margin`. */
  path: string
  /** `UkSalesOrder.margin` */
  coordinate: string
  /** `the grant uk-sales/orders/margin` */
  lacks: string
}

export const lostField = ({ path, coordinate, reason }: DeniedPlace): LostField => ({
  path: path.join('.'),
  coordinate,
  lacks: reason,
})

const REASON =
  'Plans and timings are told to who may observe every product that is asked, and only where all that is fetched is theirs to know of.'

export interface Explained {
  cost: { operation: number; limit: number }
  /** Undefined where the caller may not be told. */
  plan: PlanDescription | undefined
  timings: Timings | undefined
  denied: readonly DeniedPlace[]
}

export function explanation(asked: ExplainRequest, { cost, plan, timings, denied }: Explained): Explanation {
  const parts = (['plan', 'timings'] as const).filter(part => asked.has(part))
  const told = plan !== undefined
  return {
    ...(asked.has('cost') ? { cost } : {}),
    ...(told && asked.has('plan') ? { plan } : {}),
    ...(asked.has('plan') && denied.length > 0 ? { denied: denied.map(lostField) } : {}),
    ...(told && timings ? { timings: timings.report() } : {}),
    ...(!told && parts.length > 0 ? { withheld: { parts, reason: REASON } } : {}),
  }
}
