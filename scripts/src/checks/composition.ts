import type { Problem } from '@terrane/schema'
import { composeSupergraph } from '@terrane/schema/composition'
import type { Checked, Surroundings } from './checked.js'

/** All that can be read must fit together, and with its neighbours. Who cannot be read has said so already. */
export function checkComposition(all: readonly Checked[], { neighbours }: Surroundings): Problem[] {
  const own = all.flatMap(({ name, sdl }) => (sdl === undefined ? [] : [{ name, sdl }]))
  if (own.length === 0) return []
  const subgraphs = [...own, ...neighbours].map(({ name, sdl }) => ({ name, url: `terrane:${name}`, sdl }))
  return composeSupergraph(subgraphs).problems
}
