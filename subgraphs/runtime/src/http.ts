import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { type MetricsDoor, metricsRefusal } from '@terrane/schema'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import type { DataProduct } from './data-product-options.js'
import { notFound, problemResponse } from './output-ports/problem-response.js'

export interface ServeOptions {
  /** 0 takes a free one. */
  listenPort: number
  /** Default 127.0.0.1: a product on its own serves its neighbours only where it is told to. */
  host?: string
  /** Whether answers are compressed for who accepts it. Default true. */
  compression?: boolean
  /** Who is told its metrics. Default: who asks from this machine. */
  metrics?: MetricsDoor
}

export interface ServedDataProduct {
  readonly url: string
  /** Where its metrics are told, if at an address of their own. */
  readonly metricsUrl?: string
  /** Takes no new requests and lets those under way end. The product stays open: who opened it closes it. */
  close(): Promise<void>
}

type Answer = (request: Request, asked: HttpBindings) => Response | Promise<Response>

/** Longest that a request under way holds up closing. */
const GRACE_MILLISECONDS = 5000
const METRICS = '/metrics'

/** Serves a product by itself. Rejects where an address is taken. */
export async function serveDataProduct(product: DataProduct, options: ServeOptions): Promise<ServedDataProduct> {
  const { listenPort, host = '127.0.0.1', metrics: door = {}, compression = true } = options
  const squeezed = compressing(product)
  const { listen } = door
  const isOfMetrics = (request: Request) => new URL(request.url).pathname === METRICS
  const metrics: Answer = (request, { incoming }) => {
    const { headers, socket } = incoming
    const asked = { headers, authorization: headers.authorization, address: socket.remoteAddress }
    const refusal = metricsRefusal(door, asked, listen !== undefined)
    if (!refusal) return product.fetch(request)
    const challenge: Record<string, string> = refusal.status === 401 ? { 'www-authenticate': 'Bearer' } : {}
    return problemResponse(refusal.status, refusal.title, {}, challenge)
  }
  const answer: Answer = (request, asked) => {
    // Gateways ask for nothing compressed unless they are told to: theirs are not held up.
    if (!isOfMetrics(request))
      return compression && request.headers.has('accept-encoding') ? squeezed(request) : product.fetch(request)
    return door.off || listen ? notFound() : metrics(request, asked)
  }
  const served = await open(answer, host, listenPort)
  if (door.off || !listen) return served
  const ownAnswer: Answer = (request, asked) => (isOfMetrics(request) ? metrics(request, asked) : notFound())
  const own = await open(ownAnswer, listen.host ?? host, listen.listenPort).catch(async error => {
    await served.close()
    throw error
  })
  return {
    url: served.url,
    metricsUrl: own.url + METRICS,
    close: async () => void (await Promise.all([served.close(), own.close()])),
  }
}

/** Not short answers that say their length, nor streams of events, which are to arrive as they happen. */
function compressing(product: DataProduct): (request: Request) => Response | Promise<Response> {
  const app = new Hono()
  app.use(compress())
  app.all('*', context => product.fetch(context.req.raw))
  return request => app.fetch(request)
}

async function open(answer: Answer, host: string, listenPort: number): Promise<ServedDataProduct> {
  const server = createAdaptorServer({ fetch: answer as never, hostname: host }) as Server
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(listenPort, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeIdleConnections()
      const cut = setTimeout(() => server.closeAllConnections(), GRACE_MILLISECONDS)
      await closed
      clearTimeout(cut)
    },
  }
}
