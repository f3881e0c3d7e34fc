import type { Subgraph } from '@terrane/schema/composition'
import type { Composer, ToCompose } from './composing-thread.js'

type Composed = Awaited<ReturnType<Composer['compose']>>

/**
 * Composes anew only what differs from what was composed last: most products are published again with another publication
 * or other grants, and the graph they had. What comes of a composition its subgraphs alone decide, so that it is the same
 * where they are, to the letter: names, URLs, SDL and order.
 */
export class UnchangedComposition implements Composer {
  private last?: ToCompose & { composed: Composed }

  constructor(private readonly inner: Composer) {}

  async compose(subgraphs: Subgraph[], options: ToCompose['options']): Promise<Composed> {
    const { last } = this
    if (last && covers(last.options, options) && areSame(last.subgraphs, subgraphs)) return last.composed
    const composed = await this.inner.compose(subgraphs, options)
    // Of what does not hold together nothing comes into force, and the next time is another.
    if (composed.supergraph !== undefined) this.last = { subgraphs, options, composed }
    return composed
  }

  close(): void {
    this.inner.close()
  }
}

/** Whether all was checked that is to be checked. */
const covers = (done: ToCompose['options'], asked: ToCompose['options']) =>
  (done.satisfiability !== false || asked.satisfiability === false) &&
  (done.portable === true || asked.portable !== true)

const areSame = (some: readonly Subgraph[], others: readonly Subgraph[]) =>
  some.length === others.length &&
  some.every(({ name, url, sdl }, at) => {
    const other = others[at]!
    return other.name === name && other.url === url && other.sdl === sdl
  })
