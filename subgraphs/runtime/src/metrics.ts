import type { RunInfo } from '@terrane/schema'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What one product counts, in a registry of its own: several products share a process. */
export class ProductMetrics {
  private readonly registry = new Registry()
  private readonly requests = new Counter({
    name: 'terrane_requests_total',
    help: 'Requests answered, by port and status class.',
    labelNames: ['port', 'status'],
    registers: [this.registry],
  })
  private readonly seconds = new Histogram({
    name: 'terrane_request_seconds',
    help: 'Time until the answer began.',
    labelNames: ['port'],
    buckets: [0.002, 0.01, 0.05, 0.2, 1, 5],
    registers: [this.registry],
  })
  private readonly runs = new Counter({
    name: 'terrane_runs_total',
    help: 'Runs finished, by how they ended.',
    labelNames: ['state'],
    registers: [this.registry],
  })
  private readonly runSeconds = new Gauge({
    name: 'terrane_last_run_seconds',
    help: 'Duration of the last run.',
    registers: [this.registry],
  })
  private readonly quarantined = new Counter({
    name: 'terrane_quarantined_rows_total',
    help: 'Rows that did not fit their input contract, over all runs.',
    registers: [this.registry],
  })
  private readonly publication = new Gauge({
    name: 'terrane_publication',
    help: 'Number of the publication in force.',
    registers: [this.registry],
  })

  constructor(product: string) {
    this.registry.setDefaultLabels({ product })
  }

  answered(port: string, status: number, seconds: number): void {
    this.requests.inc({ port, status: `${Math.floor(status / 100)}xx` })
    this.seconds.observe({ port }, seconds)
  }

  ran(run: RunInfo): void {
    this.runs.inc({ state: run.state.toLowerCase() })
    this.quarantined.inc(run.quarantined)
    if (run.seconds !== undefined) this.runSeconds.set(run.seconds)
  }

  published(publication: number): void {
    this.publication.set(publication)
  }

  /** Prometheus' text format. */
  text(): Promise<string> {
    return this.registry.metrics()
  }
}
