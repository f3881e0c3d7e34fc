import { type Caller, VISITOR } from '@terrane/schema/authorisation'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Authenticator } from '../authentication/authenticator.js'
import { isSameOrigin, mayChange } from '../authentication/same-origin.js'
import type { SignIn } from '../authentication/sign-in.js'
import type { Log } from '../log.js'
import { problemJson } from '../problem-json.js'
import type { Part } from './part.js'

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
    /** Who asks, found out anew, for answers that go on for long: undefined once the token or session is over. */
    callerNow(): Promise<Caller | undefined>
  }
  interface FastifyContextConfig {
    /** Set on routes that ask who asks; how they refuse: as GraphQL says it, or as a problem (RFC 9457). */
    authenticate?: 'graphql' | 'problem'
  }
}

/**
 * Says who asks, on the routes that want to know: by a bearer token, else by the session of who has signed in. A bad token
 * is refused, never taken for a visitor; a session that has ended is none. What a session changes must come from a page of
 * this gateway.
 */
export function useAuthentication(
  authenticator: Promise<Authenticator>,
  signIn: Promise<SignIn | undefined>,
  log: Log,
): Part {
  const byToken = async (request: FastifyRequest, reply: FastifyReply) => {
    const result = await (await authenticator).authenticate(request.headers.authorization)
    if ('caller' in result) {
      request.caller = result.caller
      return
    }
    log({ level: 'warn', message: 'Token refused', requestId: request.id, reason: result.reason })
    if (result.refused === 'unavailable') return unavailable(request, reply)
    reply.header('www-authenticate', 'Bearer error="invalid_token"')
    return refuse(request, reply, 401, 'UNAUTHENTICATED', 'The token is not valid: sign in again.')
  }
  const bySession = async (request: FastifyRequest, reply: FastifyReply) => {
    const at = await signIn
    const id = at?.cookie.in(request.headers.cookie)
    if (!at || id === undefined) return
    const found = await at.sessions.recognise(id)
    if ('ended' in found) {
      reply.header('set-cookie', at.cookie.clear())
      return
    }
    if ('unavailable' in found) {
      log({ level: 'warn', message: 'Session refused', requestId: request.id, reason: found.unavailable })
      return unavailable(request, reply)
    }
    if (mayChange(request) && !isSameOrigin(request, at.origin)) {
      log({ level: 'warn', message: 'Refused a request of another origin', requestId: request.id })
      return refuse(request, reply, 403, 'CROSS_ORIGIN', 'With a session, only pages of this gateway may ask this.')
    }
    request.caller = found.session.caller
  }
  const callerNow = async ({ headers }: FastifyRequest): Promise<Caller | undefined> => {
    if (headers.authorization !== undefined) {
      const result = await (await authenticator).authenticate(headers.authorization)
      return 'caller' in result ? result.caller : undefined
    }
    const at = await signIn
    const id = at?.cookie.in(headers.cookie)
    if (!at || id === undefined) return VISITOR
    const found = await at.sessions.recognise(id)
    return 'session' in found ? found.session.caller : undefined
  }
  let ready: Authenticator | undefined
  authenticator.then(
    one => {
      ready = one
    },
    () => {},
  )
  return {
    http(app) {
      app.decorateRequest('caller', null as never)
      app.decorateRequest('callerNow', function (this: FastifyRequest) {
        return callerNow(this)
      })
      app.addHook('onRequest', (request, reply, done) => {
        request.caller = VISITOR
        if (request.routeOptions.config.authenticate === undefined) return done()
        const { authorization, cookie } = request.headers
        if (authorization === undefined && cookie === undefined) return done()
        const known = authorization === undefined ? undefined : ready?.remembered(authorization)
        if (known) {
          request.caller = known
          return done()
        }
        const recognise = authorization === undefined ? bySession : byToken
        recognise(request, reply).then(() => reply.sent || done(), done)
      })
    },
    // Whoever keeps answers must not hand one person's to another who signs in at the same browser.
    leaves(request, reply) {
      if (request.routeOptions.config.authenticate !== undefined) reply.header('vary', varying(reply.getHeader('vary')))
    },
  }
}

/** `vary` with what tells people apart. */
function varying(own: number | string | string[] | undefined): string {
  if (own === undefined) return 'authorization, cookie'
  const names = String(own)
    .split(/[\s,]+/)
    .filter(Boolean)
  return [...new Set([...names, 'authorization', 'cookie'])].join(', ')
}

function unavailable(request: FastifyRequest, reply: FastifyReply) {
  return refuse(request, reply, 503, 'AUTHENTICATION_UNAVAILABLE', 'The identity provider cannot be asked now.')
}

function refuse(request: FastifyRequest, reply: FastifyReply, status: number, code: string, message: string) {
  if (request.routeOptions.config.authenticate === 'problem') return problemJson(reply, status, message, { code })
  return reply.code(status).send({ errors: [{ message, extensions: { code } }] })
}
