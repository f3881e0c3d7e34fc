import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Part } from './part.js'

/**
 * `/metrics` in Prometheus' text format. Labels never hold what callers write. `siblings`: a worker among others tells
 * of all of them, whichever is asked.
 */
export function useMetrics(
  productCount: () => number,
  siblings?: { metrics(): Promise<string> },
): Part & { subgraphFailed: (subgraph: string) => void } {
  const registry = new Registry()
  if (siblings) {
    AggregatorRegistry.setRegistries([registry])
    // Its constructor answers the primary process.
    new AggregatorRegistry()
  }
  const operations = new Counter({
    name: 'terrane_gateway_operations_total',
    help: 'GraphQL operations by type and outcome',
    labelNames: ['type', 'outcome'] as const,
    registers: [registry],
  })
  const seconds = new Histogram({
    name: 'terrane_gateway_operation_seconds',
    help: 'Time of GraphQL operations',
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
    registers: [registry],
  })
  const failures = new Counter({
    name: 'terrane_gateway_subgraph_failures_total',
    help: 'Fetches that a subgraph did not answer',
    labelNames: ['subgraph'] as const,
    registers: [registry],
  })
  new Gauge({
    name: 'terrane_gateway_products',
    help: 'Data products in the supergraph',
    aggregator: 'max',
    registers: [registry],
    collect() {
      this.set(productCount())
    },
  })
  return {
    subgraphFailed: subgraph => failures.inc({ subgraph }),
    http(app) {
      app.get('/metrics', async (_request, reply) =>
        reply.type(registry.contentType).send(await (siblings ?? registry).metrics()),
      )
    },
    graphql: {
      async requestDidStart() {
        const stop = seconds.startTimer()
        return {
          async willSendResponse({ operation, response }) {
            stop()
            const result = response.body.kind === 'single' ? response.body.singleResult : undefined
            const outcome = !result?.errors?.length ? 'answered' : result.data ? 'partial' : 'refused'
            operations.inc({ type: operation?.operation ?? 'unknown', outcome })
          },
        }
      },
    },
  }
}
