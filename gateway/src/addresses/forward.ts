import { Readable, Transform } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { IDENTITY_HEADER } from '@terrane/schema/identity/signed-identity'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ProductEndpoint } from '../gateway.js'
import { whenClosed } from '../when-closed.js'

/** RFC 9110 §7.6.1, and what concerns gateway and caller alone. What a caller says about identity never gets through. */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'host',
  'content-length',
  'accept-encoding',
  'authorization',
  'cookie',
  'set-cookie',
  IDENTITY_HEADER,
])

/** What a browser takes for the word of the whole origin, sign-in and marketplace included: not for one product to say. */
const OF_THE_ORIGIN = new Set([
  'alt-svc',
  'clear-site-data',
  'nel',
  'origin-agent-cluster',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'strict-transport-security',
])

export interface Forwarded {
  status: number
  body: ReadableStream | null
  /** `stands`: asked before each event of a stream that never ends by itself; where it does not, the stream ends. */
  send(stands: () => Promise<boolean>): FastifyReply
}

/** Hands a request to a product and its answer to the caller, both streamed. Throws where the product does not answer. */
export async function forward(
  request: FastifyRequest,
  reply: FastifyReply,
  endpoint: ProductEndpoint,
  options: { path: string; identity: string; bodyBytes?: number },
): Promise<Forwarded> {
  const gone = new AbortController()
  whenClosed(reply.raw, () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  const headers = new Headers({ 'accept-encoding': 'identity', [IDENTITY_HEADER]: options.identity })
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined && !NOT_FORWARDED.has(name)) headers.set(name, String(value))
  for (const [name, value] of Object.entries(request.traced?.headers ?? {})) headers.set(name, value)

  const body = request.body instanceof Readable ? limited(request.body, options.bodyBytes) : undefined
  const response = await endpoint
    .fetch(
      new Request(`http://${endpoint.name}${options.path}`, {
        method: request.method,
        headers,
        redirect: 'manual',
        signal: gone.signal,
        ...(body ? { body: Readable.toWeb(body) as never, duplex: 'half' } : {}),
      }),
    )
    .catch((error: unknown) => {
      throw body?.errored ?? error
    })
  return {
    status: response.status,
    body: response.body as ReadableStream | null,
    send(stands) {
      for (const [name, value] of response.headers) {
        // Node's fetch has decoded the body already, so what the product said of its coding and length is not true here.
        const decoded = response.headers.has('content-encoding') && /^content-(encoding|length)$/.test(name)
        if (decoded || (name !== 'content-length' && NOT_FORWARDED.has(name)) || OF_THE_ORIGIN.has(name)) continue
        // Between gateway and product the identity decides; for whoever keeps answers out there it is the token.
        reply.header(name, name === 'vary' ? value.replace(IDENTITY_HEADER, 'authorization') : value)
      }
      reply.code(response.status)
      if (!response.body) return reply.send()
      const body = Readable.fromWeb(response.body as ReadableStream)
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
      return reply.send(isStream ? Readable.from(whileStanding(body, stands), { objectMode: false }) : body)
    },
  }
}

async function* whileStanding(body: Readable, stands: () => Promise<boolean>) {
  for await (const piece of body) {
    if (!(await stands())) return
    yield piece
  }
}

class BodyTooLarge extends Error {
  override name = 'BodyTooLarge'
}

function limited(body: Readable, bytes: number | undefined): Readable {
  if (bytes === undefined) return body
  let seen = 0
  return body.pipe(
    new Transform({
      transform(piece: Buffer, _encoding, done) {
        seen += piece.length
        if (seen > bytes) done(new BodyTooLarge(`more than ${bytes} bytes`))
        else done(null, piece)
      },
    }),
  )
}
