import { type Context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  RandomIdGenerator,
  type Sampler,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'
import { ASKED_FROM_OUTSIDE } from '@terrane/gateway/telemetry/asked-from-outside'
import { ConfigurationError } from './configuration.js'

const NAMES = ['always_on', 'always_off', 'traceidratio'] as const

/** Where nothing else is said: tracing every request costs a light one a third of its time. */
const DEFAULT = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.05' }

/**
 * As OTEL_TRACES_SAMPLER and _ARG say; by default every twentieth, and what a trusted parent decided. What is asked from
 * outside has no parent's decision.
 */
export function samplerOf(given: NodeJS.ProcessEnv): Sampler {
  return given.OTEL_TRACES_SAMPLER
    ? samplerFor(given.OTEL_TRACES_SAMPLER, given)
    : samplerFor(DEFAULT.OTEL_TRACES_SAMPLER, DEFAULT)
}

function samplerFor(given: string, env: NodeJS.ProcessEnv): Sampler {
  const name = NAMES.find(one => one === given.replace(/^parentbased_/, ''))
  if (!name) {
    const known = NAMES.flatMap(one => [one, `parentbased_${one}`]).join(', ')
    throw new ConfigurationError(`OTEL_TRACES_SAMPLER must be one of ${known}, not "${given}".`)
  }
  const root =
    name === 'traceidratio' ? ratioOf(env) : name === 'always_on' ? new AlwaysOnSampler() : new AlwaysOffSampler()
  return new OwnDecision(root, given === name ? root : new ParentBasedSampler({ root }))
}

function ratioOf(env: NodeJS.ProcessEnv): Sampler {
  const ratio = Number(env.OTEL_TRACES_SAMPLER_ARG || '1')
  if (ratio >= 0 && ratio <= 1) return new TraceIdRatioBasedSampler(ratio)
  throw new ConfigurationError(`OTEL_TRACES_SAMPLER_ARG must be from 0 to 1, not "${env.OTEL_TRACES_SAMPLER_ARG}".`)
}

class OwnDecision implements Sampler {
  private readonly ids = new RandomIdGenerator()

  constructor(
    private readonly root: Sampler,
    private readonly inside: Sampler,
  ) {}

  shouldSample(context: Context, traceId: string, ...rest: Rest): SamplingResult {
    if (!context.getValue(ASKED_FROM_OUTSIDE)) return this.inside.shouldSample(context, traceId, ...rest)
    // A share is taken by the trace's number, and one that a caller gives is the caller's choice as well.
    const own = trace.getSpanContext(context) ? this.ids.generateTraceId() : traceId
    return this.root.shouldSample(ROOT_CONTEXT, own, ...rest)
  }

  toString(): string {
    return `OwnDecision{${this.root}, ${this.inside}}`
  }
}

type Rest = Parameters<Sampler['shouldSample']> extends [unknown, unknown, ...infer Others] ? Others : never
