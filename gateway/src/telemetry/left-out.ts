import { randomFillSync } from 'node:crypto'
import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { type TraceHeaders, traceHeaders } from './trace-headers.js'

/**
 * What a request sends along that is not traced: a place of its own in the trace that it belongs to, or in a new one, and
 * that nobody below is to trace it either. `given`: the request's headers.
 */
export function leftOut(given: Readonly<Record<string, unknown>>): TraceHeaders {
  const named = given.traceparent !== undefined
  const above = named ? trace.getSpanContext(propagation.extract(ROOT_CONTEXT, given)) : undefined
  if (above) header.write(above.traceId, TRACE_AT, 'latin1')
  else writeDigits(TRACE_AT, TRACE_BYTES)
  writeDigits(SPAN_AT, SPAN_BYTES)
  return traceHeaders(header.toString('latin1'), above?.traceState)
}

const TRACE_BYTES = 16
const SPAN_BYTES = 8
const TRACE_AT = 3
const SPAN_AT = TRACE_AT + 2 * TRACE_BYTES + 1

/** Written over for each: a text put together from parts is put together once more by all who read it. */
const header = Buffer.from(`00-${'0'.repeat(2 * TRACE_BYTES)}-${'0'.repeat(2 * SPAN_BYTES)}-00`, 'latin1')
const view = new DataView(header.buffer, header.byteOffset, header.length)

/** By byte its two hexadecimal digits, as one number. */
const DIGITS = Uint16Array.from({ length: 256 }, (_, byte) =>
  Buffer.from(byte.toString(16).padStart(2, '0'), 'latin1').readUInt16BE(),
)

/** Made many at a time: it takes longer to ask for random bytes than to make them. */
const random = new Uint8Array(512 * (TRACE_BYTES + SPAN_BYTES))
let taken = random.length

/** Hexadecimal digits of so many random bytes, from a place in the header on. */
function writeDigits(at: number, bytes: number): void {
  if (taken + bytes > random.length) {
    randomFillSync(random)
    taken = 0
  }
  const from = taken
  taken += bytes
  for (let one = 0; one < bytes; one++) view.setUint16(at + 2 * one, DIGITS[random[from + one]!]!)
}
