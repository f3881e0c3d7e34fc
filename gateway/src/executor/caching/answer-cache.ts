import { createHash } from 'node:crypto'
import type { RepeatableRead } from '@terrane/schema'
import { BriefMap } from '../../brief-map.js'
import type { CacheFigures } from '../../telemetry/cache-metrics.js'
import { aroundData, keptBody, WrittenData } from '../answer-data.js'
import type { OperationAnswer } from '../executor.js'
import { type PublicationPins, withPublications } from '../publication-pins.js'
import type { StopSignal } from '../stop.js'
import { KeptForms, noteForms } from './kept-forms.js'
import type { KeptMemory } from './kept-memory.js'
import type { NamedPublications, PublicationsReceived } from './publications-received.js'
import { type Reading, type RepeatReports, readingOf } from './repeat-reports.js'
import type { Repeats } from './repeats.js'
import type { SharedAnswer, SharedAnswers } from './shared-answers.js'

/** An answer that is kept: settled by its key and the publications that were received with it. */
export interface KeptAnswer {
  /** With the publications that it was made of. */
  answer: OperationAnswer
  publications: NamedPublications
  /** By product what it is told of everybody who is given the answer. */
  readings: ReadonlyMap<string, Reading>
  /** When the question was first asked, on the clock of `Announcements`. */
  since: number
  /** Epoch milliseconds. */
  at: number
  /** Of key and publications: equal for equal answers. */
  etag: string
  /** Of one that is in memory: what it is when it is compressed. */
  forms?: KeptForms
  /** Of one that is in memory, and has no errors: what is sent. */
  body?: string | Buffer
}

export interface AnswerCacheOptions {
  memory: KeptMemory
  received: PublicationsReceived
  reports: Pick<RepeatReports, 'takes' | 'add'>
  figures: CacheFigures
  /** What other gateways have answered, and are told of. */
  shared?: SharedAnswers
}

/** What was read for an answer and denied of it, by product. */
interface Told {
  reads: ReadonlyMap<string, readonly RepeatableRead[]>
  /** Policy keys that the question lost. */
  denied: ReadonlyMap<string, readonly string[]>
}

/** What one is worth beside its texts, and an error in it. */
const OVERHEAD_BYTES = 1000

/**
 * Whole answers, kept while they are exact: as long as the stream of every product in them has stood without a break since
 * before they were asked for, and says that the publications received are in force. A key holds the caller's decision, so
 * that no answer crosses it.
 */
export class AnswerCache {
  /** By key, whether what is under way has answered, once it has ended. */
  private readonly underWay = new BriefMap<string, Promise<boolean>>()

  constructor(private readonly options: AnswerCacheOptions) {}

  /** Whether keys have to mean the same to other gateways. */
  get shares(): boolean {
    return this.options.shared !== undefined
  }

  /** Whether an answer is kept under this key. */
  holds(key: string): boolean {
    return this.options.memory.has(inMemory(key))
  }

  /** Undefined where there is none that is exact now. The subject's reading is told to the products. */
  get(key: string, subject: string): KeptAnswer | undefined {
    const { figures, memory } = this.options
    const found = memory.get<KeptAnswer>(inMemory(key))
    if (!found || !this.mayBeGiven(found)) {
      figures.misses++
      return undefined
    }
    figures.hits++
    this.tell(found, subject)
    return found
  }

  /**
   * What another gateway has answered under this key, where that is exact here and now; from then on it is kept here as
   * well. `whole` makes an answer of the data alone.
   */
  async elsewhere(
    key: string,
    {
      subject,
      denied,
      whole,
    }: Pick<Told, 'denied'> & {
      subject: string
      whole: (data: OperationAnswer['data']) => OperationAnswer
    },
  ): Promise<KeptAnswer | undefined> {
    const { shared, received } = this.options
    if (!shared) return undefined
    const since = received.now
    const found = await shared.get(key)
    const kept = found && this.asKept(key, found, { denied, whole, since })
    shared.count(kept ? 'hits' : 'misses')
    if (!kept) return undefined
    this.remember(key, kept)
    this.tell(kept, subject)
    return kept
  }

