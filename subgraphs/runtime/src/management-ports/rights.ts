import type { AuditInfo } from '@terrane/schema'
import { GraphQLError } from 'graphql'
import type { Asking, ManagedProduct } from './port.js'

/** `control` and `observe` are of the product as a whole; whoever may control it may observe it. */
export type Right = 'control' | 'observe'

const LONGEST_DETAIL = 2000

/** Refuses whoever may not, and writes down that they tried. */
export function need(managed: ManagedProduct, asking: Asking, right: Right, what: Deed): void {
  if (asking.decision.actions.includes(right)) return
  const { product } = asking.decision
  write(managed, asking, right, what, 'denied')
  const grant = `${product}:${right}`
  throw new GraphQLError(
    `${asking.caller.subject} has no grant for ${right} of ${product}. Ask the product's owner for it.`,
    { extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', requiredGrant: grant } },
  )
}

/** What is done or tried, for the audit. `action` is one of few words; what it was done to stands in `detail`. */
export interface Deed {
  action: string
  detail?: string
  dataset?: string
  properties?: string[]
}

/** Does it, if the caller may, and writes down who did what and how it ended; `refused` tells why it came to nothing. */
export async function audited<T>(
  managed: ManagedProduct,
  asking: Asking,
  right: Right,
  what: Deed,
  act: () => Promise<T>,
  refused: (done: T) => string | undefined = () => undefined,
): Promise<T> {
  need(managed, asking, right, what)
  try {
    const done = await act()
    const reason = refused(done)
    write(managed, asking, right, what, reason === undefined ? 'allowed' : 'failed', reason)
    return done
  } catch (error) {
    write(managed, asking, right, what, 'failed', error instanceof Error ? error.message : String(error))
    throw error
  }
}

function write(
  managed: ManagedProduct,
  asking: Asking,
  right: Right,
  { action, dataset, properties = [], detail }: Deed,
  outcome: AuditInfo['outcome'],
  reason?: string,
): void {
  const told = [detail, reason].filter(text => text !== undefined).join(': ')
  managed.stores.audit.record({
    at: new Date().toISOString(),
    subject: asking.caller.subject,
    action,
    ...(dataset === undefined ? {} : { dataset }),
    properties,
    port: right === 'control' ? 'control' : 'observability',
    outcome,
    ...(told === '' ? {} : { detail: told.slice(0, LONGEST_DETAIL) }),
  })
}
