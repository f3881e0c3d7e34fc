import { monotonicNow } from '../../clock.js'
import { SubgraphUnavailable } from './exchange-errors.js'
import { SlidingWindow } from './sliding-window.js'

export type BreakerState = 'closed' | 'open' | 'half-open'

/** What became of a request: `unknown` where nobody waited for it to the end. */
export type Outcome = 'answered' | 'failed' | 'unknown'

/** A request that was let through. */
export interface Admission {
  readonly probe: boolean
  /** Milliseconds, of the breaker's clock. */
  readonly since: number
}

export interface BreakerOptions {
  subgraph: string
  /** Of the requests of the last ten seconds, from above 0 to 1. */
  share: number
  onChange?: (state: BreakerState, detail: { failed: number; requests: number }) => void
  /** In milliseconds, never going back. */
  now?: () => number
}

/** Too few to judge by. */
const LEAST_REQUESTS = 20
const FIRST_REST_MILLISECONDS = 1_000
const LONGEST_REST_MILLISECONDS = 30_000

/**
 * Leaves a subgraph alone whose requests fail: they fail at once then, and it can recover. After a rest one request
 * probes it, and only that one: the others are neither held up by the probe nor sent along. (The kept libraries hold
 * requests while a probe is under way, or take a probe whose client left for a success.)
 */
export class Breaker {
  private current: BreakerState = 'closed'
  private readonly window: SlidingWindow
  private readonly now: () => number
  private restMilliseconds = FIRST_REST_MILLISECONDS
  private restsUntil = 0
  private probing = false

  constructor(private readonly options: BreakerOptions) {
    this.now = options.now ?? monotonicNow
    this.window = new SlidingWindow(this.now)
  }

  get state(): BreakerState {
    return this.current
  }

  /** Throws `SubgraphUnavailable` where the subgraph is left alone. Who is let through says how it ended. */
  admit(): Admission {
    const since = this.now()
    if (this.current === 'closed') return { probe: false, since }
    if (this.current === 'open' && since >= this.restsUntil) this.become('half-open')
    if (this.current === 'open' || this.probing) {
      const seconds = Math.max(1, Math.ceil((this.restsUntil - since) / 1_000))
      throw new SubgraphUnavailable(this.options.subgraph, seconds)
    }
    this.probing = true
    return { probe: true, since }
  }

  settle({ probe }: Admission, outcome: Outcome): void {
    if (probe) this.settleProbe(outcome)
    // What was under way when it opened says nothing new.
    else if (this.current === 'closed' && outcome !== 'unknown') this.count(outcome === 'failed')
  }

  /** How long a request has been under way, in milliseconds. */
  age({ since }: Admission): number {
    return this.now() - since
  }

  private count(failed: boolean): void {
    this.window.add(failed)
    if (!failed) return
    const { total, marked } = this.window.counts()
    if (total >= LEAST_REQUESTS && marked >= this.options.share * total) this.open()
  }

  private settleProbe(outcome: Outcome): void {
    this.probing = false
    if (outcome === 'answered') {
      this.restMilliseconds = FIRST_REST_MILLISECONDS
      this.become('closed')
      this.window.clear()
    } else if (outcome === 'failed') {
      this.restMilliseconds = Math.min(2 * this.restMilliseconds, LONGEST_REST_MILLISECONDS)
      this.open()
    }
  }

  private open(): void {
    this.restsUntil = this.now() + this.restMilliseconds
    this.become('open')
  }

  private become(state: BreakerState): void {
    this.current = state
    const { total, marked } = this.window.counts()
    this.options.onChange?.(state, { failed: marked, requests: total })
  }
}
