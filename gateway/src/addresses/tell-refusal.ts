import { IDENTITY_HEADER } from '@terrane/schema/identity/signed-identity'
import type { ProductEndpoint } from '../gateway.js'

/** A product that is slow or away costs the refused one no more than this. */
const PATIENCE_MILLISECONDS = 2000

/**
 * Lets the product refuse an attempt that is refused here already, so that its audit tells who tried what. It gets the
 * signed decision that lacks the right, and nothing of what was sent; what it answers is nobody's. False where it could
 * not be told.
 */
export async function tellRefusal(
  endpoint: ProductEndpoint,
  attempt: { method: string; path: string; identity: string },
): Promise<boolean> {
  try {
    const response = await endpoint.fetch(
      new Request(`http://${endpoint.name}${attempt.path}`, {
        method: attempt.method,
        headers: { [IDENTITY_HEADER]: attempt.identity },
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
      }),
    )
    await response.body?.cancel()
    return true
  } catch {
    return false
  }
}
