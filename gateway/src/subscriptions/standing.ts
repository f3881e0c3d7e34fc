import type { Caller } from '@terrane/schema'
import { GraphQLError } from 'graphql'
import type { DecisionPoint } from '../authorisation/decision-point.js'
import type { Announced } from './subscription-type.js'

/** Who opened a stream, and who that is now: undefined once the token or session is over. */
export interface Subscriber {
  caller: Caller
  callerNow(): Promise<Caller | undefined>
}

/**
 * Whether a subscriber may hear of a product's publications, at this moment: then of which datasets. `unknown` while the
 * product cannot be asked: nothing is said on the strength of an old policy, and nothing is taken away for it either.
 */
export type Standing = { datasets: string[] } | { refused: GraphQLError } | 'unknown'

export async function standingOf(
  subscriber: Subscriber,
  { product, field }: Announced,
  decisionPoint: DecisionPoint,
): Promise<Standing> {
  const caller = await subscriber.callerNow()
  if (caller?.subject !== subscriber.caller.subject)
    return refused('UNAUTHENTICATED', 'The token or session that opened this stream is over: sign in again.')
  const { decisions, unreachable } = await decisionPoint.decide(caller)
  if (unreachable.has(product)) return 'unknown'
  const decision = decisions.get(product)
  const known = Object.entries(decision?.datasets ?? {}).filter(([, { discover }]) => discover)
  if (decision?.discover && known.some(([, { read }]) => read)) return { datasets: known.map(([name]) => name) }
  const grants = known.map(([name]) => `${product}/${name}`).join(', or ')
  return refused(
    'UNAUTHORIZED_FIELD_OR_TYPE',
    `Not authorised to read Subscription.${field}: it takes ${grants ? `the grant ${grants}` : 'a grant that you lack'}.`,
  )
}

/** The product cannot be asked whether the caller may begin. */
export function undecided({ product, field }: Announced): GraphQLError {
  return new GraphQLError(
    `Not authorised to read Subscription.${field} now: ${product} does not answer whether you may. Try again later.`,
    { extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } },
  )
}

const refused = (code: string, message: string) => ({ refused: new GraphQLError(message, { extensions: { code } }) })
