import type { ApolloServerOptions } from '@apollo/server'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import type { Operation } from '../executor/operation.js'

export type FormatError = NonNullable<ApolloServerOptions<Operation>['formatError']>

export interface FormattedErrors {
  errors: GraphQLFormattedError[]
  /** Of the errors' `extensions.http` the last that names one. */
  status?: number
}

/** Errors as the client is told them, and the status that they ask for: as Apollo Server does it. */
export function formattedErrors(errors: readonly GraphQLError[], format: FormatError): FormattedErrors {
  const formatted: FormattedErrors = { errors: [] }
  for (const error of errors) {
    const extensions: Record<string, unknown> = { ...error.extensions }
    extensions.code ??= 'INTERNAL_SERVER_ERROR'
    if (isHttp(extensions.http)) {
      if (extensions.http.status) formatted.status = extensions.http.status
      delete extensions.http
    }
    formatted.errors.push(format({ ...error.toJSON(), extensions }, error))
  }
  return formatted
}

/** What was thrown, as an error of an operation. */
export function asGraphqlError(thrown: unknown): GraphQLError {
  if (thrown instanceof GraphQLError) return thrown
  const originalError = thrown instanceof Error ? thrown : new Error(`Unexpected error value: ${String(thrown)}`)
  return new GraphQLError(originalError.message, { originalError })
}

/** What subgraphs call `http` in their errors is data, unless it looks like this. */
function isHttp(value: unknown): value is { status?: number } {
  if (typeof value !== 'object' || value === null) return false
  return (!('status' in value) || typeof value.status === 'number') && !('headers' in value)
}
