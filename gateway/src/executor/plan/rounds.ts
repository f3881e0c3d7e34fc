import type { Fields } from './place.js'
import { type Step, signalOf } from './run.js'

/**
 * Runs a plan, then its late fields, then what of the plan waited for those; again for as long as something is fetched. Each
 * fetch has its turn once for each object, so that this ends.
 */
export function inRounds(step: Step, late: readonly Step[]): Step {
  if (late.length === 0) return step
  return async (run, objects, path) => {
    const served = new Served()
    run.served = served
    for (let before = -1; before !== served.count; ) {
      before = served.count
      signalOf(run)?.throwIfAborted()
      await step(run, objects, path)
      await Promise.all(late.map(one => one(run, objects, path)))
    }
  }
}

/** For which objects which fetches of one operation have had their turn. */
export class Served {
  count = 0
  private readonly byFetch = new Map<object, Set<Fields>>()

  /** Those for which it has not. */
  open(fetch: object, objects: readonly Fields[]): Fields[] {
    const served = this.byFetch.get(fetch)
    return served ? objects.filter(one => !served.has(one)) : [...objects]
  }

  add(fetch: object, objects: readonly Fields[]): void {
    const served = this.byFetch.get(fetch) ?? new Set()
    this.byFetch.set(fetch, served)
    for (const one of objects) served.add(one)
    this.count += objects.length
  }
}
