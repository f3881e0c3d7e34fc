import { setImmediate } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import type { Steps } from '@terrane/schema'
import { monotonicNow } from '../clock.js'

/** Of processor time at most, since on a busy machine the clock goes on without it; what arrives waits no longer for it. */
const SLICE_MILLISECONDS = 4
/**
 * What is built stays, so that a collection of the young copies nearly all that was made since the last one, in one go: of
 * the whole generation that a serving process has, for as long as a dozen slices take together. Of so little, for one.
 */
const COLLECTED_BYTES = 4 * 1024 * 1024

/** As many steps at a time as fit into a slice; in between, what else there is to do in this thread. */
export async function inSlices<Result>(steps: Steps<Result>): Promise<Result> {
  const young = new Young()
  for (;;) {
    const until = monotonicNow() + SLICE_MILLISECONDS
    do {
      const step = steps.next()
      if (step.done) return step.value
    } while (monotonicNow() < until)
    await setImmediate()
    if (young.collect()) await setImmediate()
  }
}

/** What was made of late, in processes that may collect it when they choose (`--expose-gc`). */
class Young {
  private before = used()

  /** Whether there was enough of it. */
  collect(): boolean {
    const now = used()
    // Somebody else has collected.
    if (now < this.before) this.before = now
    if (!globalThis.gc || now - this.before < COLLECTED_BYTES) return false
    globalThis.gc({ type: 'minor' })
    this.before = used()
    return true
  }
}

const used = () => getHeapStatistics().used_heap_size
