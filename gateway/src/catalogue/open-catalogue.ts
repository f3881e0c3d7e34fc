import { problem } from '@terrane/schema/problems'
import type { SessionStore } from '../authentication/session-store.js'
import type { GatewayOptions } from '../gateway.js'
import { GatewayStartError } from '../start-error.js'
import type { RequestStore } from './access-requests/request-store.js'
import type { CatalogueStore } from './store.js'

/** What a gateway of products keeps, and those who keep something in it. */
export interface Catalogue {
  store: CatalogueStore
  sessions: SessionStore
  requests: RequestStore
}

/**
 * Undefined for a supergraph as it is: nothing can be added to it, and TypeORM is not loaded for it. Throws
 * `GatewayStartError` where it cannot be opened.
 */
export async function openCatalogue(options: GatewayOptions): Promise<Catalogue | undefined> {
  if (options.supergraph !== undefined) return undefined
  const { CatalogueStore } = await import('./store.js')
  const { CatalogueSessions } = await import('./catalogue-sessions.js')
  const { RequestStore } = await import('./access-requests/request-store.js')
  try {
    const store = await CatalogueStore.open(options.home, options.databaseUrl)
    return { store, sessions: new CatalogueSessions(store), requests: new RequestStore(store) }
  } catch (error) {
    throw new GatewayStartError([problem('CATALOGUE_UNAVAILABLE', { reason: (error as Error).message })])
  }
}
