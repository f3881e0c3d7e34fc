import type { ApolloServerPlugin } from '@apollo/server'
import type { Operation } from '../executor/operation.js'
import { Observation, type Observer } from '../telemetry/observation.js'

/** Lets all of them look on at what Apollo Server answers. */
export function observedByAll(observers: readonly Observer[]): ApolloServerPlugin<Operation> {
  return {
    async requestDidStart({ contextValue }) {
      const observation = new Observation(contextValue, observers)
      contextValue.observation = observation
      return {
        async willSendResponse({ operation, operationName, queryHash, response: { body } }) {
          const result = body.kind === 'single' ? body.singleResult : undefined
          const errors = result?.errors ?? []
          const hasData = Boolean(result?.data)
          observation.answer({ type: operation?.operation, name: operationName, queryHash, errors, hasData })
        },
      }
    },
  }
}
