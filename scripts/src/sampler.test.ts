import { ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api'
import { SamplingDecision as Decision, type SamplingDecision } from '@opentelemetry/sdk-trace-base'
import { ASKED_FROM_OUTSIDE } from '@terrane/gateway/telemetry/asked-from-outside'
import { ConfigurationError } from './configuration.js'
import { samplerOf } from './sampler.js'

/** Of a lowest number is every share. */
const LOWEST = '00000000000000010000000000000001'
const HALF = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' }

function decisions(env: NodeJS.ProcessEnv, traceFlags: TraceFlags, outside: boolean): Set<SamplingDecision> {
  const sampler = samplerOf(env)
  const parent = { traceId: LOWEST, spanId: '0000000000000001', traceFlags, isRemote: true }
  const from = outside ? ROOT_CONTEXT.setValue(ASKED_FROM_OUTSIDE, true) : ROOT_CONTEXT
  const within = trace.setSpanContext(from, parent)
  const decide = () => sampler.shouldSample(within, LOWEST, 'POST /graphql', SpanKind.SERVER, {}, []).decision
  return new Set(Array.from({ length: 200 }, decide))
}

test.each([TraceFlags.SAMPLED, TraceFlags.NONE])(
  'a share is no caller’s choice, flag %s or the trace’s number',
  flag => {
    expect(decisions(HALF, flag, true)).toEqual(new Set([Decision.RECORD_AND_SAMPLED, Decision.NOT_RECORD]))
  },
)

test('by default every twentieth is taken, and what was decided above stands', () => {
  // Of the lowest 5 % of numbers, and above.
  const decide = (traceId: string) =>
    samplerOf({ OTEL_TRACES_SAMPLER_ARG: '1' }).shouldSample(
      ROOT_CONTEXT,
      traceId,
      'POST /graphql',
      SpanKind.SERVER,
      {},
      [],
    ).decision
  expect(['0ccc0000', '0cce0000'].map(lowest => decide(`${lowest}${'0'.repeat(24)}`))).toEqual([
    Decision.RECORD_AND_SAMPLED,
    Decision.NOT_RECORD,
  ])
  expect(decisions({}, TraceFlags.SAMPLED, false)).toEqual(new Set([Decision.RECORD_AND_SAMPLED]))
})

test('inside, what was decided above stands', () => {
  expect(decisions(HALF, TraceFlags.SAMPLED, false)).toEqual(new Set([Decision.RECORD_AND_SAMPLED]))
  expect(decisions(HALF, TraceFlags.NONE, false)).toEqual(new Set([Decision.NOT_RECORD]))
})

test.each([{ OTEL_TRACES_SAMPLER: 'often' }, { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '2' }])(
  '%j cannot be meant',
  env => {
    expect(() => samplerOf(env)).toThrow(ConfigurationError)
  },
)
