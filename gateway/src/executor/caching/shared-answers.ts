import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { RepeatableRead } from '@terrane/schema'
import { keyFor, seal, unseal } from '../../authentication/sealed.js'
import type { Log } from '../../log.js'
import type { SharedCacheFigures } from '../../telemetry/cache-metrics.js'
import type { NamedPublications } from './publications-received.js'
import { NOT_ANSWERED, type RedisStore } from './redis-store.js'

/** An answer as gateways hand it to one another. */
export interface SharedAnswer {
  /** JSON text of `data`. */
  text: string
  publications: NamedPublications
  reads: [product: string, reads: readonly RepeatableRead[]][]
  /** Epoch milliseconds. */
  at: number
}

export interface SharedAnswersOptions {
  store: Pick<RedisStore, 'get' | 'set' | 'close'>
  /** Of the gateways that share; nobody else can read, write or find anything. */
  secret: string
  /** What else than its key settles an answer: the same for all that share. */
  scope: unknown
  figures: SharedCacheFigures
  log: Log
}

/** Part of every name: another one where what is written changes its shape. */
const SHAPE = 3
/** Part of it as well: another gateway may make another answer of the same. */
const { version: VERSION } = JSON.parse(
  readFileSync(path.resolve(__dirname, '..', '..', '..', 'package.json'), 'utf8'),
) as { version: string }
const EXPIRY_SECONDS = 3600
/** Characters of what is written. */
const LARGEST = 1024 * 1024

/**
 * Whole answers that gateways of one key share. Names are hashes and values are sealed, each to its name, so that who
 * reads or writes the store alone learns nothing and cannot bring an answer under another question or caller.
 */
export class SharedAnswers {
  private readonly names: Buffer
  private readonly seals: Buffer
  private readonly scope: string
  private toldOfStrange = false

  constructor(private readonly options: SharedAnswersOptions) {
    this.names = keyFor('names of shared answers', options.secret)
    this.seals = keyFor('shared answers', options.secret)
    this.scope = JSON.stringify([SHAPE, VERSION, options.scope])
  }

  /** Undefined where none is there, in time, that was put there by one of us. */
  async get(key: string): Promise<SharedAnswer | undefined> {
    const { store, figures } = this.options
    const name = this.nameOf(key)
    const found = await store.get(name, LARGEST + 1)
    if (found === NOT_ANSWERED) {
      figures.failures++
      return undefined
    }
    if (found === '') return undefined
    const sealed =
      found.length <= LARGEST ? unseal<{ name: string; answer: SharedAnswer }>(this.seals, found) : undefined
    if (sealed?.name === name) return sealed.answer
    figures.failures++
    this.tellOfStrange()
    return undefined
  }

  /** Behind the answer, which goes out first. */
  put(key: string, answer: SharedAnswer): void {
    if (answer.text.length > LARGEST) return
    setImmediate(() => {
      const name = this.nameOf(key)
      const sealed = seal(this.seals, { name, answer })
      if (sealed.length <= LARGEST) this.options.store.set(name, sealed, EXPIRY_SECONDS)
    })
  }

  count(outcome: 'hits' | 'misses'): void {
    this.options.figures[outcome]++
  }

  close(): void {
    this.options.store.close()
  }

  private nameOf(key: string): string {
    const hash = createHmac('sha256', this.names).update(this.scope).update('\0').update(key).digest('base64url')
    return `terrane:answers:${hash}`
  }

  private tellOfStrange(): void {
    if (this.toldOfStrange) return
    this.toldOfStrange = true
    this.options.log({ level: 'warn', message: 'The shared cache holds what no gateway of this key wrote there' })
  }
}
