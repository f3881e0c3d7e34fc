import { GraphQLError } from 'graphql'
import type { Asking, ManagedProduct } from './port.js'

/** Refuses whoever may not change the product; `control` is of the product as a whole. */
export function mayControl(asking: Asking): void {
  need(asking, 'control')
}

/** Refuses whoever may not see runs' problems, grants and audit. */
export function mayObserve(asking: Asking): void {
  need(asking, 'observe')
}

function need(asking: Asking, action: 'control' | 'observe'): void {
  if (asking.decision.actions.includes(action)) return
  const product = asking.decision.product
  throw new GraphQLError(
    `${asking.caller.subject} has no grant for ${action} of ${product}. Ask the product's owner for it.`,
    {
      extensions: { code: 'FORBIDDEN', requiredGrant: `${product}:${action}` },
    },
  )
}

/** Does it and writes down who did what and how it ended. */
export async function audited<T>(
  managed: ManagedProduct,
  asking: Asking,
  action: string,
  act: () => Promise<T>,
): Promise<T> {
  const entry = {
    at: new Date().toISOString(),
    subject: asking.caller.subject,
    action,
    properties: [],
    port: 'control',
  }
  try {
    const done = await act()
    managed.stores.audit.record({ ...entry, outcome: 'allowed' })
    return done
  } catch (error) {
    managed.stores.audit.record({
      ...entry,
      outcome: 'failed',
      detail: error instanceof Error ? error.message : String(error),
    })
    throw error
  }
}
