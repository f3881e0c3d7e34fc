import type { ApolloServer } from '@apollo/server'
import { fastifyApolloHandler } from '@as-integrations/fastify'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { GraphQLError } from 'graphql'
import type { DirectAnswers } from '../answering/direct-answers.js'
import { directQuestion } from '../answering/direct-question.js'
import type { KnownDocuments } from '../answering/known-documents.js'
import { EXPLAIN_HEADER, explainRequest } from '../executor/explain/explain-request.js'
import { Timings } from '../executor/explain/timings.js'
import type { Operation } from '../executor/operation.js'
import { OperationTime } from '../executor/operation-time.js'
import { PublicationPins } from '../executor/publication-pins.js'
import type { GatewayLimits } from '../gateway.js'
import type { Log } from '../log.js'
import type { Subscriptions } from '../subscriptions/subscriptions.js'
import { together } from '../telemetry/watch.js'
import { whenClosed } from '../when-closed.js'
import { readVariablesExactly } from './exact-variables.js'
import type { Part } from './part.js'

export interface GraphqlOptions {
  apollo: ApolloServer<Operation>
  documents: KnownDocuments
  direct: DirectAnswers
  subscriptions: Subscriptions
  limits: GatewayLimits
  log: Log
  /** Told of every operation whose client was answered, or has gone. */
  exchanged: (request: FastifyRequest, reply: FastifyReply) => void
}

/**
 * `/graphql`. Whatever goes wrong, the answer is JSON with `errors`. Apollo Server answers what is met for the first time
 * and all that is unusual; an ordinary question of a document that is known goes to the executor directly.
 */
export function useGraphql({ apollo, documents, direct, subscriptions, limits, log, exchanged }: GraphqlOptions): Part {
  return {
    async http(app) {
      const watch = (operation: Operation, time: OperationTime, request: FastifyRequest, reply: FastifyReply) =>
        whenClosed(reply.raw, () => {
          const answered = reply.raw.writableFinished
          time.end(answered)
          if (!answered) operation.observation?.abandon()
          exchanged(request, reply)
        })
      const throughApollo = fastifyApolloHandler(apollo, {
        context: async (request, reply) => {
          const time = new OperationTime()
          time.begin(limits.timeMilliseconds)
          const operation = operationOf(request, time, limits.timeMilliseconds)
          watch(operation, time, request, reply)
          return operation
        },
      })
      // Streams never end by themselves.
      app.addHook('preClose', async () => subscriptions.open.close())
      await app.register(async route => {
        readVariablesExactly(route)
        route.setErrorHandler((error: FastifyError, request, reply) => {
          const status = error.statusCode ?? 500
          if (status >= 500) log({ level: 'error', message: error.message, requestId: request.id, stack: error.stack })
          const message = status >= 500 ? 'The gateway could not handle the request.' : error.message
          return reply.code(status).send({ errors: [{ message, extensions: { code: codeOf(status) } }] })
        })
        route.route({
          method: ['GET', 'POST'],
          url: '/graphql',
          config: { authenticate: 'graphql' },
          handler(request, reply) {
            // None is a subscription: their documents are not among the known.
            const question = directQuestion(request, documents)
            if (question) {
              const time = new OperationTime()
              // Nothing is run for who has gone while it was found out who he is.
              if (reply.raw.destroyed) time.end(false)
              const operation = operationOf(request, time, limits.timeMilliseconds)
              const answer = direct.answer(question, operation, reply)
              // What is kept was answered by now, and nobody waits for it.
              if (answer instanceof Promise) time.begin(limits.timeMilliseconds)
              watch(operation, time, request, reply)
              return answer
            }
            return subscriptions
              .answer(request, reply)
              .then(answered => (answered ? reply : throughApollo.call(this, request, reply)))
          },
        })
      })
    },
  }
}

const UNTRACED = { trace: undefined, headers: undefined }

function operationOf(request: FastifyRequest, time: OperationTime, timeMilliseconds: number): Operation {
  const explain = explainRequest(request.headers[EXPLAIN_HEADER]?.toString())
  const timings = explain instanceof GraphQLError || !explain?.has('timings') ? undefined : new Timings()
  const { trace, headers: traceHeaders } = request.traced ?? UNTRACED
  // All of it at once: one that grows has a shape for each way in which it does, and is copied for every fetch.
  return {
    requestId: request.id,
    caller: request.caller,
    signal: time.signal,
    fetchSignal: time.fetchSignal,
    timeMilliseconds,
    decisions: new Map(),
    denied: new Map(),
    pins: new PublicationPins(),
    repeats: undefined,
    fetches: undefined,
    kept: undefined,
    explain,
    timings,
    trace,
    traceHeaders,
    watch: together(trace, timings),
    observation: undefined,
    fetch: undefined,
  }
}

function codeOf(status: number): string {
  if (status === 413) return 'REQUEST_TOO_LARGE'
  return status >= 500 ? 'INTERNAL_SERVER_ERROR' : 'BAD_REQUEST'
}
