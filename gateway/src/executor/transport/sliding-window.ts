import { monotonicNow } from '../../clock.js'

const SLOTS = 10
const SLOT_MILLISECONDS = 1_000

/** What happened in the last ten seconds, by the second: all of it, and what was marked. */
export class SlidingWindow {
  private readonly total = new Uint32Array(SLOTS)
  private readonly marked = new Uint32Array(SLOTS)
  private second = 0

  /** `now` in milliseconds, never going back. */
  constructor(private readonly now: () => number = monotonicNow) {
    this.second = Math.floor(this.now() / SLOT_MILLISECONDS)
  }

  add(marked: boolean): void {
    const slot = this.slot()
    this.total[slot]!++
    if (marked) this.marked[slot]!++
  }

  counts(): { total: number; marked: number } {
    this.slot()
    let total = 0
    let marked = 0
    for (let slot = 0; slot < SLOTS; slot++) {
      total += this.total[slot]!
      marked += this.marked[slot]!
    }
    return { total, marked }
  }

  clear(): void {
    this.total.fill(0)
    this.marked.fill(0)
  }

  /** The present second's; those that passed without anything are emptied. */
  private slot(): number {
    const second = Math.floor(this.now() / SLOT_MILLISECONDS)
    if (second - this.second >= SLOTS) this.clear()
    else
      for (let passed = this.second + 1; passed <= second; passed++) {
        this.total[passed % SLOTS] = 0
        this.marked[passed % SLOTS] = 0
      }
    this.second = second
    return second % SLOTS
  }
}
