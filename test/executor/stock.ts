import type { ApolloGateway } from '@apollo/gateway'
import type { GraphQLFormattedError } from 'graphql'
import { GraphQLError } from 'graphql'
import type { Executor, OperationAnswer } from '../../gateway/src/executor/executor.js'

/** `@apollo/gateway`'s own executor: the yardstick. */
export function stockExecutor(gateway: ApolloGateway): Executor {
  const execute = gateway.executor
  return async request => {
    const answer = (await execute(request as Parameters<typeof execute>[0])) as OperationAnswer
    // Stock says what it could not complete beside the errors, so that a null may come without one; a loss is an error.
    const incomplete = answer.extensions?.valueCompletion
    if (!Array.isArray(incomplete)) return answer
    const { valueCompletion: _, ...extensions } = answer.extensions!
    const errors = (incomplete as GraphQLFormattedError[]).map(
      ({ message, path }) =>
        new GraphQLError(message, { path: path ?? null, extensions: { code: 'INCOMPLETE_ANSWER' } }),
    )
    return { ...answer, errors: [...(answer.errors ?? []), ...errors], extensions }
  }
}

const nothing = () => undefined
/** A logger. */
export const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }
