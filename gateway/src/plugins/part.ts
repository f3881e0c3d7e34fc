import type { ApolloServerPlugin } from '@apollo/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Operation } from '../executor/operation.js'
import type { Observer } from '../telemetry/observation.js'

/**
 * One part of the server: it may stand before Apollo (`http`), inside it (`graphql`), or look on at every operation
 * whichever way it is answered (`observer`). The order in `server.ts` is the order in which they see a request.
 */
export interface Part {
  http?: (app: FastifyInstance) => void | Promise<void>
  /** Of every request, before anything else is done about it. */
  arrives?: (request: FastifyRequest, reply: FastifyReply) => void
  /** Of every answer, before its headers are written and its body is compressed. */
  leaves?: (request: FastifyRequest, reply: FastifyReply) => void
  graphql?: ApolloServerPlugin<Operation>
  observer?: Observer
}

/**
 * Lets them stand before Apollo. What they do about every request and every answer is one hook each: with one of Fastify's
 * for each of them a small question took 0.8 % more.
 */
export async function assemble(app: FastifyInstance, parts: readonly Part[]): Promise<void> {
  const arriving = parts.flatMap(part => part.arrives ?? [])
  const leaving = parts.flatMap(part => part.leaves ?? [])
  app.addHook('onRequest', (request, reply, done) => {
    for (const arrives of arriving) arrives(request, reply)
    done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    for (const leaves of leaving) leaves(request, reply)
    done(null, payload)
  })
  for (const part of parts) await part.http?.(app)
}
