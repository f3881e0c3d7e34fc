import { randomBytes } from 'node:crypto'
import type { RepeatableRead } from '@terrane/schema/identity/repeatable'
import { IDENTITY_HEADER, REPEATS_PATH } from '@terrane/schema/identity/signed-identity'
import type { ProductEndpoint } from '../../gateway.js'
import type { Log } from '../../log.js'
import type { ProductIdentities } from '../../supergraph/product-identities.js'

const PAUSE_MILLISECONDS = 1000
const PATIENCE_MILLISECONDS = 5000
/** What waits for one product, on its way included. Who cannot be told of more is asked for data itself. */
const MOST_WAITING = 10_000
/** From here on it is not waited for the pause. */
const MANY_WAITING = MOST_WAITING / 4
/** Told at once; a product takes no more than 10,000. */
const BATCH = 2_000

/** What was read for a kept answer, as the JSON that its product is told: written once for all who are given it. */
export interface Reading {
  /** Of `Repeat['reads']`. */
  reads: string
  /** Of `Repeat['denied']`. */
  denied: string
}

export const readingOf = (reads: readonly RepeatableRead[], denied: readonly string[]): Reading => ({
  reads: JSON.stringify(reads),
  denied: JSON.stringify(denied),
})

/** Small, for thousands wait: what they have in common is written out when they are sent. */
interface Given {
  /** Of this process: part of its name. */
  number: number
  /** Epoch milliseconds. */
  at: number
  subject: string
  reading: Reading
}

interface Waiting {
  /** The oldest first. What is on its way is in it until it has arrived. */
  given: Given[]
  sending?: Promise<void>
  /** Told to the log already: once for as long as it lasts. */
  failing?: boolean
}

/**
 * Tells products which of their answers were given again, so that their audit has every reading. What a product cannot be
 * told waits; when too much waits, nothing of that product is given again.
 */
export class RepeatReports {
  private readonly waiting = new Map<string, Waiting>()
  /** Names each reading, with a number: a product that was told, and whose reply was lost, is told of the same again. */
  private readonly process = randomBytes(9).toString('hex')
  private sequence = 0
  private readonly timer: NodeJS.Timeout

  constructor(
    private readonly endpointOf: (product: string) => ProductEndpoint | undefined,
    private readonly identities: ProductIdentities,
    private readonly log: Log,
  ) {
    this.timer = setInterval(() => void this.flush(), PAUSE_MILLISECONDS).unref()
  }

  /** Whether one more can be told. */
  takes(product: string): boolean {
    return (this.waiting.get(product)?.given.length ?? 0) < MOST_WAITING
  }

  /** The subject was given it just now. */
  add(product: string, subject: string, reading: Reading): void {
    let waiting = this.waiting.get(product)
    if (!waiting) {
      waiting = { given: [] }
      this.waiting.set(product, waiting)
    }
    waiting.given.push({ number: this.sequence++, at: Date.now(), subject, reading })
    if (waiting.given.length >= MANY_WAITING && !waiting.failing) void this.tell(product, waiting)
  }

  /** Sends what waits. What does not arrive waits on. */
  async flush(): Promise<void> {
    await Promise.all([...this.waiting].map(([product, waiting]) => this.tellAll(product, waiting)))
  }

  async close(): Promise<void> {
    clearInterval(this.timer)
    await this.flush()
    for (const [product, { given }] of this.waiting)
      if (given.length > 0)
        this.log({
          level: 'error',
          message: 'A product was not told of answers given again',
          product,
          lost: given.length,
        })
  }

  /** Also what came since others are on their way. */
  private async tellAll(product: string, waiting: Waiting): Promise<void> {
    const underWay = waiting.sending
    await underWay
    if (!underWay || !waiting.failing) await this.tell(product, waiting)
  }

  /** One sending at a time. */
  private tell(product: string, waiting: Waiting): Promise<void> {
    waiting.sending ??= this.sendAll(product, waiting).finally(() => {
      delete waiting.sending
    })
    return waiting.sending
  }

  /** All that waits now. What comes meanwhile is left for the next time: else it would go by the handful, without a pause. */
  private async sendAll(product: string, waiting: Waiting): Promise<void> {
    try {
      let due = waiting.given.length
      while (due > 0) {
        const batch = waiting.given.slice(0, Math.min(BATCH, due))
        await this.send(product, batch)
        waiting.given.splice(0, batch.length)
        due -= batch.length
        waiting.failing = false
      }
    } catch (error) {
      if (waiting.failing) return
      waiting.failing = true
      this.log({
        level: 'warn',
        message: 'A product cannot be told of answers given again',
        product,
        reason: (error as Error).message,
      })
    }
  }

  private async send(product: string, given: readonly Given[]): Promise<void> {
    const endpoint = this.endpointOf(product)
    if (!endpoint) throw new Error('nobody registered it')
    const repeats = given.map(one => this.repeatText(one))
    const response = await endpoint.fetch(
      new Request(`http://${product}${REPEATS_PATH}`, {
        method: 'POST',
        headers: {
          [IDENTITY_HEADER]: await this.identities.ofGateway(product),
          'content-type': 'application/json',
        },
        body: `{"repeats":[${repeats.join()}]}`,
        signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
      }),
    )
    if (response.status !== 204) throw new Error(`status ${response.status} for ${REPEATS_PATH}`)
  }

  /** A `Repeat` as JSON. */
  private repeatText({ number, at, subject, reading }: Given): string {
    const id = `${this.process}-${number.toString(36)}`
    const { reads, denied } = reading
    return `{"id":"${id}","at":"${new Date(at).toISOString()}","subject":${JSON.stringify(subject)},"reads":${reads},"denied":${denied}}`
  }
}
