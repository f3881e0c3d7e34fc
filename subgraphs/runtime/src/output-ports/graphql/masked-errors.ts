import { unwrapResolverError } from '@apollo/server/errors'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import type { Log } from '../../data-product-options.js'
import { Refusal } from '../refusal.js'

/**
 * The edge of the graph: refusals and GraphQL's own errors go out as they are, anything else is logged and becomes
 * `INTERNAL_SERVER_ERROR`, so that no text of an engine or a file system leaves the product.
 */
export function maskErrors(log: Log): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  const logged = new WeakSet<object>()
  return (formatted, error) => {
    const original = unwrapResolverError(error)
    if (original instanceof Refusal || original instanceof GraphQLError) {
      const { stacktrace: _never, ...extensions } = formatted.extensions ?? {}
      const fallback =
        error instanceof GraphQLError && error.path === undefined ? 'GRAPHQL_VALIDATION_FAILED' : 'BAD_USER_INPUT'
      const code =
        extensions.code === undefined || extensions.code === 'INTERNAL_SERVER_ERROR' ? fallback : extensions.code
      return { ...formatted, message: withoutSuggestion(formatted.message), extensions: { ...extensions, code } }
    }
    // The same failure of one statement reaches every row that waited for it; it is told once.
    if (!(original instanceof Object) || !logged.has(original)) {
      if (original instanceof Object) logged.add(original)
      log({
        level: 'error',
        message: 'An operation failed.',
        error: original instanceof Error ? original.stack : String(original),
      })
    }
    return {
      message: 'The product could not answer this.',
      ...(formatted.locations ? { locations: formatted.locations } : {}),
      ...(formatted.path ? { path: formatted.path } : {}),
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    }
  }
}

/** Libraries may guess names aloud ("Did you mean …?"); this product does not. */
const withoutSuggestion = (message: string) => message.replace(/ Did you mean .*\?$/s, '')
