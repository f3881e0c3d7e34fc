import { AggregatorRegistry, Gauge, Registry } from 'prom-client'
import type { BreakerState } from '../executor/transport/breaker.js'
import { CacheMetrics } from '../telemetry/cache-metrics.js'
import { OperationMetrics } from '../telemetry/operation-metrics.js'
import { processMetrics } from '../telemetry/process-metrics.js'
import { SubgraphMetrics } from '../telemetry/subgraph-metrics.js'
import type { Siblings } from '../workers/siblings.js'
import type { Part } from './part.js'

export interface Metrics extends Part {
  operations: OperationMetrics
  subgraphs: SubgraphMetrics
  caches: CacheMetrics
}

export interface MetricsSources {
  productCount: () => number
  breakers: () => ReadonlyMap<string, BreakerState>
}

/** `/metrics` in Prometheus' text format. Labels hold of what callers write only a bounded number of operation names. */
export function useMetrics(mesh: MetricsSources, siblings?: Pick<Siblings, 'metrics'>): Metrics {
  const registry = new Registry()
  if (siblings) {
    AggregatorRegistry.setRegistries([registry])
    // Its constructor answers the primary process.
    new AggregatorRegistry()
  }
  const operations = new OperationMetrics(registry)
  new Gauge({
    name: 'terrane_gateway_products',
    help: 'Data products in the supergraph',
    aggregator: 'max',
    registers: [registry],
    collect() {
      this.set(mesh.productCount())
    },
  })
  return {
    operations,
    subgraphs: new SubgraphMetrics(registry, mesh.breakers),
    caches: new CacheMetrics(registry),
    http(app) {
      app.get('/metrics', async (_request, reply) => {
        const text = `${await (siblings ?? registry).metrics()}\n${await processMetrics()}`
        return reply.type(registry.contentType).send(text)
      })
      app.addHook('onResponse', (request, reply, done) => {
        if (request.routeOptions.url === '/graphql')
          operations.exchanged(
            Number(request.headers['content-length'] ?? 0),
            Number(reply.getHeader('content-length') ?? 0),
          )
        done()
      })
    },
    observe({ signal }) {
      const end = operations.began()
      // Whoever leaves gets no answer, and his operation is over all the same.
      signal.addEventListener('abort', () => end())
      return ({ type, name, errors, hasData }) => {
        const outcome = errors.length === 0 ? 'answered' : hasData ? 'partial' : 'refused'
        end({ name, type: type ?? 'unknown', outcome })
      }
    },
  }
}
