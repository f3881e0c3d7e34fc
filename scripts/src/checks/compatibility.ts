import { compare } from '@terrane/schema'
import type { Checked, Surroundings } from './checked.js'

/** What changed in the graph and the contracts since they were published, or since a commit. */
export async function checkCompatibility(all: readonly Checked[], surroundings: Surroundings): Promise<void> {
  const { classifications, today } = surroundings
  for (const one of all) {
    if (!one.product || one.sdl === undefined) continue
    const { version, against, problems } = await surroundings.baseline(one.product)
    one.problems.push(...problems)
    if (against !== undefined) one.against = against
    if (version) one.changes = compare(version, { product: one.product, sdl: one.sdl }, { classifications, today })
  }
}
