import { type MetricsDoor, metricsRefusal } from '@terrane/schema/metrics'
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { Gauge, Registry } from 'prom-client'
import type { BreakerState } from '../executor/transport/breaker.js'
import { listen } from '../listen.js'
import { problemJson } from '../problem-json.js'
import { CacheMetrics } from '../telemetry/cache-metrics.js'
import { OperationMetrics } from '../telemetry/operation-metrics.js'
import { processMetrics } from '../telemetry/process-metrics.js'
import { SubgraphMetrics } from '../telemetry/subgraph-metrics.js'
import type { FetchWatch } from '../telemetry/watch.js'
import type { Siblings } from '../workers/siblings.js'
import type { Part } from './part.js'

export interface Metrics extends Part {
  caches: CacheMetrics
  /** Looks on at a fetch; so does the other, if there is one. */
  fetch(subgraph: string, other: FetchWatch | undefined): FetchWatch
  /** A request to `/graphql` that was answered, or not. */
  exchanged(request: FastifyRequest, reply: FastifyReply): void
  /** Where they are told, if at an address of their own; known once the server listens. */
  url?: string
}

export interface MetricsOptions {
  door: MetricsDoor
  /** The gateway's own. */
  host: string
  siblings?: Pick<Siblings, 'metrics' | 'counting'> | undefined
}

export interface MetricsSources {
  productCount: () => number
  breakers: () => ReadonlyMap<string, BreakerState>
}

/** `/metrics` in Prometheus' text format. Labels hold of what callers write only a bounded number of operation names. */
export function useMetrics(mesh: MetricsSources, { door, host, siblings }: MetricsOptions): Metrics {
  if (door.off) return NOT_COUNTED
  const registry = new Registry()
  const operations = new OperationMetrics(registry)
  siblings?.counting(async () => operations.forOthers(await registry.getMetricsAsJSON()))
  new Gauge({
    name: 'terrane_gateway_products',
    help: 'Data products in the supergraph',
    aggregator: 'max',
    registers: [registry],
    collect() {
      this.set(mesh.productCount())
    },
  })
  const subgraphs = new SubgraphMetrics(registry, mesh.breakers)
  const tell = async (request: FastifyRequest, reply: FastifyReply) => {
    const { headers, socket } = request
    const asked = { headers, authorization: headers.authorization, address: socket.remoteAddress }
    const refusal = metricsRefusal(door, asked, door.listen !== undefined)
    if (refusal?.status === 401) reply.header('www-authenticate', 'Bearer')
    if (refusal) return problemJson(reply, refusal.status, refusal.title)
    const text = `${await (siblings ?? registry).metrics()}\n${await processMetrics()}`
    return reply.type(registry.contentType).send(text)
  }
  const metrics: Metrics = {
    caches: new CacheMetrics(registry),
    fetch: (subgraph, other) => subgraphs.fetch(subgraph, other),
    exchanged: (request, reply) =>
      operations.exchanged(
        Number(request.headers['content-length'] ?? 0),
        Number(reply.getHeader('content-length') ?? 0),
      ),
    async http(app) {
      if (door.listen) {
        const own = Fastify({ forceCloseConnections: true })
        own.get('/metrics', tell)
        metrics.url = await listen(own, door.listen.host ?? host, door.listen.listenPort)
        app.addHook('onClose', () => own.close())
      } else {
        app.get('/metrics', tell)
      }
    },
    observer: operations,
  }
  return metrics
}

const UNWATCHED: FetchWatch = { end: () => undefined }
const NOT_COUNTED: Metrics = {
  caches: new CacheMetrics(new Registry()),
  fetch: (_, other) => other ?? UNWATCHED,
  exchanged: () => undefined,
}
