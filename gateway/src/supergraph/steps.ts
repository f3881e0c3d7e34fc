import { setImmediate } from 'node:timers/promises'

/** Work that is long as a whole: at each `yield` others may have their turn. */
export type Steps<Result> = Generator<undefined, Result, undefined>

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

/** All of them in one go. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
