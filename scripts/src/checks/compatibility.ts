import { type Change, compare } from '@terrane/schema'
import type { Checked, Surroundings } from './checked.js'

/** What changed in the graph and the contracts since they were published, or since a commit. */
export async function checkCompatibility(all: readonly Checked[], surroundings: Surroundings): Promise<void> {
  const { classifications, today } = surroundings
  for (const one of all) {
    if (!one.product || one.sdl === undefined) continue
    const now = { product: one.product, sdl: one.sdl }
    const { version, against, problems } = await surroundings.baseline(now)
    one.problems.push(...problems)
    if (against !== undefined) one.against = against
    if (!version) continue
    const changes = compare(version, now, { classifications, today })
    one.changes = version.product.major < one.product.major ? changes.map(inNewMajor) : changes
  }
}

/** A new major has addresses of its own and breaks nobody; but what it opens is open. */
function inNewMajor(change: Change): Change {
  return change.level === 'breaking' ? { ...change, level: 'safe' } : change
}
