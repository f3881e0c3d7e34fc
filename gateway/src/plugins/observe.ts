import type { ApolloServerPlugin } from '@apollo/server'
import type { GraphQLFormattedError } from 'graphql'
import type { Operation } from '../executor/operation.js'

/** An operation on its way out: what whoever looks on may know of it. */
export interface AnsweredOperation {
  /** `query`, `mutation`, `subscription`; undefined where the document could not be read or has no such operation. */
  type: string | undefined
  name: string | null | undefined
  /** Of the document's text, SHA-256 in hexadecimal. */
  queryHash: string | undefined
  /** As the client is told them. */
  errors: readonly GraphQLFormattedError[]
  hasData: boolean
}

/** Told of an operation that begins; what comes back is told of its answer, if there is one. */
export type Observe = (context: Operation) => (answered: AnsweredOperation) => void

/** Lets all of them look on at what Apollo Server answers. */
export function observedByAll(observers: readonly Observe[]): ApolloServerPlugin<Operation> {
  return {
    async requestDidStart({ contextValue }) {
      const ends = observers.map(observe => observe(contextValue))
      return {
        async willSendResponse({ operation, operationName, queryHash, response: { body } }) {
          const result = body.kind === 'single' ? body.singleResult : undefined
          const errors = result?.errors ?? []
          const hasData = Boolean(result?.data)
          for (const end of ends) end({ type: operation?.operation, name: operationName, queryHash, errors, hasData })
        },
      }
    },
  }
}
