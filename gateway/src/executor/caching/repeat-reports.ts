import { IDENTITY_HEADER, REPEATS_PATH, type Repeat } from '@terrane/schema'
import type { ProductEndpoint } from '../../gateway.js'
import type { Log } from '../../log.js'
import type { ProductIdentities } from '../../supergraph/product-identities.js'

const PAUSE_MILLISECONDS = 1000
const PATIENCE_MILLISECONDS = 5000
/** What waits for one product. Who cannot be told of more is asked for data itself. */
const MOST_WAITING = 10_000

interface Waiting {
  repeats: Repeat[]
  sending?: Promise<void>
}

/**
 * Tells products which of their answers were given again, so that their audit has every reading. What a product cannot be
 * told waits; when too much waits, nothing of that product is given again.
 */
export class RepeatReports {
  private readonly waiting = new Map<string, Waiting>()
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

  add(product: string, repeat: Repeat): void {
    const waiting = this.waiting.get(product) ?? { repeats: [] }
    this.waiting.set(product, waiting)
    waiting.repeats.push(repeat)
  }

  /** Sends what waits. What does not arrive waits on. */
  async flush(): Promise<void> {
    await Promise.all(
      [...this.waiting].map(([product, waiting]) => {
        if (waiting.repeats.length > 0)
          waiting.sending ??= this.send(product, waiting).finally(() => {
            delete waiting.sending
          })
        return waiting.sending
      }),
    )
  }

  async close(): Promise<void> {
    clearInterval(this.timer)
    // What is on its way holds only what waited when it was sent.
    await this.flush()
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

  private async send(product: string, waiting: Waiting): Promise<void> {
    const { repeats } = waiting
    waiting.repeats = []
    try {
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
    } catch (error) {
      waiting.repeats = [...repeats, ...waiting.repeats]
      this.log({
        level: 'warn',
        message: 'A product cannot be told of answers given again',
        product,
        reason: (error as Error).message,
      })
    }
  }
}
