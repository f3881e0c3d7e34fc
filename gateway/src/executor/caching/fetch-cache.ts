import { hash } from 'node:crypto'
import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway'
import type { ProductDecision, RepeatableRead } from '@terrane/schema'
import type { CacheFigures } from '../../telemetry/cache-metrics.js'
import type { Operation } from '../operation.js'
import { noteIfPlain } from '../plain-answer.js'
import type { KeptMemory } from './kept-memory.js'
import type { NamedPublications, PublicationsReceived } from './publications-received.js'
import type { RepeatReports } from './repeat-reports.js'
import { readIn } from './repeats.js'
import { type Kind, WorthKeeping } from './worth-keeping.js'

type Answer = Awaited<ReturnType<GraphQLDataSource['process']>>

interface KeptFetch {
  /** The whole answer as JSON: whoever is given it puts what is in it together with other answers, and changes it. */
  text: string
  publications: NamedPublications
  reads: readonly RepeatableRead[]
  since: number
}

export interface FetchCacheOptions {
  memory: KeptMemory
  received: PublicationsReceived
  reports: Pick<RepeatReports, 'takes' | 'add'>
  figures: CacheFigures
}

const given = new WeakSet<Answer>()

/** Whether this answer was not asked for, but is of a fetch before. */
export const wasKept = (answer: Answer): boolean => given.has(answer)

/** A fetch is called after the operation that it is made for, and asks the same under every name. */
const NAME = /^query \w+/

/** What one is worth beside its texts. */
const OVERHEAD_BYTES = 500

/**
 * What products answered to single fetches, for other operations that need the same of the same decision: as exact as
 * whole answers, and told to the products in the same way.
 */
export class FetchCache {
  private readonly worth = new WorthKeeping()

  constructor(private readonly options: FetchCacheOptions) {}

  /**
   * One fetch of an operation to a product; undefined where it is not worth it. `denied`: policy keys that the operation
   * lost, which this fetch tells of.
   */
  of(
    decision: ProductDecision,
    { query = '', variables }: GraphQLDataSourceProcessOptions['request'],
    { caller }: Operation,
    denied: readonly string[] = [],
  ): CachedFetch | undefined {
    const kind = this.worth.of(query)
    if (!kind.worthIt()) return undefined
    const { product, fingerprint } = decision
    const question = hash('sha256', `${query.replace(NAME, 'query')}\0${JSON.stringify(variables)}`, 'base64url')
    const key = `fetch ${product} ${fingerprint} ${question}`
    return new CachedFetch(this.options, kind, key, decision, caller.subject, denied)
  }
}

/** A fetch that may be in memory, or is to come there. */
export class CachedFetch {
  private readonly since: number

  constructor(
    private readonly options: FetchCacheOptions,
    private readonly kind: Kind,
    private readonly key: string,
    private readonly decision: ProductDecision,
    private readonly subject: string,
    private readonly denied: readonly string[],
  ) {
    this.since = options.received.now
  }

  /** What is kept and exact now, if it is of the publication that the operation reads where it reads one already. */
  take(pinned: number | undefined, pinnedId: string | undefined): Answer | undefined {
    const { memory, received, reports, figures } = this.options
    const { product } = this.decision
    const kept = memory.get<KeptFetch>(this.key)
    const of = kept?.publications[product]
    const fits =
      (pinned ?? of?.publication) === of?.publication && (pinnedId ?? of?.publicationId) === of?.publicationId
    const found =
      kept && fits && received.areNewest(kept.publications, kept.since) && reports.takes(product) ? kept : undefined
    this.kind.lookedUp(found !== undefined)
    if (!found) {
      figures.misses++
      return undefined
    }
    figures.hits++
    const at = new Date().toISOString()
    reports.add(product, { at, subject: this.subject, reads: [...found.reads], denied: [...this.denied] })
    const answer = noteIfPlain(JSON.parse(found.text) as Answer, found.text)
    given.add(answer)
    return answer
  }

  /** Keeps what the product answers, if it can be given again. `read`: the publication that it says it has read. */
  async keep(sent: Promise<Answer>, read: (answer: Answer) => number | undefined): Promise<Answer> {
    const answer = await sent
    this.remember(answer, read(answer))
    return answer
  }

  private remember(answer: Answer, publication: number | undefined): void {
    const { memory, received, figures } = this.options
    const { product, fingerprint } = this.decision
    const read = readIn(answer, fingerprint)
    if (read === undefined || publication === undefined) return
    const { reads, publicationId } = read
    const publications = { [product]: { publication, publicationId } }
    if (!received.areNewest(publications, this.since)) return
    const text = JSON.stringify(answer)
    const kept: KeptFetch = { text, publications, reads, since: this.since }
    const bytes = OVERHEAD_BYTES + Buffer.byteLength(text) + 2 * JSON.stringify(reads).length
    memory.set(this.key, kept, bytes, figures)
  }
}
