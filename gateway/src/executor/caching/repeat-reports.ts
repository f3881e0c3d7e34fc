import { randomBytes } from 'node:crypto'
import { IDENTITY_HEADER, REPEATS_PATH, type Repeat } from '@terrane/schema'
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

interface Waiting {
  /** The oldest first. What is on its way is in it until it has arrived. */
  repeats: Repeat[]
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
    return (this.waiting.get(product)?.repeats.length ?? 0) < MOST_WAITING
  }

  add(product: string, repeat: Omit<Repeat, 'id'>): void {
    const waiting = this.waiting.get(product) ?? { repeats: [] }
    this.waiting.set(product, waiting)
    waiting.repeats.push({ id: `${this.process}-${(this.sequence++).toString(36)}`, ...repeat })
    if (waiting.repeats.length >= MANY_WAITING && !waiting.failing) void this.tell(product, waiting)
  }

  /** Sends what waits. What does not arrive waits on. */
  async flush(): Promise<void> {
    await Promise.all([...this.waiting].map(([product, waiting]) => this.tell(product, waiting)))
  }

  async close(): Promise<void> {
    clearInterval(this.timer)
    await this.flush()
    for (const [product, { repeats }] of this.waiting)
      if (repeats.length > 0)
        this.log({
          level: 'error',
          message: 'A product was not told of answers given again',
          product,
          lost: repeats.length,
        })
  }

  /** One sending at a time: until nothing waits, or it does not arrive. */
  private tell(product: string, waiting: Waiting): Promise<void> {
    waiting.sending ??= this.sendAll(product, waiting).finally(() => {
      delete waiting.sending
    })
    return waiting.sending
  }

  private async sendAll(product: string, waiting: Waiting): Promise<void> {
    try {
      while (waiting.repeats.length > 0) {
        const batch = waiting.repeats.slice(0, BATCH)
        await this.send(product, batch)
        waiting.repeats.splice(0, batch.length)
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

  private async send(product: string, repeats: Repeat[]): Promise<void> {
    const endpoint = this.endpointOf(product)
    if (!endpoint) throw new Error('nobody registered it')
    const response = await endpoint.fetch(
      new Request(`http://${product}${REPEATS_PATH}`, {
        method: 'POST',
        headers: {
          [IDENTITY_HEADER]: await this.identities.ofGateway(product),
          'content-type': 'application/json',
        },
        body: JSON.stringify({ repeats }),
        signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
      }),
    )
    if (response.status !== 204) throw new Error(`status ${response.status} for ${REPEATS_PATH}`)
  }
}
