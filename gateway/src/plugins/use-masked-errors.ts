import type { ApolloServerOptions } from '@apollo/server'
import { unwrapResolverError } from '@apollo/server/errors'
import type { Operation } from '../executor/operation.js'
import type { Log } from '../log.js'

/** Of V8, where graphql-js has called itself for each level of a document. */
const OVERFLOWED = 'Maximum call stack size exceeded'

/** What nobody foresaw is told to the log, once, and to the client only that it happened. */
export function maskErrors(log: Log): NonNullable<ApolloServerOptions<Operation>['formatError']> {
  return (formatted, error) => {
    if (formatted.extensions?.code === 'GRAPHQL_PARSE_FAILED' && formatted.message === OVERFLOWED)
      return { ...formatted, message: 'The document is nested too deeply to be read.' }
    if (formatted.extensions?.code !== 'INTERNAL_SERVER_ERROR') return formatted
    const cause = unwrapResolverError(error) as Error
    const subgraph = formatted.extensions.serviceName
    // A subgraph has masked and logged its own.
    if (typeof subgraph === 'string') return formatted
    log({ level: 'error', message: cause.message, stack: cause.stack })
    return {
      message: 'The gateway could not answer this.',
      ...(formatted.path ? { path: formatted.path } : {}),
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    }
  }
}
