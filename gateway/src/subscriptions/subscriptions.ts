import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type DocumentNode, getOperationAST, parse } from 'graphql'
import { createHandler } from 'graphql-sse'
import { isSameOrigin } from '../authentication/same-origin.js'
import type { SignIn } from '../authentication/sign-in.js'
import { monotonicNow } from '../clock.js'
import type { Log } from '../log.js'
import { whenClosed } from '../when-closed.js'
import { Flow } from './flow.js'
import { OpenStreams } from './open-streams.js'
import { runSubscription, type SubscriptionOptions, type SubscriptionRequest } from './run-subscription.js'

/** How many checks a client may sleep through before its stream is cut. */
const CHECKS_ASLEEP = 3

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Proxies that collect answers before they hand them on (nginx) would hold events back.
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
  // Kept open afterwards for a next request it would hold up a gateway that closes.
  connection: 'close',
}

interface StreamContext {
  asked: SubscriptionRequest
  flow: Flow
}

/** Subscriptions over `/graphql`, beside questions: as event streams (GraphQL over SSE, distinct connections). */
export interface Subscriptions {
  readonly open: OpenStreams
  /** Answers the request where it is a subscription whose client takes event streams; else false, and nothing was done. */
  answer(request: FastifyRequest, reply: FastifyReply): Promise<boolean>
}

export function openSubscriptions(
  options: SubscriptionOptions & { signIn: Promise<SignIn | undefined>; log: Log },
): Subscriptions {
  const { limits, log } = options
  const open = new OpenStreams(limits)
  const handle = createHandler<FastifyRequest, StreamContext>({
    // No streams that several requests share: each would have to be held against who asks.
    authenticate: () => null,
    onSubscribe: ({ raw, context: { asked, flow } }) =>
      runSubscription(options, asked, { caller: raw.caller, callerNow: () => raw.callerNow() }, flow),
  })

  return {
    open,
    async answer(request, reply) {
      const asked = subscriptionIn(request, 20 * limits.tokens)
      if (!asked) return false
      const at = await options.signIn
      const bySession = request.caller.authenticated && request.headers.authorization === undefined
      if (bySession && at && !isSameOrigin(request, at.origin)) {
        log({ level: 'warn', message: 'Refused a stream to another origin', requestId: request.id })
        const message = 'With a session, only pages of this gateway may open a stream.'
        return refuse(reply, 403, 'CROSS_ORIGIN', message)
      }
      const flow = new Flow()
      const full = open.enter(request.caller, flow)
      if (full === 'caller') {
        const message = `You have ${limits.streamsPerCaller} streams open already: close one first.`
        return refuse(reply, 429, 'TOO_MANY_STREAMS', message)
      }
      if (full) return refuse(reply.header('retry-after', '30'), 503, 'TOO_MANY_STREAMS', 'All streams are taken now.')
      const stop = watch(reply, flow, limits)
      const started = monotonicNow()
      const said = { level: 'info', requestId: request.id, subject: request.caller.subject } as const
      const operationName = asked.operation.name?.value
      log({ ...said, message: 'Subscription opened', operationName })
      void flow.over.then(() => {
        stop()
        const milliseconds = Math.round(monotonicNow() - started)
        log({ ...said, message: 'Subscription closed', operationName, milliseconds, events: flow.events })
      })
      try {
        const [body, { status }] = await handle({
          method: request.method,
          url: request.url,
          headers: { get: name => (name === 'accept' ? 'text/event-stream' : headerOf(request, name)) },
          body: request.body as Record<string, unknown> | null,
          raw: request,
          context: { asked, flow },
        })
        if (body === null || typeof body === 'string') {
          flow.end()
          const message = 'Send the subscription as JSON: {"query": …, "variables": …}.'
          return refuse(reply, status, 'BAD_REQUEST', message)
        }
        // Also where the client has left before anything was read.
        void flow.over.then(() => body.return(undefined))
        reply.code(status).headers(HEADERS)
        reply.send(Readable.from(paced(body, flow), { objectMode: false, highWaterMark: 1 }))
        return true
      } catch (error) {
        flow.end()
        throw error
      }
    },
  }
}

/** Looks at a stream from time to time until it is over; the answer ends that. */
function watch(reply: FastifyReply, flow: Flow, limits: SubscriptionOptions['limits']): () => void {
  const began = Date.now()
  whenClosed(reply.raw, () => flow.end())
  const beat = setInterval(() => {
    if (flow.blockedMilliseconds > CHECKS_ASLEEP * limits.streamCheckMilliseconds) reply.raw.destroy()
    else if (Date.now() - began >= limits.streamMilliseconds) flow.end()
    else {
      flow.checkDue = true
      flow.stir()
    }
  }, limits.streamCheckMilliseconds)
  return () => clearInterval(beat)
}

/** Piece by piece, as the socket takes them. Where the flow is ended from here, no `complete` is said: there may be more. */
async function* paced(body: AsyncGenerator<string, void, undefined>, flow: Flow): AsyncGenerator<string> {
  try {
    for (;;) {
      const next = await Promise.race([body.next(), flow.over])
      if (!next || next.done) return
      yield next.value
      if (next.value.startsWith('event: next')) flow.taken()
    }
  } finally {
    flow.end()
  }
}

/** Undefined where it is something else, or nothing that can be read: that is told by whoever answers questions. */
function subscriptionIn(request: FastifyRequest, maxTokens: number): SubscriptionRequest | undefined {
  const accept = request.headers.accept?.toLowerCase()
  if (!accept?.includes('text/event-stream')) return undefined
  const accepted = accept.split(',').map(type => type.split(';')[0]!.trim())
  if (!accepted.includes('text/event-stream')) return undefined
  const { query, operationName, variables } = ((request.method === 'GET' ? request.query : request.body) ??
    {}) as Record<string, unknown>
  if (typeof query !== 'string') return undefined
  const document = parsed(query, maxTokens)
  const operation = document && getOperationAST(document, typeof operationName === 'string' ? operationName : undefined)
  if (operation?.operation !== 'subscription') return undefined
  return { document: document!, operation, variables: variablesIn(variables) }
}

function parsed(query: string, maxTokens: number): DocumentNode | undefined {
  try {
    return parse(query, { maxTokens })
  } catch {
    return undefined
  }
}

/** What is no map is told by the protocol's handler. */
function variablesIn(given: unknown): Record<string, unknown> | undefined {
  if (typeof given === 'object') return (given ?? undefined) as Record<string, unknown> | undefined
  if (typeof given !== 'string') return undefined
  try {
    return (JSON.parse(given) ?? undefined) as Record<string, unknown> | undefined
  } catch {
    return undefined
  }
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): true {
  reply.code(status).send({ errors: [{ message, extensions: { code } }] })
  return true
}
