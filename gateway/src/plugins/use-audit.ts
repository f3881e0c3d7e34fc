import type { Log } from '../log.js'
import type { Part } from './part.js'

/** One line per operation: who asked what, how long it took, what was denied or lost. Never values, never variables. */
export function useAudit(log: Log): Part {
  return {
    observer: {
      answered({ operation: { requestId, caller, pins }, milliseconds }, { type, name, queryHash, errors }) {
        const codes = errors.map(error => String(error.extensions?.code ?? 'UNKNOWN'))
        log({
          level: 'info',
          message: 'Operation',
          requestId,
          subject: caller.subject,
          type,
          operationName: name ?? undefined,
          queryHash,
          milliseconds: Math.round(milliseconds),
          publications: pins.all(),
          errors: [...new Set(codes)],
          denied: errors
            .filter(error => error.extensions?.code === 'UNAUTHORIZED_FIELD_OR_TYPE')
            .map(error => error.path?.join('.')),
        })
      },
    },
  }
}
