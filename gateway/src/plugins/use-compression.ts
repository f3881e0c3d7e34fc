import { constants } from 'node:zlib'
import fastifyCompress from '@fastify/compress'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Part } from './part.js'

/** Below it a compressed answer is hardly shorter, and often longer. */
const LEAST_BYTES = 1024
/** Up to here compressed at once, which takes a fraction of a millisecond; beyond it piece by piece in other threads. */
const BYTES_AT_ONCE = 65_536
/** On 100 kB of rows: two thirds of the time of gzip's default level, and shorter. */
const BROTLI_QUALITY = 1
const GZIP_LEVEL = 4

/** Texts, but no streams of events: those are to arrive as they happen. Files of columns are compressed in themselves. */
const COMPRESSIBLE =
  /^(text\/(?!event-stream)|application\/(.+\+)?(json|yaml|xml|x-ndjson|javascript)\b|image\/svg\+xml\b)/i

/** Where secrets are handed out, or what somebody else wrote into an address is shown beside them (BREACH). */
const WITH_SECRETS = /^\/(auth|oidc|demo)(\/|$)/
/** Asked every few seconds by machines nearby. */
const OF_MACHINES = /^\/(healthz|readyz|metrics)$/

/** Answers are compressed for who accepts it. Must stand before all parts whose answers it is to compress. */
export function useCompression(on = true): Part {
  if (!on) return {}
  return {
    async http(app) {
      app.addHook('onRoute', route => {
        if (WITH_SECRETS.test(route.url) || OF_MACHINES.test(route.url)) route.compress = false
      })
      await app.register(fastifyCompress, {
        encodings: ['br', 'gzip'],
        threshold: LEAST_BYTES,
        syncThreshold: BYTES_AT_ONCE,
        customTypes: COMPRESSIBLE,
        brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } },
        zlibOptions: { level: GZIP_LEVEL },
        // A request that unpacks to more than it may have would pass by the limit of bodies.
        globalDecompression: false,
      })
      // After the one that compresses.
      app.addHook('onRoute', route => {
        if (route.compress === false) return
        route.onSend = [...[route.onSend ?? []].flat(), labelled]
      })
    },
  }
}

/**
 * Whoever keeps an answer must know that it has several forms, also where this one is not compressed; and what names the
 * bytes of one form (a strong tag) is not true of the other (RFC 9110 §8.8.3.3).
 */
function labelled(
  _request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (e: null, p: unknown) => void,
) {
  const tag = reply.getHeader('etag')
  if (typeof tag === 'string' && COMPRESSIBLE.test(String(reply.getHeader('content-type') ?? 'application/json'))) {
    const vary = String(reply.getHeader('vary') ?? '')
    if (!/\baccept-encoding\b/i.test(vary)) reply.header('vary', vary ? `${vary}, accept-encoding` : 'accept-encoding')
    if (reply.hasHeader('content-encoding') && !tag.startsWith('W/')) reply.header('etag', `W/${tag}`)
  }
  done(null, payload)
}
