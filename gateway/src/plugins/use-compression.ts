import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { negotiate } from '@fastify/accept-negotiator'
import fastifyCompress from '@fastify/compress'
import type { FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify'
import { type Compress, type Encoding, keptForm } from '../executor/caching/kept-forms.js'
import type { Part } from './part.js'

/** Below it a compressed answer is hardly shorter, and often longer. */
const LEAST_BYTES = 1024
/** Up to here compressed at once, which takes a fraction of a millisecond; beyond it piece by piece in other threads. */
const BYTES_AT_ONCE = 65_536
/** On 100 kB of rows: two thirds of the time of gzip's default level, and shorter. */
const BROTLI_QUALITY = 1
const GZIP_LEVEL = 4
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }
const GZIP = { level: GZIP_LEVEL }
/** By preference. */
const ENCODINGS: Encoding[] = ['br', 'gzip']

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
      // Before the one that compresses, which leaves alone what is.
      app.addHook('onSend', asKept)
      await app.register(fastifyCompress, {
        encodings: ENCODINGS,
        threshold: LEAST_BYTES,
        syncThreshold: BYTES_AT_ONCE,
        customTypes: COMPRESSIBLE,
        brotliOptions: BROTLI,
        zlibOptions: GZIP,
        // A request that unpacks to more than it may have would pass by the limit of bodies.
        globalDecompression: false,
      })
      // After the one that compresses, which is the last of them by now.
      app.addHook('onRoute', route => {
        if (route.compress === false) return
        const hooks = [route.onSend ?? []].flat()
        const compresses = hooks.pop()
        route.onSend = [...hooks, ...(compresses ? [whereWorthIt(compresses)] : []), labelled]
      })
    },
  }
}

/** It looks at a dozen things, Fetch's classes among them, before it finds that nobody accepts it, or that it is too short. */
function whereWorthIt(compresses: onSendHookHandler): onSendHookHandler {
  return function (request, reply, payload, done) {
    const short =
      typeof payload === 'string' && payload.length < LEAST_BYTES && Buffer.byteLength(payload) < LEAST_BYTES
    if (short || request.headers['accept-encoding'] === undefined) return done(null, payload)
    return compresses.call(this, request, reply, payload, done)
  }
}

/** A kept answer is compressed once, and not for everybody who is given it. */
function asKept(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error: Error | null, payload?: unknown) => void,
) {
  const encoding = Buffer.isBuffer(payload) ? acceptedIn(headers) : null
  const form = encoding && keptForm(payload, encoding, COMPRESS)
  if (!form) return done(null, payload)
  form.then(compressed => {
    reply.headers({ 'content-encoding': encoding, 'content-length': compressed.length })
    done(null, compressed)
  }, done)
}

/** The encoding in which an answer is sent, if it is one to compress. */
function acceptedIn(headers: FastifyRequest['headers']): Encoding | null {
  const accepted = headers['accept-encoding']
  if (accepted === undefined || headers['x-no-compression'] !== undefined) return null
  // As the one that compresses reads it.
  return negotiate(
    accepted
      .toLowerCase()
      .replace('x-gzip', 'gzip')
      .replace(/^\s*\*\s*$/, 'gzip'),
    ENCODINGS,
  )
}

const [asBrotli, asGzip] = [promisify(brotliCompress), promisify(gzip)]
const COMPRESS: Compress = (encoding, body) => (encoding === 'br' ? asBrotli(body, BROTLI) : asGzip(body, GZIP))

/**
 * Whoever keeps an answer must know that it has several forms, also where this one is not compressed; and what names the
 * bytes of one form (a strong tag) is not true of the other (RFC 9110 §8.8.3.3).
 */
function labelled(request: FastifyRequest, reply: FastifyReply, payload: unknown, done: (e: null, p: unknown) => void) {
  const tag = reply.getHeader('etag')
  if (tag === undefined && request.method !== 'HEAD') return done(null, payload)
  const compressible = COMPRESSIBLE.test(String(reply.getHeader('content-type') ?? 'application/json'))
  if (compressible && request.method === 'HEAD') tellOfGet(request, reply)
  if (typeof tag === 'string' && compressible) {
    const vary = String(reply.getHeader('vary') ?? '')
    if (!/\baccept-encoding\b/i.test(vary)) reply.header('vary', vary ? `${vary}, accept-encoding` : 'accept-encoding')
    if (reply.hasHeader('content-encoding') && !tag.startsWith('W/')) reply.header('etag', `W/${tag}`)
  }
  done(null, payload)
}

/** What GET would be answered in. How long that is only compressing would tell, and so HEAD does not. */
function tellOfGet({ headers }: FastifyRequest, reply: FastifyReply): void {
  if (reply.statusCode !== 200 || reply.hasHeader('content-encoding')) return
  const bytes = reply.getHeader('content-length')
  const encoding = bytes === undefined || Number(bytes) >= LEAST_BYTES ? acceptedIn(headers) : null
  if (encoding) reply.header('content-encoding', encoding).removeHeader('content-length')
}
