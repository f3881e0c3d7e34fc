import { Counter, Gauge, type Registry } from 'prom-client'
import { monotonicNow } from '../clock.js'
import type { BreakerState } from '../executor/transport/breaker.js'
import { Distribution, type Series } from './distribution.js'
import type { Exchanged, FetchOutcome, FetchWatch } from './watch.js'

const BREAKER_VALUES: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 }

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
export const BYTES = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216]

/** What is counted of one subgraph. */
interface Figures {
  readonly seconds: Series
  readonly bytes: Series
  readonly outcomes: Record<FetchOutcome, number>
  retries: number
  underway: number
}

/** What the gateway counts of every subgraph; their names come from the supergraph. */
export class SubgraphMetrics {
  private readonly figures = new Map<string, Figures>()
  private readonly seconds: Distribution
  private readonly bytes: Distribution

  /** `breakers`: of the subgraphs that are asked over HTTP. */
  constructor(register: Registry, breakers: () => ReadonlyMap<string, BreakerState>) {
    const label = 'subgraph'
    const registers = [register]
    const all = this.figures
    this.seconds = new Distribution({
      ...{ name: 'terrane_gateway_fetch_seconds', help: 'Time of fetches, by subgraph', label, register },
      buckets: SECONDS,
    })
    this.bytes = new Distribution({
      ...{
        name: 'terrane_gateway_fetch_answer_bytes',
        help: 'Size of what subgraphs answered over HTTP',
        label,
        register,
      },
      buckets: BYTES,
    })
    new Counter({
      name: 'terrane_gateway_fetches_total',
      help: 'Fetches by subgraph and outcome',
      labelNames: [label, 'outcome'],
      registers,
      collect() {
        this.reset()
        for (const [subgraph, { outcomes }] of all)
          for (const [outcome, count] of Object.entries(outcomes)) if (count > 0) this.inc({ subgraph, outcome }, count)
      },
    })
    new Counter({
      name: 'terrane_gateway_subgraph_failures_total',
      help: 'Fetches that a subgraph did not answer',
      labelNames: [label],
      registers,
      collect() {
        this.reset()
        for (const [subgraph, { outcomes }] of all) if (outcomes.failed > 0) this.inc({ subgraph }, outcomes.failed)
      },
    })
    new Counter({
      name: 'terrane_gateway_fetch_retries_total',
      help: 'Requests to a subgraph that were sent again',
      labelNames: [label],
      registers,
      collect() {
        this.reset()
        for (const [subgraph, { retries }] of all) this.inc({ subgraph }, retries)
      },
    })
    new Gauge({
      name: 'terrane_gateway_fetches_in_flight',
      help: 'Fetches under way, by subgraph',
      labelNames: [label],
      registers,
      collect() {
        for (const [subgraph, { underway }] of all) this.set({ subgraph }, underway)
      },
    })
    new Gauge({
      name: 'terrane_gateway_breaker_state',
      help: 'Circuit breaker of a subgraph: 0 closed, 1 half-open, 2 open',
      labelNames: [label],
      // Of several processes the worst: states do not add up.
      aggregator: 'max',
      registers,
      collect() {
        this.reset()
        for (const [subgraph, state] of breakers()) this.set({ subgraph }, BREAKER_VALUES[state])
      },
    })
  }

  /** `other`: who looks on as well, if anybody. */
  fetch(subgraph: string, other: FetchWatch | undefined): FetchWatch {
    return new CountedFetch(this.of(subgraph), other)
  }

  private of(subgraph: string): Figures {
    let figures = this.figures.get(subgraph)
    if (!figures) {
      const outcomes = { answered: 0, kept: 0, errors: 0, failed: 0, aborted: 0 }
      const [seconds, bytes] = [this.seconds.at(subgraph), this.bytes.at(subgraph)]
      figures = { seconds, bytes, outcomes, retries: 0, underway: 0 }
      this.figures.set(subgraph, figures)
    }
    return figures
  }
}

/** Tells the other by itself, so that whoever looks on at a fetch is one of these, whether it is traced or not. */
class CountedFetch implements FetchWatch {
  private readonly started = monotonicNow()
  private attempts = 0

  constructor(
    private readonly figures: Figures,
    private readonly other: FetchWatch | undefined,
  ) {
    figures.underway++
  }

  get headers(): FetchWatch['headers'] {
    return this.other?.headers
  }

  pinned(publication: number): void {
    this.other?.pinned?.(publication)
  }

  exchanged(exchange: Exchanged): void {
    if (this.attempts++ > 0) this.figures.retries++
    this.figures.bytes.observe(exchange.answerBytes)
    this.other?.exchanged?.(exchange)
  }

  end(outcome: FetchOutcome): void {
    this.figures.underway--
    this.figures.outcomes[outcome]++
    if (outcome !== 'kept') this.figures.seconds.observe((monotonicNow() - this.started) / 1000)
    this.other?.end(outcome)
  }
}
