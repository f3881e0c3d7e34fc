/** Work that is long as a whole: at each `yield` others may have their turn. */
export type Steps<Result> = Generator<undefined, Result, undefined>

/** All of them in one go. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
