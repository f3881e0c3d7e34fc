import type { Announcement } from '../publications/read-news.js'
import type { Flow } from './flow.js'
import type { Standing } from './standing.js'
import type { Announced, Told } from './subscription-type.js'

/** Where it becomes known that products have published. */
export interface Feed {
  /** Undefined where nothing was heard of the product yet. */
  newest(product: string): Announcement | undefined
  /** The answer ends it. */
  subscribe(listener: (announcement: Announcement) => void): () => void
}

/**
 * A product's publications for one subscriber. Each is told only if he may hear of it at that moment, and of several that
 * came while he was busy, the newest. Where he may not any more, the reason is the last that is told.
 */
export async function* publicationStream(options: {
  feed: Feed
  announced: Announced
  after: number | undefined
  flow: Flow
  standing: () => Promise<Standing>
}): AsyncGenerator<Told> {
  const { feed, flow } = options
  const { product } = options.announced
  let newest: Announcement | undefined
  // What is known to him, or was in force before he came.
  let known = options.after ?? feed.newest(product)?.publication
  /** Waits for the next look at his standing. */
  let held = false
  const hear = (announcement: Announcement) => {
    if (announcement.product !== product || (known !== undefined && announcement.publication <= known)) return
    newest = announcement
    flow.stir()
  }
  const stopHearing = feed.subscribe(hear)
  try {
    const inForce = feed.newest(product)
    if (inForce) hear(inForce)
    while (!flow.ended) {
      const something = flow.checkDue || (newest !== undefined && !held)
      if (!flow.clear || !something) {
        await flow.change()
        continue
      }
      flow.checkDue = false
      const standing = await options.standing()
      if (flow.ended) return
      if (standing === 'unknown') {
        held = true
        continue
      }
      held = false
      if ('refused' in standing) {
        flow.said()
        yield { ended: standing.refused }
        return
      }
      if (newest === undefined) continue
      const told = newest
      newest = undefined
      known = told.publication
      flow.said()
      yield { ...told, datasets: standing.datasets }
    }
  } finally {
    stopHearing()
  }
}