  /** Keeps an answer, if it can be given again at all. */
  keep(
    key: string,
    answer: OperationAnswer,
    made: Pick<Told, 'denied'> & { pins: PublicationPins; repeats: Repeats; since: number },
  ): KeptAnswer | undefined {
    const publications = made.repeats.publications(made.pins.all())
    if (!publications) return undefined
    const { reads } = made.repeats
    const { denied, since } = made
    const kept: KeptAnswer = {
      answer: withPublications(answer, numbersOf(publications)),
      publications,
      readings: readingsOf(publications, { reads, denied }),
      since,
      at: Date.now(),
      etag: etagOf(key, publications),
    }
    if (!this.options.received.areNewest(publications, since)) return kept
    this.share(key, kept, reads)
    this.remember(key, kept)
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

  private mayBeGiven({ publications, since }: KeptAnswer): boolean {
    const { received, reports } = this.options
    if (!received.areNewest(publications, since)) return false
    for (const product in publications) if (!reports.takes(product)) return false
    return true
  }

  private tell({ readings }: KeptAnswer, subject: string): void {
    for (const [product, reading] of readings) this.options.reports.add(product, subject, reading)
  }

  private remember(key: string, kept: KeptAnswer): void {
    const { memory, figures } = this.options
    kept.forms = new KeptForms(bytes => memory.grow(inMemory(key), kept, bytes))
    const body = keptBody(kept.answer)
    if (body !== undefined) {
      kept.body = body
      if (typeof body !== 'string') noteForms(body, kept.forms, aroundData(kept.answer))
    }
    memory.set(inMemory(key), kept, weightOf(kept, key), figures)
  }

  private share(key: string, { answer, publications, at }: KeptAnswer, reads: Told['reads']): void {
    const { shared } = this.options
    const { data } = answer
    if (shared && data instanceof WrittenData) shared.put(key, { text: data.text, publications, reads: [...reads], at })
  }

  /** Undefined where it is not exact here. */
  private asKept(
    key: string,
    { text, publications, reads, at }: SharedAnswer,
    {
      denied,
      whole,
      since,
    }: Pick<Told, 'denied'> & {
      since: number
      whole: (data: OperationAnswer['data']) => OperationAnswer
    },
  ): KeptAnswer | undefined {
    const etag = etagOf(key, publications)
    const answer = withPublications(whole(new WrittenData(text)), numbersOf(publications))
    const readings = readingsOf(publications, { reads: new Map(reads), denied })
    const kept = { answer, publications, readings, since, at, etag }
    return this.mayBeGiven(kept) ? kept : undefined
  }
}

const inMemory = (key: string) => `answer ${key}`

const etagOf = (key: string, publications: NamedPublications) =>
  createHash('sha256')
    .update(`${key} ${JSON.stringify(publications)}`)
    .digest('base64url')

const numbersOf = (publications: NamedPublications) =>
  Object.fromEntries(Object.entries(publications).map(([product, { publication }]) => [product, publication]))

const readingsOf = (publications: NamedPublications, { reads, denied }: Told) =>
  new Map(
    Object.keys(publications).map(product => [product, readingOf(reads.get(product) ?? [], denied.get(product) ?? [])]),
  )

/** In bytes. What a product says that it read is the product's to say, and so part of it. */
function weightOf({ answer, readings, body }: KeptAnswer, key: string): number {
  const data = answer.data instanceof WrittenData ? answer.data.byteLength : 0
  // A long body is what its data is part of; a short one is another text.
  const text = typeof body === 'string' ? data + body.length : (body?.length ?? data)
  const told = [...readings].flatMap(([product, { reads, denied }]) => [product, reads, denied]).join('')
  const errors = OVERHEAD_BYTES * (answer.errors?.length ?? 0)
  return OVERHEAD_BYTES + errors + 2 * key.length + text + 2 * told.length
}

const aborted = (signal: StopSignal) =>
  new Promise<false>(resolve => {
    if (signal.aborted) resolve(false)
    else signal.addEventListener('abort', () => resolve(false))
  })
