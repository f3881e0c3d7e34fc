import { VISITOR } from '@terrane/schema/authorisation'
import type { Operation } from '../executor/operation.js'
import type { Part } from './part.js'

/**
 * Tells clients how long an answer is good: until they ask again, which costs them nothing where it is still the same. Only
 * answers that publications settle have a tag; a visitor's may be kept by proxies on the way, everybody else's by himself.
 */
export function useCaching(): Part {
  return {
    http(app) {
      app.addHook('onSend', (request, reply, payload, done) => {
        if (request.method !== 'GET' || request.routeOptions.url !== '/graphql') return done(null, payload)
        const tag = reply.getHeader('etag')
        if (typeof tag !== 'string') return done(null, payload)
        if (reply.statusCode !== 200 || !isAmong(tag, request.headers['if-none-match'])) return done(null, payload)
        reply.code(304).removeHeader('content-length')
        done(null, '')
      })
    },
    graphql: {
      async requestDidStart({ contextValue }) {
        return {
          async willSendResponse({ response }) {
            for (const [name, value] of cachingHeaders(contextValue)) response.http.headers.set(name, value)
          },
        }
      },
    },
  }
}

/** Of an answer that is kept. */
export function cachingHeaders({ kept, caller }: Operation): [name: string, value: string][] {
  if (!kept) return []
  return [
    ['cache-control', caller === VISITOR ? 'public, no-cache' : 'private, no-cache'],
    // What another gateway has answered is as old as its clock says, which may be ahead; there is no age below 0.
    ['age', String(Math.max(0, Math.floor((Date.now() - kept.at) / 1000)))],
    ['etag', `W/"${kept.etag}"`],
    ['vary', 'accept, authorization, cookie'],
  ]
}

/** By weak comparison (RFC 9110, 8.8.3.2). */
function isAmong(tag: string, given: string | undefined): boolean {
  if (given === undefined) return false
  const opaque = (text: string) => text.trim().replace(/^W\//, '')
  return given.trim() === '*' || given.split(',').some(one => opaque(one) === opaque(tag))
}
