import type { ProductEndpoint } from '../gateway.js'
import type { Log } from '../log.js'
import type { ProductIdentities } from '../supergraph/product-identities.js'
import { type Announcement, readNews } from './read-news.js'

const FIRST_PAUSE_MILLISECONDS = 100
const LONGEST_PAUSE_MILLISECONDS = 5000

interface Followed {
  endpoint: ProductEndpoint
  stop: AbortController
  newest?: Announcement
  hears: boolean
  /** The moment from which on the stream has stood. */
  since: number
}

/** What is in force at a product whose stream stands, and since which moment it has stood without a break. */
export interface InForce {
  publication: number
  /** Undefined where the product does not say it. */
  publicationId?: string
  /** Undefined where the product does not say it. */
  servedAs?: string
  since: number
}

/** What products say of their publications, from streams that are opened again whenever they break. */
export class Announcements {
  private readonly followed = new Map<string, Followed>()
  private readonly listeners = new Set<(announcement: Announcement) => void>()
  /** Counts beginnings of streams: a clock that only tells before from after. */
  private moment = 0

  constructor(
    private readonly identities: ProductIdentities,
    private readonly log: Log,
  ) {}

  /** Whether the product's stream stands and has told what is in force: what is heard of now is all that there is. */
  hears(product: string): boolean {
    return this.followed.get(product)?.hears ?? false
  }

  /** The moment now, to be held against `since`. */
  get now(): number {
    return this.moment
  }

  /** Undefined while the product's stream is interrupted. */
  inForce(product: string): InForce | undefined {
    const followed = this.followed.get(product)
    if (!followed?.hears || !followed.newest) return undefined
    const { publication, publicationId, servedAs } = followed.newest
    return {
      publication,
      ...(publicationId === undefined ? {} : { publicationId }),
      ...(servedAs === undefined ? {} : { servedAs }),
      since: followed.since,
    }
  }

  /** The last publication heard of; undefined where none was. */
  newest(product: string): Announcement | undefined {
    return this.followed.get(product)?.newest
  }

  /** Told of each publication once; of those that came while a stream was broken, of the last. The answer ends it. */
  subscribe(listener: (announcement: Announcement) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** From now on, by this endpoint. */
  follow({ endpoint }: { endpoint: ProductEndpoint }): void {
    const before = this.followed.get(endpoint.name)
    if (before?.endpoint === endpoint) return
    before?.stop.abort()
    const followed: Followed = { endpoint, stop: new AbortController(), hears: false, since: 0 }
    if (before?.newest) followed.newest = before.newest
    this.followed.set(endpoint.name, followed)
    void this.keepHearing(followed)
  }

  close(): void {
    for (const { stop } of this.followed.values()) stop.abort()
    this.listeners.clear()
  }

  private async keepHearing(followed: Followed): Promise<void> {
    const { signal } = followed.stop
    const product = followed.endpoint.name
    let pause = FIRST_PAUSE_MILLISECONDS
    while (!signal.aborted) {
      try {
        const identity = await this.identities.ofGateway(product)
        for await (const announcement of readNews(followed.endpoint, identity, signal)) {
          pause = FIRST_PAUSE_MILLISECONDS
          this.hear(followed, announcement)
        }
      } catch (error) {
        // Whoever is away is told of often enough by those who ask it for data; once per absence is enough here.
        if (!signal.aborted && (followed.hears || pause === FIRST_PAUSE_MILLISECONDS))
          this.log({
            level: 'warn',
            message: 'Publications of a product are not heard of',
            product,
            reason: reason(error),
          })
      }
      followed.hears = false
      await paused(pause, signal)
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS)
    }
  }

  private hear(followed: Followed, announcement: Announcement): void {
    const known = followed.newest
    const first = !followed.hears
    if (first) followed.since = ++this.moment
    followed.hears = true
    // A product whose home was emptied begins again at one: what a new stream says first is so.
    const same = known && (first ? isSame(known, announcement) : known.publication >= announcement.publication)
    // Of the same publication it may be served otherwise now.
    if (first || !same) followed.newest = announcement
    if (same) return
    for (const listener of this.listeners) listener(announcement)
  }
}

/** Of one number there is another where a product began again and has come as far as before. */
function isSame(one: Announcement, other: Announcement): boolean {
  return (
    one.publication === other.publication &&
    one.publicationId === other.publicationId &&
    one.publishedAt === other.publishedAt
  )
}

function paused(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds).unref()
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}

const reason = (error: unknown) => (error as Error).message
