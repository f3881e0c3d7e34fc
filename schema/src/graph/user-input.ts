import { GraphQLError } from 'graphql'

/** A question that cannot be answered as it is asked. */
export function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } })
}
