import { type Context, ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api'
import { SamplingDecision as Decision, type SamplingDecision } from '@opentelemetry/sdk-trace-base'
import { CHOSEN } from '@terrane/gateway/telemetry/head-sampling'
import { ConfigurationError } from '../configuration.js'
import { PerSecond, type Sampling, samplingOf } from './sampler.js'

/** Of a lowest number is every share. */
const LOWEST = '00000000000000010000000000000001'
const HIGHEST = 'ffffffffffffffffffffffffffffffff'

function decisionOf(env: NodeJS.ProcessEnv, traceId: string, within: Context = ROOT_CONTEXT): SamplingDecision {
  return samplingOf(env).sampler.shouldSample(within, traceId, 'POST /graphql', SpanKind.SERVER, {}, []).decision
}

const under = (traceFlags: TraceFlags, traceId: string) =>
  trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: '0000000000000001', traceFlags, isRemote: true })

/** Of many about which nobody decided. */
const shareChosenBy = ({ choose }: Sampling) => Array.from({ length: 1000 }, choose).filter(Boolean).length / 1000

test.each([
  ['traceidratio', '0.3', 0.3],
  ['parentbased_traceidratio', '', 1],
  ['always_on', '0.3', 1],
  ['parentbased_always_off', '0.3', 0],
] as const)('of what nobody decided %s with %j takes %d', (name, arg, share) => {
  const env = { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: arg }
  // Outside of these once in 10^23 runs.
  expect(Math.abs(shareChosenBy(samplingOf(env)) - share)).toBeLessThan(0.145)
  // And so it does where it is asked itself, by the trace's number.
  const at = (part: number) =>
    Math.floor(part * 0xffffffff)
      .toString(16)
      .padStart(8, '0') + '0'.repeat(24)
  if (share > 0) expect(decisionOf(env, at(share * 0.98))).toBe(Decision.RECORD_AND_SAMPLED)
  if (share < 1) expect(decisionOf(env, at(share * 1.02 + 0.001))).toBe(Decision.NOT_RECORD)
})

test('without a word all is taken where little is asked, and little where much is', () => {
  let now = 5000
  const taken = new PerSecond(10, () => now)
  const of = (count: number) => Array.from({ length: count }, () => taken.take()).filter(Boolean).length
  expect(of(8)).toBe(8)
  expect(of(1000)).toBe(2)
  now += 250
  expect(of(1000)).toBe(2)
  // What is left of quiet hours is one second's.
  now += 3_600_000
  expect(of(1000)).toBe(10)
  let all = 0
  for (let turn = 0; turn < 4000; turn++) {
    now += 2.5
    all += of(10)
  }
  expect(all).toBe(100)
})

test('the gateway and who is asked without it have one allowance', () => {
  const { sampler, choose } = samplingOf({}, () => 0)
  expect(shareChosenBy({ sampler, choose })).toBe(0.01)
  expect(sampler.shouldSample(ROOT_CONTEXT, LOWEST, '', SpanKind.SERVER, {}, []).decision).toBe(Decision.NOT_RECORD)
})

test('what was decided above stands, where the name says so', () => {
  const half = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' }
  for (const env of [{}, half]) {
    expect(decisionOf(env, HIGHEST, under(TraceFlags.SAMPLED, HIGHEST))).toBe(Decision.RECORD_AND_SAMPLED)
    expect(decisionOf(env, LOWEST, under(TraceFlags.NONE, LOWEST))).toBe(Decision.NOT_RECORD)
  }
  const own = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' }
  expect(decisionOf(own, LOWEST, under(TraceFlags.NONE, LOWEST))).toBe(Decision.RECORD_AND_SAMPLED)
})

test.each(['always_off', 'parentbased_traceidratio'])('what the gateway has chosen is taken by %s', name => {
  const env = { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: '0' }
  const chosen = under(TraceFlags.NONE, HIGHEST).setValue(CHOSEN, true)
  expect(decisionOf(env, HIGHEST, chosen)).toBe(Decision.RECORD_AND_SAMPLED)
})

test.each([{ OTEL_TRACES_SAMPLER: 'often' }, { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '2' }])(
  '%j cannot be meant',
  env => {
    expect(() => samplingOf(env)).toThrow(ConfigurationError)
  },
)
