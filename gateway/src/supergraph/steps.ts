import { setImmediate } from 'node:timers/promises'
import type { Steps } from '@terrane/schema'

/** Of processor time at most, since on a busy machine the clock goes on without it; what arrives waits no longer for it. */
const SLICE_MILLISECONDS = 4

/** As many steps at a time as fit into a slice; in between, what else there is to do in this thread. */
export async function inSlices<Result>(steps: Steps<Result>): Promise<Result> {
  for (;;) {
    const until = performance.now() + SLICE_MILLISECONDS
    do {
      const step = steps.next()
      if (step.done) return step.value
    } while (performance.now() < until)
    await setImmediate()
  }
}
