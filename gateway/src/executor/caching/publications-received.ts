import type { Announcements } from '../../publications/announcements.js'

/**
 * What this gateway has received of publications: what each product's stream says is in force, and what answers have read.
 * Whatever is kept is held against it before it is given again.
 */
export class PublicationsReceived {
  /** The newest publication of each product that any answer read, and when that was asked for. */
  private readonly newest = new Map<string, { publication: number; since: number }>()

  constructor(private readonly announcements: Pick<Announcements, 'inForce' | 'now'>) {}

  /** The moment from which on what is asked for now counts. */
  get now(): number {
    return this.announcements.now
  }

  /**
   * An operation that was begun at `since` has read these: nobody who hears of a newer publication through an answer is given
   * an older one afterwards, also where the product's own news of it is still on its way.
   */
  received(publications: Readonly<Record<string, number>>, since: number): void {
    for (const [product, publication] of Object.entries(publications)) {
      const known = this.newest.get(product)
      const stands = known && known.since >= (this.announcements.inForce(product)?.since ?? 0)
      if (!stands || publication > known.publication) this.newest.set(product, { publication, since })
    }
  }

  /** Whether these are the newest of their products, by streams that have stood without a break since before `since`. */
  areNewest(publications: Readonly<Record<string, number>>, since: number): boolean {
    for (const product in publications) {
      const inForce = this.announcements.inForce(product)
      if (!inForce || inForce.publication !== publications[product] || inForce.since > since) return false
      const newest = this.newest.get(product)
      if (newest && newest.since >= inForce.since && newest.publication > inForce.publication) return false
    }
    return true
  }

  /** When what is in force was published; undefined where the stream does not stand or does not say it. */
  publishedAt(product: string): string | undefined {
    return this.announcements.inForce(product)?.publishedAt
  }
}
