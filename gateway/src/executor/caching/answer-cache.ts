import { createHash } from 'node:crypto'
import type { RepeatableRead } from '@terrane/schema'
import { LRUCache } from 'lru-cache'
import type { Announcements } from '../../publications/announcements.js'
import type { CacheFigures } from '../../telemetry/cache-metrics.js'
import { WrittenData } from '../answer-data.js'
import type { OperationAnswer } from '../executor.js'
import type { PublicationPins } from '../publication-pins.js'
import type { StopSignal } from '../stop.js'
import type { RepeatReports } from './repeat-reports.js'
import type { Repeats } from './repeats.js'

/** An answer that is kept: settled by its key and the publications that were received with it. */
export interface KeptAnswer {
  answer: OperationAnswer
  /** By product, as its answers named them. */
  publications: Readonly<Record<string, number>>
  reads: ReadonlyMap<string, readonly RepeatableRead[]>
  /** By product the policy keys that the question lost. */
  denied: ReadonlyMap<string, readonly string[]>
  /** When the question was first asked, on the clock of `Announcements`. */
  since: number
  /** Epoch milliseconds. */
  at: number
  /** Of key and publications: equal for equal answers. */
  etag: string
}

export interface AnswerCacheOptions {
  /** Bytes of all answers together. */
  bytes: number
  announcements: Pick<Announcements, 'inForce' | 'now'>
  reports: Pick<RepeatReports, 'takes' | 'add'>
  figures: CacheFigures
}

/** What one is worth beside its texts. */
const OVERHEAD_BYTES = 1000

/**
 * Whole answers, kept while they are exact: as long as the stream of every product in them has stood without a break since
 * before they were asked for, and says that the publications received are in force. A key holds the caller's decision, so
 * that no answer crosses it.
 */
export class AnswerCache {
  private readonly kept: LRUCache<string, KeptAnswer>
  /** By key, whether what is under way has answered, once it has ended. */
  private readonly underWay = new Map<string, Promise<boolean>>()
  /** The newest publication of each product that any answer read, and when that was asked for. */
  private readonly newest = new Map<string, { publication: number; since: number }>()

  constructor(private readonly options: AnswerCacheOptions) {
    this.kept = new LRUCache({
      maxSize: options.bytes,
      // One answer is no reason to forget all others.
      maxEntrySize: Math.max(1, Math.floor(options.bytes / 8)),
      sizeCalculation: weightOf,
    })
  }

  /** The moment from which on an answer that is asked for now counts. */
  get now(): number {
    return this.options.announcements.now
  }

  /**
   * An operation that was begun at `since` has read these: nobody who hears of a newer publication through an answer is given
   * an older one afterwards, also where the product's own news of it is still on its way.
   */
  received(publications: Readonly<Record<string, number>>, since: number): void {
    for (const [product, publication] of Object.entries(publications)) {
      const known = this.newest.get(product)
      const stands = known && known.since >= (this.options.announcements.inForce(product)?.since ?? 0)
      if (!stands || publication > known.publication) this.newest.set(product, { publication, since })
    }
  }

  /** Whether an answer is kept under this key. */
  holds(key: string): boolean {
    return this.kept.has(key)
  }

  /** Undefined where there is none that is exact now. The subject's reading is told to the products. */
  get(key: string, subject: string): KeptAnswer | undefined {
    const { figures, reports } = this.options
    const found = this.kept.get(key)
    const products = found && Object.keys(found.publications)
    if (!found || !this.isExact(found) || !products!.every(product => reports.takes(product))) {
      figures.misses++
      return undefined
    }
    figures.hits++
    const at = new Date().toISOString()
    for (const product of products!)
      reports.add(product, {
        at,
        subject,
        reads: [...(found.reads.get(product) ?? [])],
        denied: [...(found.denied.get(product) ?? [])],
      })
    return found
  }

  /** Keeps an answer, if it can be given again at all. */
  keep(
    key: string,
    answer: OperationAnswer,
    made: { pins: PublicationPins; repeats: Repeats; denied: ReadonlyMap<string, readonly string[]>; since: number },
  ): KeptAnswer | undefined {
    const publications = made.pins.all()
    const { reads } = made.repeats
    if (!made.repeats.whole || ![...reads.keys()].every(product => publications[product] !== undefined))
      return undefined
    const etag = createHash('sha256')
      .update(`${key} ${JSON.stringify(publications)}`)
      .digest('base64url')
    const kept = { answer, publications, reads, denied: made.denied, since: made.since, at: Date.now(), etag }
    if (!this.isExact(kept)) return kept
    this.kept.set(key, kept)
    this.options.figures.entries = this.kept.size
    return kept
  }

  /**
   * Asks once for all who ask the same at the same time. Who waited looks whether an answer was kept meanwhile. Where none
   * was because the first one's client has left, one of them is the next first; where an answer came that cannot be kept, all
   * ask for themselves at once, for waiting in a row would bring none of them anything.
   */
  async once<Answer>(
    key: string,
    signal: StopSignal,
    lookUp: () => Answer | undefined,
    ask: () => Promise<Answer>,
  ): Promise<Answer> {
    for (;;) {
      const underWay = this.underWay.get(key)
      if (!underWay) break
      const answered = await Promise.race([underWay, aborted(signal)])
      signal.throwIfAborted()
      const found = lookUp()
      if (found !== undefined) return found
      if (answered) return ask()
    }
    const asking = ask()
    const ended = (answered: boolean) => () => {
      this.underWay.delete(key)
      return answered
    }
    this.underWay.set(key, asking.then(ended(true), ended(false)))
    return asking
  }

  private isExact({ publications, since }: KeptAnswer): boolean {
    for (const product in publications) {
      const inForce = this.options.announcements.inForce(product)
      if (!inForce || inForce.publication !== publications[product] || inForce.since > since) return false
      const newest = this.newest.get(product)
      if (newest && newest.since >= inForce.since && newest.publication > inForce.publication) return false
    }
    return true
  }
}

/** In bytes. What a product says that it read is the product's to say, and so part of it. */
function weightOf({ answer, reads }: KeptAnswer, key: string): number {
  const text = answer.data instanceof WrittenData ? Buffer.byteLength(answer.data.text) : 0
  return OVERHEAD_BYTES + 2 * key.length + text + 2 * JSON.stringify([...reads]).length
}

const aborted = (signal: StopSignal) =>
  new Promise<false>(resolve => {
    if (signal.aborted) resolve(false)
    else signal.addEventListener('abort', () => resolve(false))
  })
