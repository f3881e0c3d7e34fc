import type { ProductDecision } from '../authorisation/decision.js'
import type { Caller } from '../authorisation/policy.js'

/** Header in which the gateway hands a product who asks and what was decided. */
export const IDENTITY_HEADER = 'terrane-identity'
/** Request header with the publication to read (`17`), response header with the one that was read. */
export const PUBLICATION_HEADER = 'terrane-publication'
/**
 * Request header beside it with the name that the publication must have (`extensions.terrane.publicationIds`): of one
 * number there is another in a home that was begun again. Whoever knows only the number leaves it out, or passes over it.
 */
export const PUBLICATION_ID_HEADER = 'terrane-publication-id'
/** Response header naming the properties that a download left out, comma separated. */
export const OMITTED_HEADER = 'terrane-omitted'

/**
 * Request header naming by policy key, comma separated, what the gateway took out of the caller's question: the product
 * never sees that it was asked for, and its audit tells of it all the same.
 */
export const DENIED_HEADER = 'terrane-denied'

/** What the header says once verified. `gateway: true` is the mesh itself asking (registration, policy, health). */
export interface SignedIdentity {
  caller: Caller
  decision: ProductDecision
  gateway?: boolean
}

/** EdDSA over Ed25519 (RFC 8037): the one algorithm that is accepted. */
export const ALGORITHM = 'EdDSA'
export const ISSUER = 'terrane-gateway'
/**
 * Audience of the gateway's introduction: it meets a product whose name it does not know yet. Good for being told the
 * name and nothing else, because whoever receives it might not be a product of ours.
 */
export const INTRODUCTION = 'terrane-introduction'
export const INTRODUCTION_PATH = '/.well-known/data-product/name'
/** Where a product tells the mesh itself what it publishes: server-sent CloudEvents. */
export const NEWS_PATH = '/.well-known/data-product/publications'
/** Where the mesh tells a product which of its answers were given again without asking it: for its audit. */
export const REPEATS_PATH = '/.well-known/data-product/repeats'
/** Long enough for an operation, too short to be worth stealing. */
export const LIFETIME_SECONDS = 60
