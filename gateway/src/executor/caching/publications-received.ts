import type { Announcements, InForce } from '../../publications/announcements.js'

/** A publication, told from every other: of one number there is another where a product began again with an empty home. */
export interface NamedPublication {
  publication: number
  publicationId: string
  /** How it was read, where the product says it: after an upgrade the same publication may be answered otherwise. */
  servedAs?: string
}

/** By product. */
export type NamedPublications = Readonly<Record<string, NamedPublication>>

interface Read {
  publication: number
  /** Where the answer said it. */
  publicationId?: string | undefined
  since: number
}

/**
 * What this gateway has received of publications: what each product's stream says is in force, and what answers have read.
 * Whatever is kept is held against it before it is given again.
 */
export class PublicationsReceived {
  /** The newest publication of each product that any answer read, and when that was asked for. */
  private readonly newest = new Map<string, Read>()

  constructor(private readonly announcements: Pick<Announcements, 'inForce' | 'now'>) {}

  /** The moment from which on what is asked for now counts. */
  get now(): number {
    return this.announcements.now
  }

  /** Whether the product's stream stands: while it does not, nothing of it is given again. */
  hears(product: string): boolean {
    return this.announcements.inForce(product) !== undefined
  }

  /**
   * An operation that was begun at `since` has read these: nobody who hears of a newer publication through an answer is given
   * an older one afterwards, also where the product's own news of it is still on its way. `ids`: those that answers said.
   */
  received(
    publications: Readonly<Record<string, number>>,
    ids: ReadonlyMap<string, string> | undefined,
    since: number,
  ): void {
    for (const product in publications) {
      const publication = publications[product]!
      const publicationId = ids?.get(product)
      const known = this.newest.get(product)
      const stands = known && known.since >= (this.announcements.inForce(product)?.since ?? 0)
      // Of one number the one that is not in force counts: who has read that one knows of something newer than the news.
      const same = publication === known?.publication && publicationId !== undefined
      if (
        !stands ||
        publication > known.publication ||
        (same && !this.isInForce(product, { publication, publicationId }))
      )
        this.newest.set(product, { publication, publicationId, since })
    }
  }

  /** Whether these are the newest of their products, by streams that have stood without a break since before `since`. */
  areNewest(publications: NamedPublications, since: number): boolean {
    for (const product in publications) {
      const inForce = this.announcements.inForce(product)
      const named = publications[product]!
      if (!inForce || !isSame(inForce, named) || inForce.servedAs !== named.servedAs || inForce.since > since)
        return false
      const newest = this.newest.get(product)
      if (!newest || newest.since < inForce.since || newest.publication < inForce.publication) continue
      if (newest.publication > inForce.publication) return false
      if (newest.publicationId !== undefined && newest.publicationId !== inForce.publicationId) return false
    }
    return true
  }

  private isInForce(product: string, named: Omit<NamedPublication, 'servedAs'>): boolean {
    const inForce = this.announcements.inForce(product)
    return inForce !== undefined && isSame(inForce, named)
  }
}

const isSame = (inForce: InForce, { publication, publicationId }: Omit<NamedPublication, 'servedAs'>) =>
  inForce.publication === publication && inForce.publicationId === publicationId
