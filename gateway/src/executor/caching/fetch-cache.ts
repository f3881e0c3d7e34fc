import { hash } from 'node:crypto'
import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway'
import type { ProductDecision } from '@terrane/schema'
import type { CacheFigures } from '../../telemetry/cache-metrics.js'
import { readJson } from '../numbers/read-json.js'
import { writeJson } from '../numbers/write-json.js'
import type { Operation } from '../operation.js'
import { noteIfPlain } from '../plain-answer.js'
import type { PublicationPins, ReadPublication } from '../publication-pins.js'
import { SharedExchanges } from '../shared-exchanges.js'
import type { StopSignal } from '../stop.js'
import type { KeptMemory } from './kept-memory.js'
import type { NamedPublications, PublicationsReceived } from './publications-received.js'
import { type Reading, type RepeatReports, readingOf } from './repeat-reports.js'
import { readIn } from './repeats.js'
import { type Kind, WorthKeeping } from './worth-keeping.js'

type Answer = Awaited<ReturnType<GraphQLDataSource['process']>>

interface KeptFetch {
  /** The whole answer as JSON: whoever is given it puts what is in it together with other answers, and changes it. */
  text: string
  publications: NamedPublications
  /** What the product is told of everybody who is given it, where nothing was denied. */
  reading: Reading
  since: number
}

/** What came of asking once for all who asked the same meanwhile. */
interface Asked {
  answer: Answer
  /** Undefined where it is nobody's but whose it was asked for. */
  kept: KeptFetch | undefined
  /** Operations that the product's audit has for it. */
  audited: Set<PublicationPins>
}

export interface FetchCacheOptions {
  memory: KeptMemory
  received: PublicationsReceived
  reports: Pick<RepeatReports, 'takes' | 'add'>
  figures: CacheFigures
}

const given = new WeakSet<Answer>()

/** Whether this answer was not asked for, but is of a fetch before, or of another that was under way. */
export const wasKept = (answer: Answer): boolean => given.has(answer)

/** A fetch is called after the operation that it is made for, and asks the same under every name. */
const NAME = /^query \w+/

/** What one is worth beside its texts. */
const OVERHEAD_BYTES = 500

/**
 * What products answered to single fetches, for other operations that need the same of the same decision, while it is
 * asked for and afterwards: as exact as whole answers, and told to the products in the same way.
 */
export class FetchCache {
  private readonly worth = new WorthKeeping()
  private readonly underWay = new SharedExchanges<Asked>()

  constructor(private readonly options: FetchCacheOptions) {}

  /**
   * One fetch of an operation to a product; undefined where it is not worth it. `denied`: policy keys that the operation
   * lost, which this fetch tells of.
   */
  of(
    decision: ProductDecision,
    { query = '', variables }: GraphQLDataSourceProcessOptions['request'],
    operation: Pick<Operation, 'caller' | 'pins'>,
    denied: readonly string[] = [],
  ): CachedFetch | undefined {
    const kind = this.worth.of(query)
    if (!kind.worthIt()) return undefined
    const { product, fingerprint } = decision
    const question = hash('sha256', `${query.replace(NAME, 'query')}\0${writeJson(variables)}`, 'base64url')
    const key = `fetch ${product} ${fingerprint} ${question}`
    return new CachedFetch(this.options, this.underWay, kind, key, decision, operation, denied)
  }
}

/** A fetch that may be in memory or under way, or is to come there. */
export class CachedFetch {
  private readonly since: number

  constructor(
    private readonly options: FetchCacheOptions,
    private readonly underWay: SharedExchanges<Asked>,
    private readonly kind: Kind,
    /** Of product, decision and question. */
    private readonly key: string,
    private readonly decision: ProductDecision,
    private readonly operation: Pick<Operation, 'caller' | 'pins'>,
    private readonly denied: readonly string[],
  ) {
    this.since = options.received.now
  }

  /** What is kept and exact now, if it is of the publication that the operation reads (`pinned`) where it reads one already. */
  take(pinned: ReadPublication | undefined): Answer | undefined {
    const { memory, figures } = this.options
    const kept = memory.get<KeptFetch>(this.key)
    const found = kept && this.mayBeGiven(kept, pinned) ? kept : undefined
    this.kind.lookedUp(found !== undefined)
    if (!found) {
      figures.misses++
      return undefined
    }
    figures.hits++
    this.tell(found)
    return copyOf(found)
  }

  /**
   * Asks the product, once for all who ask the same under one decision meanwhile, and keeps what it answers if it can be
   * given again. Who waited is given the answer by the very rules of what is kept; where those do not let it go, he asks for
   * himself. Where no answer came, none came for any of them. `read`: the publication that an answer says it has read.
   */
  async ask(
    pinned: ReadPublication | undefined,
    signal: StopSignal,
    send: (signal: StopSignal) => Promise<Answer>,
    read: (answer: Answer) => ReadPublication | undefined,
  ): Promise<Answer> {
    const asking = async (until: StopSignal): Promise<Asked> => {
      const answer = await send(until)
      return { answer, kept: this.keep(answer, read(answer)?.publication), audited: new Set([this.operation.pins]) }
    }
    // Nobody waits for what could not be his.
    const { received } = this.options
    if (!this.kind.repeatable || !received.hears(this.decision.product)) return (await asking(signal)).answer
    let first = false
    const asked = await this.underWay.ask(
      `${this.key} ${pinned?.publication ?? ''} ${pinned?.publicationId ?? ''}`,
      signal,
      until => {
        first = true
        return asking(until)
      },
    )
    if (first) return asked.answer
    const { kept, audited } = asked
    if (!kept || !this.mayBeGiven(kept, pinned)) return (await asking(signal)).answer
    this.kind.lookedUp(true)
    // One operation reads once, however many of its fetches are the same.
    if (!audited.has(this.operation.pins)) this.tell(kept)
    audited.add(this.operation.pins)
    return copyOf(kept)
  }

  private mayBeGiven({ publications, since }: KeptFetch, pinned: ReadPublication | undefined): boolean {
    const { received, reports } = this.options
    const { product } = this.decision
    const { publication, publicationId } = publications[product]!
    return (
      (pinned?.publication ?? publication) === publication &&
      (pinned?.publicationId ?? publicationId) === publicationId &&
      received.areNewest(publications, since) &&
      reports.takes(product)
    )
  }

  private tell({ reading }: KeptFetch): void {
    const { subject } = this.operation.caller
    const told = this.denied.length === 0 ? reading : { ...reading, denied: JSON.stringify(this.denied) }
    this.options.reports.add(this.decision.product, subject, told)
  }

  /** Undefined where it cannot be given again. */
  private keep(answer: Answer, publication: number | undefined): KeptFetch | undefined {
    const { memory, received, figures } = this.options
    const { product, fingerprint } = this.decision
    const read = readIn(answer, fingerprint)
    if (!answer.errors?.length) this.kind.repeatable = read !== undefined
    if (read === undefined || publication === undefined) return undefined
    const { reads, ...named } = read
    const publications = { [product]: { publication, ...named } }
    if (!received.areNewest(publications, this.since)) return undefined
    const text = writeJson(answer)
    const reading = readingOf(reads, [])
    const kept: KeptFetch = { text, publications, reading, since: this.since }
    const bytes = OVERHEAD_BYTES + Buffer.byteLength(text) + 2 * reading.reads.length
    memory.set(this.key, kept, bytes, figures)
    return kept
  }
}

function copyOf({ text }: KeptFetch): Answer {
  const answer = noteIfPlain(readJson(text, 'data') as Answer, text)
  given.add(answer)
  return answer
}
