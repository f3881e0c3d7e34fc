import type { Context } from '@opentelemetry/api'
import {
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'
import { CHOSEN } from '@terrane/gateway/telemetry/head-sampling'
import { ConfigurationError } from './configuration.js'

const NAMES = ['always_on', 'always_off', 'traceidratio'] as const

/** Where nothing else is said: tracing every request costs a light one a third of its time. */
const DEFAULT = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.05' }

/**
 * As OTEL_TRACES_SAMPLER and _ARG say; by default every twentieth, and what a parent decided. `share` is that of requests about
 * which nobody has decided.
 */
export function samplingOf(given: NodeJS.ProcessEnv): { sampler: Sampler; share: number } {
  const env = given.OTEL_TRACES_SAMPLER ? given : DEFAULT
  const name = env.OTEL_TRACES_SAMPLER!.replace(/^parentbased_/, '')
  const share = shareOf(name, env)
  const root = new TraceIdRatioBasedSampler(share)
  const followsParents = name !== env.OTEL_TRACES_SAMPLER
  return { sampler: new TakesTheChosen(followsParents ? new ParentBasedSampler({ root }) : root), share }
}

function shareOf(name: string, { OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG }: NodeJS.ProcessEnv): number {
  if (name === 'always_on') return 1
  if (name === 'always_off') return 0
  if (name !== 'traceidratio') {
    const known = NAMES.flatMap(one => [one, `parentbased_${one}`]).join(', ')
    throw new ConfigurationError(`OTEL_TRACES_SAMPLER must be one of ${known}, not "${OTEL_TRACES_SAMPLER}".`)
  }
  const share = Number(OTEL_TRACES_SAMPLER_ARG || '1')
  if (share >= 0 && share <= 1) return share
  throw new ConfigurationError(`OTEL_TRACES_SAMPLER_ARG must be from 0 to 1, not "${OTEL_TRACES_SAMPLER_ARG}".`)
}

/** What the gateway has chosen is taken: it has counted the share already. */
class TakesTheChosen implements Sampler {
  constructor(private readonly others: Sampler) {}

  shouldSample(context: Context, ...rest: Rest): SamplingResult {
    if (context.getValue(CHOSEN)) return { decision: SamplingDecision.RECORD_AND_SAMPLED }
    return this.others.shouldSample(context, ...rest)
  }

  toString(): string {
    return `TakesTheChosen{${this.others}}`
  }
}

type Rest = Parameters<Sampler['shouldSample']> extends [unknown, ...infer Others] ? Others : never
