import type { FastifyRequest } from 'fastify'
import type { TracedRequest, Tracing } from '../telemetry/tracing.js'
import type { Part } from './part.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined where nobody traces, and on routes that nobody asks a trace of. */
    traced: TracedRequest | undefined
  }
}

/** What is asked every few seconds by machines, or once per page for its assets. */
const UNTRACED = /^\/(healthz|readyz|metrics|assets\/.*|favicon.*)?$/

/** A span per request, and of an operation its parsing. Without a tracing SDK there is nothing here. */
export function useTracing(tracing: Tracing | undefined): Part {
  if (!tracing) return {}
  return {
    http(app) {
      app.decorateRequest('traced', undefined)
    },
    arrives(request, reply) {
      const route = tracedRoute(request)
      if (route === undefined) return
      request.traced = tracing.request(request.method, route, request.headers)
      const { trace } = request.traced
      if (trace) reply.raw.once('close', () => trace.end(reply.raw.writableFinished ? reply.statusCode : undefined))
    },
    graphql: {
      async requestDidStart({ contextValue: { trace } }) {
        if (!trace) return
        return {
          async parsingDidStart() {
            const parsed = trace.phase('parse')
            return async () => parsed()
          },
          async didResolveOperation({ operation, operationName }) {
            if (operation) trace.operation(operation.operation, operationName)
          },
        }
      },
    },
  }
}

/** Undefined where nobody asks a trace of it. Fastify makes an object of all that it knows of a route at every look. */
function tracedRoute(request: FastifyRequest): string | undefined {
  if (request.raw.url === OPERATIONS) return OPERATIONS
  const { url } = request.routeOptions
  return url === undefined || UNTRACED.test(url) ? undefined : url
}

/** Most requests by far, as they were declared and as they come. */
const OPERATIONS = '/graphql'
