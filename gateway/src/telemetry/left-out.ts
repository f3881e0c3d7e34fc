import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { writeRandomDigits } from '../random-digits.js'
import { type TraceHeaders, traceHeaders } from './trace-headers.js'

/**
 * What a request sends along that is not traced: a place of its own in the trace that it belongs to, or in a new one, and
 * that nobody below is to trace it either. `given`: the request's headers.
 */
export function leftOut(given: Readonly<Record<string, unknown>>): TraceHeaders {
  const named = given.traceparent !== undefined
  const above = named ? trace.getSpanContext(propagation.extract(ROOT_CONTEXT, given)) : undefined
  if (above) header.write(above.traceId, TRACE_AT, 'latin1')
  else writeRandomDigits(view, TRACE_AT, TRACE_BYTES)
  writeRandomDigits(view, SPAN_AT, SPAN_BYTES)
  return traceHeaders(header.toString('latin1'), above?.traceState)
}

const TRACE_BYTES = 16
const SPAN_BYTES = 8
const TRACE_AT = 3
const SPAN_AT = TRACE_AT + 2 * TRACE_BYTES + 1

const header = Buffer.from(`00-${'0'.repeat(2 * TRACE_BYTES)}-${'0'.repeat(2 * SPAN_BYTES)}-00`, 'latin1')
const view = new DataView(header.buffer, header.byteOffset, header.length)
