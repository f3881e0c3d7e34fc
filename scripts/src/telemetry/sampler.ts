import { performance } from 'node:perf_hooks'
import type { Context } from '@opentelemetry/api'
import {
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'
import { CHOSEN } from '@terrane/gateway/telemetry/head-sampling'
import { ConfigurationError } from '../configuration.js'

const NAMES = ['always_on', 'always_off', 'traceidratio'] as const

/** By default, in each process: everything where little is asked, and what nobody notices where much is. */
const TRACES_PER_SECOND = 10

export interface Sampling {
  sampler: Sampler
  /** Whether one more request is traced about which nobody has decided. */
  choose: () => boolean
}

/** As OTEL_TRACES_SAMPLER and _ARG say; without them what a parent decided, and else so many traces a second of `now`. */
export function samplingOf(env: NodeJS.ProcessEnv, now?: () => number): Sampling {
  const { OTEL_TRACES_SAMPLER: given } = env
  if (!given) {
    const some = new PerSecond(TRACES_PER_SECOND, now)
    return { sampler: new TakesTheChosen(new ParentBasedSampler({ root: some })), choose: () => some.take() }
  }
  const name = given.replace(/^parentbased_/, '')
  const share = shareOf(name, env)
  const root = new TraceIdRatioBasedSampler(share)
  const sampler = new TakesTheChosen(name === given ? root : new ParentBasedSampler({ root }))
  return { sampler, choose: () => Math.random() < share }
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

/** So many a second on average, and never more than a second's at once. */
export class PerSecond implements Sampler {
  private left: number
  private told: number

  /** `now`: milliseconds of a clock that does not jump. Asked at every request, so not the global `performance`, a getter. */
  constructor(
    private readonly rate: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.left = rate
    this.told = now()
  }

  take(): boolean {
    const now = this.now()
    this.left = Math.min(this.rate, this.left + ((now - this.told) * this.rate) / 1000)
    this.told = now
    if (this.left < 1) return false
    this.left--
    return true
  }

  shouldSample(): SamplingResult {
    return { decision: this.take() ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD }
  }

  toString(): string {
    return `PerSecond{${this.rate}}`
  }
}

/** What the gateway has chosen is taken: it has counted them already. */
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
