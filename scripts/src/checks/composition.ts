import { composePortable } from '@terrane/gateway/supergraph/portable'
import type { Problem } from '@terrane/schema'
import type { Checked, Surroundings } from './checked.js'

/**
 * All that can be read must fit together, and with its neighbours, and run on Apollo's own gateway as well. Who cannot be
 * read has said so already.
 */
export async function checkComposition(all: readonly Checked[], { neighbours }: Surroundings): Promise<Problem[]> {
  const own = all.flatMap(({ name, sdl }) => (sdl === undefined ? [] : [{ name, sdl }]))
  if (own.length === 0) return []
  const subgraphs = [...own, ...neighbours].map(({ name, sdl }) => ({ name, url: `terrane:${name}`, sdl }))
  return (await composePortable(subgraphs)).problems
}
