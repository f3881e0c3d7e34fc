import type { TraceState } from '@opentelemetry/api'

/** W3C Trace Context, to be sent along to who is asked on behalf of a request or a fetch. */
export interface TraceHeaders {
  readonly traceparent: string
  readonly tracestate?: string
}

export function traceHeaders(traceparent: string, state: TraceState | undefined): TraceHeaders {
  const tracestate = state?.serialize()
  return tracestate ? { traceparent, tracestate } : { traceparent }
}

/** The headers (names and values in turn) and these. Pushed: `concat` calls the engine's runtime, at every fetch. */
export function withTrace(headers: readonly string[], { traceparent, tracestate }: TraceHeaders): string[] {
  const all = headers.slice()
  all.push('traceparent', traceparent)
  if (tracestate !== undefined) all.push('tracestate', tracestate)
  return all
}
