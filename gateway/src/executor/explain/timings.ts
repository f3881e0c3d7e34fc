import { monotonicNow } from '../../clock.js'
import type { Exchanged, FetchOutcome, FetchWatch, OperationWatch, Phase } from '../../telemetry/watch.js'

/** When what happened, in milliseconds since the operation began. JSON. */
export interface TimingsReport {
  milliseconds: number
  phases: { phase: Phase; at: number; milliseconds: number }[]
  fetches: FetchTiming[]
}

interface FetchTiming {
  subgraph: string
  at: number
  /** Undefined while it was still under way. */
  milliseconds?: number
  outcome?: FetchOutcome
  publication?: number
  /** Over the network; in the same process there are none. */
  exchanges?: Exchanged[]
}

/** Takes the times of one operation, for whoever asked for them. */
export class Timings implements OperationWatch {
  private readonly started = monotonicNow()
  private readonly phases: TimingsReport['phases'] = []
  private readonly fetches: FetchTiming[] = []

  phase(phase: Phase): () => void {
    const at = this.now()
    return () => this.phases.push({ phase, at, milliseconds: rounded(this.now() - at) })
  }

  fetch(subgraph: string): FetchWatch {
    const timing: FetchTiming = { subgraph, at: this.now() }
    this.fetches.push(timing)
    return {
      pinned: publication => {
        timing.publication = publication
      },
      exchanged: exchange => {
        timing.exchanges ??= []
        timing.exchanges.push(exchange)
      },
      end: outcome => {
        timing.outcome = outcome
        timing.milliseconds = rounded(this.now() - timing.at)
      },
    }
  }

  report(): TimingsReport {
    return { milliseconds: this.now(), phases: this.phases, fetches: this.fetches }
  }

  private now(): number {
    return rounded(monotonicNow() - this.started)
  }
}

const rounded = (milliseconds: number) => Math.round(1000 * milliseconds) / 1000
