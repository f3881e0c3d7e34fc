/** W3C Trace Context, to be sent along to who is asked on behalf of a request or a fetch. */
export interface TraceHeaders {
  readonly traceparent: string
  readonly tracestate?: string
}

/** The headers (names and values in turn) and these. Pushed: `concat` calls the engine's runtime, at every fetch. */
export function withTrace(headers: readonly string[], { traceparent, tracestate }: TraceHeaders): string[] {
  const all = headers.slice()
  all.push('traceparent', traceparent)
  if (tracestate !== undefined) all.push('tracestate', tracestate)
  return all
}
