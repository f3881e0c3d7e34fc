import { propagation, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { chooseAtTheHead } from '@terrane/gateway/telemetry/head-sampling'
import { Tracing } from '@terrane/gateway/telemetry/tracing'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const REQUESTS = 400

const spans = new InMemorySpanExporter()
beforeAll(() => {
  const spanProcessors = [new SimpleSpanProcessor(spans)]
  trace.setGlobalTracerProvider(new BasicTracerProvider({ sampler: new AlwaysOnSampler(), spanProcessors }))
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
})
beforeEach(() => spans.reset())
afterAll(() => {
  chooseAtTheHead(undefined)
  trace.disable()
  propagation.disable()
})

const open = (share: number | undefined, trustsCallers = false) => {
  chooseAtTheHead(share === undefined ? undefined : () => Math.random() < share)
  return Tracing.open({ trustsCallers })!
}
const named = (sampled: boolean) => ({ traceparent: `00-${TRACE}-${SPAN}-0${sampled ? 1 : 0}`, tracestate: 'vendor=1' })

/** Requests with one fetch each; how many of them were traced, and what was sent to the subgraph. */
function requests(tracing: Tracing, headers: Record<string, string>) {
  const sent = Array.from({ length: REQUESTS }, () => {
    const { trace: request, headers: ofRequest } = tracing.request('POST', '/graphql', headers)
    const fetch = request?.fetch('books')
    fetch?.end('answered')
    request?.end(200)
    return fetch?.headers ?? ofRequest
  })
  const finished = spans.getFinishedSpans().filter(({ name }) => name === 'POST /graphql')
  return { traced: finished.length, sent }
}

test.each([true, false])('a share is no caller’s choice, sampled %s', sampled => {
  const { traced, sent } = requests(open(0.5), named(sampled))
  // Outside of these once in 10^22 runs.
  expect(traced).toBeGreaterThan(REQUESTS / 4)
  expect(traced).toBeLessThan((3 * REQUESTS) / 4)
  // All go on in the caller's trace, each as a part of its own, and say what was decided here.
  expect(sent.filter(({ traceparent }) => traceparent!.endsWith('-01'))).toHaveLength(traced)
  for (const { traceparent, tracestate } of sent) {
    expect(traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-0[01]$`))
    expect(tracestate).toBe('vendor=1')
  }
  expect(new Set(sent.map(({ traceparent }) => traceparent)).size).toBe(REQUESTS)
})

test('what is left out has an identity that nobody else has', () => {
  const { traced, sent } = requests(open(0), {})
  expect(traced).toBe(0)
  const parts = sent.map(({ traceparent }) => /^00-([0-9a-f]{32})-([0-9a-f]{16})-00$/.exec(traceparent!)!.slice(1))
  for (const at of [0, 1]) expect(new Set(parts.map(part => part[at])).size).toBe(REQUESTS)
})

test('who is left out carries nothing of who was before him', () => {
  const tracing = open(0)
  for (let turn = 0; turn < 3; turn++) {
    const of = (headers: Record<string, string>) => tracing.request('POST', '/graphql', headers).headers
    expect(of(named(true)).traceparent).toContain(TRACE)
    const next = of({})
    expect(next.traceparent).not.toContain(TRACE)
    expect(next.tracestate).toBeUndefined()
  }
})

test.each(['00-xyz', `00-${'0'.repeat(32)}-${SPAN}-01`, `ff-${TRACE}-${SPAN}-01`])(
  '%s names no trace: a new one is sent on',
  traceparent => {
    const { sent } = requests(open(0), { traceparent, tracestate: 'vendor=1' })
    for (const one of sent) {
      expect(one.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
      expect(one.traceparent).not.toContain('0'.repeat(32))
      expect(one.tracestate).toBeUndefined()
    }
  },
)

test('who is trusted decides, and who says nothing then is one of the share', () => {
  const trusting = open(0, true)
  expect(requests(trusting, named(true)).traced).toBe(REQUESTS)
  spans.reset()
  expect(requests(trusting, {}).traced).toBe(0)
})

test('where nobody chooses at the head the SDK does', () => {
  expect(requests(open(undefined), {}).traced).toBe(REQUESTS)
})
