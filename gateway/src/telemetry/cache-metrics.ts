import { Counter, Gauge, type Registry } from 'prom-client'

/** What a cache counts of itself; read when metrics are. */
export interface CacheFigures {
  hits: number
  misses: number
  /** What it holds now. */
  entries: number
  /** What that is estimated at. */
  bytes: number
}

export const noFigures = (): CacheFigures => ({ hits: 0, misses: 0, entries: 0, bytes: 0 })

/** What is kept outside of this process: how much that is only its keeper knows. */
export interface SharedCacheFigures extends Omit<CacheFigures, 'entries' | 'bytes'> {
  /** Look-ups without a usable answer in time; misses as well. */
  failures: number
}

/** Hits, misses and sizes of the gateway's caches, `plans` among them. */
export class CacheMetrics {
  private readonly caches = new Map<string, CacheFigures>()
  private readonly sharedCaches = new Map<string, SharedCacheFigures>()

  constructor(register: Registry) {
    const { caches, sharedCaches } = this
    const registers = [register]
    new Counter({
      name: 'terrane_gateway_cache_lookups_total',
      help: 'Look-ups by cache and outcome',
      labelNames: ['cache', 'outcome'],
      registers,
      collect() {
        this.reset()
        for (const [cache, { hits, misses }] of [...caches, ...sharedCaches]) {
          this.inc({ cache, outcome: 'hit' }, hits)
          this.inc({ cache, outcome: 'miss' }, misses)
        }
      },
    })
    new Counter({
      name: 'terrane_gateway_cache_failures_total',
      help: 'Look-ups in a shared cache that was away, late or held what cannot be used; misses as well',
      labelNames: ['cache'],
      registers,
      collect() {
        this.reset()
        for (const [cache, { failures }] of sharedCaches) this.inc({ cache }, failures)
      },
    })
    new Gauge({
      name: 'terrane_gateway_cache_entries',
      help: 'What a cache holds',
      labelNames: ['cache'],
      registers,
      collect() {
        for (const [cache, { entries }] of caches) this.set({ cache }, entries)
      },
    })
    new Gauge({
      name: 'terrane_gateway_cache_bytes',
      help: 'What a cache holds is estimated at',
      labelNames: ['cache'],
      registers,
      collect() {
        for (const [cache, { bytes }] of caches) this.set({ cache }, bytes)
      },
    })
  }

  /** To be counted in by the cache of that name. */
  of(cache: string): CacheFigures {
    const figures = this.caches.get(cache) ?? noFigures()
    this.caches.set(cache, figures)
    return figures
  }

  /** The same for one outside of this process. */
  ofShared(cache: string): SharedCacheFigures {
    const figures = this.sharedCaches.get(cache) ?? { hits: 0, misses: 0, failures: 0 }
    this.sharedCaches.set(cache, figures)
    return figures
  }
}
