import { createContextKey } from '@opentelemetry/api'

/**
 * Set where a span begins under a parent that somebody else names: a sampler that meets it decides as if there were none.
 * Otherwise everybody could have himself traced, or left out.
 */
export const ASKED_FROM_OUTSIDE = createContextKey('terrane: asked from outside')
