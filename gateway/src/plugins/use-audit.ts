import type { Log } from '../log.js'
import type { Part } from './part.js'

/** One line per operation: who asked what, how long it took, what was denied or lost. Never values, never variables. */
export function useAudit(log: Log): Part {
  return {
    graphql: {
      async requestDidStart({ contextValue }) {
        const started = performance.now()
        return {
          async willSendResponse({ operation, operationName, queryHash, response }) {
            const result = response.body.kind === 'single' ? response.body.singleResult : undefined
            const codes = (result?.errors ?? []).map(error => String(error.extensions?.code ?? 'UNKNOWN'))
            log({
              level: 'info',
              message: 'Operation',
              requestId: contextValue.requestId,
              subject: contextValue.caller.subject,
              type: operation?.operation,
              operationName: operationName ?? undefined,
              queryHash,
              milliseconds: Math.round(performance.now() - started),
              publications: contextValue.pins.all(),
              errors: [...new Set(codes)],
              denied: (result?.errors ?? [])
                .filter(error => error.extensions?.code === 'UNAUTHORIZED_FIELD_OR_TYPE')
                .map(error => error.path?.join('.')),
            })
          },
        }
      },
    },
  }
}
