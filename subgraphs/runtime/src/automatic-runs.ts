/** Quiet that ends a burst of reasons to run, and the longest that a burst may put a run off. */
const QUIET_MILLISECONDS = 300
const LONGEST_MILLISECONDS = 2000

/**
 * When a product runs by itself: once for a burst of reasons (arrivals, publications of what feeds it), and not again
 * within `intervalSeconds` of the last run's beginning, however many reasons there are.
 */
export class AutomaticRuns {
  private burst: { since: number; timer: NodeJS.Timeout } | undefined
  private lastBegan = Number.NEGATIVE_INFINITY
  private held = false
  /** What came while held, and no run has taken in since. */
  private missed: string | undefined
  private closed = false

  constructor(
    private readonly run: (trigger: string) => void,
    private readonly intervalSeconds: number,
  ) {}

  soon(trigger: string): void {
    if (this.closed) return
    if (this.held) {
      this.missed = trigger
      return
    }
    const now = Date.now()
    const since = this.burst?.since ?? now
    clearTimeout(this.burst?.timer)
    const quiet = Math.min(QUIET_MILLISECONDS, since + LONGEST_MILLISECONDS - now)
    const allowed = this.lastBegan + this.intervalSeconds * 1000 - now
    const timer = setTimeout(() => this.run(trigger), Math.max(0, quiet, allowed))
    timer.unref()
    this.burst = { since, timer }
  }

  /** A run takes in all that came before it collects its inputs: whatever waited for one is done with. */
  began(): void {
    clearTimeout(this.burst?.timer)
    this.burst = undefined
    this.missed = undefined
    this.lastBegan = Date.now()
  }

  /** Nothing runs by itself until the returned function is called. */
  hold(): () => void {
    this.held = true
    return () => {
      this.held = false
      if (this.missed !== undefined) this.soon(this.missed)
      this.missed = undefined
    }
  }

  close(): void {
    this.closed = true
    clearTimeout(this.burst?.timer)
  }
}
