import { monotonicNow } from '../clock.js'
import type { Log } from '../log.js'
import type { Part } from './part.js'

/** One line per operation: who asked what, how long it took, what was denied or lost. Never values, never variables. */
export function useAudit(log: Log): Part {
  return {
    observe({ requestId, caller, pins }) {
      const started = monotonicNow()
      return ({ type, name, queryHash, errors }) => {
        const codes = errors.map(error => String(error.extensions?.code ?? 'UNKNOWN'))
        log({
          level: 'info',
          message: 'Operation',
          requestId,
          subject: caller.subject,
          type,
          operationName: name ?? undefined,
          queryHash,
          milliseconds: Math.round(monotonicNow() - started),
          publications: pins.all(),
          errors: [...new Set(codes)],
          denied: errors
            .filter(error => error.extensions?.code === 'UNAUTHORIZED_FIELD_OR_TYPE')
            .map(error => error.path?.join('.')),
        })
      }
    },
  }
}
