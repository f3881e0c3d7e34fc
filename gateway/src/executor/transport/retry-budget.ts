import { SlidingWindow } from './sliding-window.js'

/** Retries that a subgraph is always allowed within the window: with few requests a share of them is nothing. */
const LEAST_RETRIES = 10

/**
 * Bounds what retries add to the load of a subgraph that is in trouble: a share of its requests of the last seconds, and
 * a few more (the retry budget of Finagle and Linkerd).
 */
export class RetryBudget {
  private readonly window: SlidingWindow

  /** `share` 0.2: a fifth of the requests. */
  constructor(
    private readonly share: number,
    now?: () => number,
  ) {
    this.window = new SlidingWindow(now)
  }

  /** A request that is no retry. */
  asked(): void {
    this.window.add(false)
  }

  /** False where the budget is spent. */
  takeRetry(): boolean {
    const { total, marked } = this.window.counts()
    if (marked >= LEAST_RETRIES + this.share * (total - marked)) return false
    this.window.add(true)
    return true
  }
}
