import type { Worker } from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import { Deferred } from '../deferred.js'
import { boundedOperation, OPERATION_SECONDS, OperationNames } from '../telemetry/operation-names.js'

/** What one process has counted, as prom-client gives it. */
export type Figures = MetricObjectWithValues<MetricValue<string>>[]

/** Of a worker that does not answer by then, what it told last counts. */
const PATIENCE_MILLISECONDS = 2000

/**
 * What all workers have counted together, those that have ended included: a sum that became less with one of them would
 * be taken for a restart of all, and everything for counted anew.
 */
export class CommonFigures {
  /** Of those that live. */
  private readonly last = new Map<Worker, Figures>()
  /** Of those that have ended, soon folded into one. */
  private ended: Figures[] = []
  private folding: Promise<void> = Promise.resolve()
  private readonly asked = new Map<Worker, Deferred<void>>()
  private readonly names = new OperationNames()

  /** In Prometheus' text format. `ask` has a worker tell what it has counted. */
  async text(workers: Iterable<Worker>, ask: (worker: Worker) => void): Promise<string> {
    const told = [...workers].map(worker => this.answerOf(worker, ask))
    await Promise.race([Promise.all(told), sleep(PATIENCE_MILLISECONDS)])
    return (await aggregator()).aggregate([...this.ended, ...this.last.values()]).metrics()
  }

  /** A worker says what it has counted. */
  told(worker: Worker, figures: Figures): void {
    this.last.set(worker, this.bounded(figures))
    this.settle(worker)
  }

  /** What it told last stays; of what is now, as bytes that are held, nothing does. */
  gone(worker: Worker): void {
    const last = this.last.get(worker)?.filter(({ type }) => COUNTED.has(String(type)))
    this.last.delete(worker)
    this.settle(worker)
    if (!last) return
    this.ended.push(last)
    this.folding = this.folding.then(() => this.fold())
  }

  private async fold(): Promise<void> {
    const { length } = this.ended
    const folded = (await (await aggregator()).aggregate(this.ended).getMetricsAsJSON()) as Figures
    this.ended = [folded, ...this.ended.slice(length)]
  }

  private answerOf(worker: Worker, ask: (worker: Worker) => void): Promise<void> {
    const asked = this.asked.get(worker) ?? new Deferred<void>()
    this.asked.set(worker, asked)
    ask(worker)
    return asked.promise
  }

  private settle(worker: Worker): void {
    this.asked.get(worker)?.resolve()
    this.asked.delete(worker)
  }

  /** Each worker has its own first names: together they are no more than one has. */
  private bounded(figures: Figures): Figures {
    for (const { name, values } of figures) {
      if (name !== OPERATION_SECONDS) continue
      for (const value of values) {
        const { operation } = value.labels
        value.labels = { ...value.labels, operation: boundedOperation(this.names, String(operation)) }
      }
    }
    return figures
  }
}

/** The process that starts workers serves nothing: what it needs only now is not in their way before. */
const aggregator = async () => (await import('prom-client')).AggregatorRegistry

const COUNTED: ReadonlySet<string> = new Set(['counter', 'histogram'])
