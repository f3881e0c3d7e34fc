import { PRODUCT_COST_LIMIT } from '@terrane/schema'
import type { GraphLimits } from '../../data-product-options.js'
import { Refusal } from '../refusal.js'

export const GRAPH_LIMITS: GraphLimits = { cost: PRODUCT_COST_LIMIT, timeMilliseconds: 30_000 }

/** Readings of one operation under way at once: enough for a row store over the network, few enough to be stopped. */
const AT_ONCE = 4
/** SQLite answers within the turn that asks: after this long others get their turn of the event loop. */
const TURN_MILLISECONDS = 10

/**
 * What one operation may still take: values, time, and turns of the event loop. Every reading passes here and waits for
 * its turn, so that a question whose list of readings is long ends when its time is up or its client has gone, and never
 * keeps other requests from being answered.
 */
export class Allowance {
  private refusal: Refusal | undefined
  private values = 0
  private underWay = 0
  private turnSince = performance.now()
  private readonly until: number
  private readonly waiting: (() => void)[] = []

  constructor(
    private readonly limits: GraphLimits,
    private readonly signal?: AbortSignal,
  ) {
    this.until = performance.now() + limits.timeMilliseconds
  }

  /** @throws Refusal OPERATION_TIMEOUT, OPERATION_ABORTED, or OPERATION_TOO_COSTLY once it is spent */
  async read<Found>(reading: () => Promise<Found>): Promise<Found> {
    if (this.underWay >= AT_ONCE) await new Promise<void>(resolve => this.waiting.push(resolve))
    else this.underWay++
    try {
      if (performance.now() - this.turnSince > TURN_MILLISECONDS) {
        await new Promise(resolve => setImmediate(resolve))
        this.turnSince = performance.now()
      }
      this.check()
      return await reading()
    } finally {
      // Handed on to the next, if one waits: the number under way stays.
      const next = this.waiting.shift()
      if (next) next()
      else this.underWay--
    }
  }

  /** Counts what was read: lists whose size only the data knows are held to the same limit as all others. */
  took(values: number): void {
    this.values += values
    if (this.values <= this.limits.cost) return
    throw this.end(
      new Refusal(
        'OPERATION_TOO_COSTLY',
        `The operation read more than ${this.limits.cost} values, which is the limit. Ask for smaller pages or fewer ` +
          'groups (`first`), fewer fields, or in several operations; whole datasets come as downloads.',
        { limit: this.limits.cost },
      ),
    )
  }

  /** Nobody waits for the operation any more, however far it is. */
  giveUp(): void {
    this.end(new Refusal('OPERATION_ABORTED', 'The product closes.'))
  }

  /** Why the operation ended, if it did: then none of it is answered. */
  get ended(): Refusal | undefined {
    if (this.signal?.aborted) this.end(abandoned(this.signal))
    return this.refusal
  }

  private check(): void {
    const { timeMilliseconds } = this.limits
    if (performance.now() > this.until) {
      this.end(new Refusal('OPERATION_TIMEOUT', `The operation took longer than ${timeMilliseconds} ms.`))
    }
    if (this.ended) throw this.ended
  }

  /** The first reason stands. */
  private end(refusal: Refusal): Refusal {
    this.refusal ??= refusal
    return this.refusal
  }
}

/** Who asks does not wait any more: because he has gone, or because the time of his own operation is up. */
function abandoned({ reason }: AbortSignal): Refusal {
  return (reason as Error | undefined)?.name === 'TimeoutError'
    ? new Refusal('OPERATION_TIMEOUT', 'The time of the operation that this is a part of is up.')
    : new Refusal('OPERATION_ABORTED', 'The client has gone.')
}
