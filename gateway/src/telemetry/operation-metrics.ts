import { Counter, Gauge, type MetricObjectWithValues, type MetricValue, type Registry } from 'prom-client'
import { Distribution } from './distribution.js'
import type { Answered, Observation, Observer } from './observation.js'
import { OPERATION_SECONDS, OperationNames } from './operation-names.js'
import { BYTES } from './subgraph-metrics.js'

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

type Figures = MetricObjectWithValues<MetricValue<string>>[]

/** `refused`: there is no data at all. */
type OperationOutcome = 'answered' | 'partial' | 'refused'

/** What the gateway counts of the operations that it answers. Whatever callers write is bounded or left out. */
export class OperationMetrics implements Observer {
  private readonly names = new OperationNames()
  /** By type. */
  private readonly counts = new Map<string, Record<OperationOutcome, number>>()
  private readonly seconds: Distribution
  private readonly requestBytes
  private readonly answerBytes
  private underway = 0

  constructor(register: Registry) {
    const registers = [register]
    const { counts } = this
    const underway = () => this.underway
    const size = (name: string, help: string) =>
      new Distribution({ name, help, label: 'route', buckets: BYTES, register })
    this.seconds = new Distribution({
      ...{ name: OPERATION_SECONDS, help: 'Time of GraphQL operations, by name', label: 'operation' },
      ...{ buckets: SECONDS, register },
    })
    this.requestBytes = size('terrane_gateway_request_bytes', 'Size of requests').at('/graphql')
    this.answerBytes = size('terrane_gateway_answer_bytes', 'Size of answers').at('/graphql')
    new Counter({
      name: 'terrane_gateway_operations_total',
      help: 'GraphQL operations by type and outcome',
      labelNames: ['type', 'outcome'],
      registers,
      collect() {
        this.reset()
        for (const [type, outcomes] of counts)
          for (const [outcome, count] of Object.entries(outcomes)) if (count > 0) this.inc({ type, outcome }, count)
      },
    })
    new Gauge({
      name: 'terrane_gateway_operations_in_flight',
      help: 'GraphQL operations under way',
      registers,
      collect() {
        this.set(underway())
      },
    })
  }

  began(): void {
    this.underway++
  }

  /** Whoever has gone is not counted: his operation is over already. */
  answered({ operation, milliseconds, abandoned }: Observation, { type, name, errors, hasData }: Answered): void {
    if (abandoned) return
    this.underway--
    const outcome = errors.length === 0 ? 'answered' : hasData ? 'partial' : 'refused'
    this.countsOf(type ?? 'unknown')[outcome]++
    const label = this.names.labelOf(name, outcome === 'answered', !operation.caller.authenticated)
    this.seconds.at(label).observe(milliseconds / 1000)
  }

  abandoned(): void {
    this.underway--
  }

  private countsOf(type: string): Record<OperationOutcome, number> {
    let counts = this.counts.get(type)
    if (!counts) {
      counts = { answered: 0, partial: 0, refused: 0 }
      this.counts.set(type, counts)
    }
    return counts
  }

  /** Figures as they are told to a process that puts those of several together. */
  forOthers(figures: Figures): Figures {
    const seconds = figures.find(({ name }) => name === OPERATION_SECONDS)
    for (const { labels } of seconds?.values ?? []) labels.operation = this.names.toldOf(String(labels.operation))
    return figures
  }

  /** Bytes of one request to `/graphql` and of its answer, as they went over the network. */
  exchanged(requestBytes: number, answerBytes: number): void {
    this.requestBytes.observe(requestBytes)
    this.answerBytes.observe(answerBytes)
  }
}
