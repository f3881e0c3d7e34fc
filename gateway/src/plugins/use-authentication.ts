import { type Caller, VISITOR } from '@terrane/schema'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Authenticator } from '../authentication/authenticator.js'
import type { Log } from '../log.js'
import { problemJson } from '../problem-json.js'
import type { Part } from './part.js'

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
  }
  interface FastifyContextConfig {
    /** Set on routes that ask who asks; how they refuse: as GraphQL says it, or as a problem (RFC 9457). */
    authenticate?: 'graphql' | 'problem'
  }
}

/** Says who asks, on the routes that want to know. A bad token is refused, never taken for a visitor. */
export function useAuthentication(authenticator: Promise<Authenticator>, log: Log): Part {
  return {
    http(app) {
      app.decorateRequest('caller', null as never)
      app.addHook('onRequest', async (request, reply) => {
        request.caller = VISITOR
        const { authenticate } = request.routeOptions.config
        if (authenticate === undefined) return
        const result = await (await authenticator).authenticate(request.headers.authorization)
        if ('caller' in result) {
          request.caller = result.caller
          return
        }
        log({ level: 'warn', message: 'Token refused', requestId: request.id, reason: result.reason })
        if (result.refused === 'invalid') {
          reply.header('www-authenticate', 'Bearer error="invalid_token"')
          return refuse(request, reply, 401, 'UNAUTHENTICATED', 'The token is not valid: sign in again.')
        }
        return refuse(request, reply, 503, 'AUTHENTICATION_UNAVAILABLE', 'The identity provider cannot be asked now.')
      })
    },
  }
}

function refuse(request: FastifyRequest, reply: FastifyReply, status: number, code: string, message: string) {
  if (request.routeOptions.config.authenticate === 'problem') return problemJson(reply, status, message, { code })
  return reply.code(status).send({ errors: [{ message, extensions: { code } }] })
}
