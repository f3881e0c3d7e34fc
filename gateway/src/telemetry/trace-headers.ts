/** W3C Trace Context, to be sent along to who is asked on behalf of a request or a fetch. */
export interface TraceHeaders {
  readonly traceparent: string
  readonly tracestate?: string
}

/** As names and values in turn. */
export const listed = ({ traceparent, tracestate }: TraceHeaders): string[] =>
  tracestate === undefined ? ['traceparent', traceparent] : ['traceparent', traceparent, 'tracestate', tracestate]
