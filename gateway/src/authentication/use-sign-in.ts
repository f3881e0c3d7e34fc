import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../log.js'
import type { Part } from '../plugins/part.js'
import { problemJson } from '../problem-json.js'
import { type Attempt, SignInRefused } from './open-id-client.js'
import { isPersona } from './personas.js'
import { returnToOf } from './return-to.js'
import { isSameOrigin } from './same-origin.js'
import { seal, unseal } from './sealed.js'
import { CALLBACK_PATH, type SignIn } from './sign-in.js'
import { messagePage, PAGE_HEADERS } from './sign-in-page.js'

/** How long people may take at the provider. */
const ATTEMPT_SECONDS = 600

interface UnderWay extends Attempt {
  returnTo: string
  /** Epoch milliseconds. */
  until: number
}

/**
 * `GET /auth/login?returnTo=/path`, `GET /auth/callback`, `POST /auth/logout`, `GET /auth/session`. `signIn` resolves once
 * the gateway knows where it is served; undefined where there is nobody to sign in at.
 */
export function useSignIn(signIn: Promise<SignIn | undefined>, log: Log): Part {
  return {
    http(app) {
      app.get('/auth/login', async (request, reply) => login(request, reply, await signIn, log))
      app.get(CALLBACK_PATH, async (request, reply) => callback(request, reply, await signIn, log))
      app.get('/auth/session', async (request, reply) => session(request, reply, await signIn))
      app.post('/auth/logout', async (request, reply) => logout(request, reply, await signIn, log))
    },
  }
}

async function login(request: FastifyRequest, reply: FastifyReply, signIn: SignIn | undefined, log: Log) {
  if (!signIn) return problemJson(reply, 404, 'Nobody can sign in here: no OpenID provider is configured for it.')
  const { returnTo, persona } = request.query as { returnTo?: unknown; persona?: unknown }
  // The provider sends people back to one address, and a cookie of another would not come along.
  if (!signIn.configured && request.headers.host !== new URL(signIn.origin).host && isLoopback(request.hostname))
    return reply.redirect(signIn.origin + request.url)
  try {
    const chosen = signIn.demo && typeof persona === 'string' && isPersona(persona) ? { login_hint: persona } : {}
    // Changing between personas is what the demo is for.
    const { url, attempt } = await signIn.client.begin({ ...chosen, ...(signIn.demo ? { prompt: 'login' } : {}) })
    const underWay: UnderWay = {
      ...attempt,
      returnTo: returnToOf(returnTo, signIn.origin),
      until: Date.now() + ATTEMPT_SECONDS * 1000,
    }
    return reply
      .header('set-cookie', signIn.attemptCookie.set(seal(signIn.attemptKey, underWay), ATTEMPT_SECONDS))
      .header('cache-control', 'no-store')
      .redirect(url.href, 303)
  } catch (error) {
    log({ level: 'error', message: 'The OpenID provider does not answer', reason: (error as Error).message })
    return told(reply, 503, 'The OpenID provider does not answer', 'Nobody can sign in now. Try again in a moment.')
  }
}

async function callback(request: FastifyRequest, reply: FastifyReply, signIn: SignIn | undefined, log: Log) {
  if (!signIn) return problemJson(reply, 404, 'Nobody can sign in here: no OpenID provider is configured for it.')
  const sealed = signIn.attemptCookie.in(request.headers.cookie)
  reply.header('set-cookie', signIn.attemptCookie.clear()).header('cache-control', 'no-store')
  const attempt = sealed === undefined ? undefined : unseal<UnderWay>(signIn.attemptKey, sealed)
  if (!attempt || attempt.until <= Date.now())
    return told(reply, 400, 'This sign-in was not begun here', 'Or it took too long. Begin again.')
  try {
    const { search } = new URL(request.url, signIn.origin)
    const begun = await signIn.sessions.begin(await signIn.client.finish(search, attempt))
    // Whoever had a session before has another now: an id that somebody else may know is never signed in.
    const before = signIn.cookie.in(request.headers.cookie)
    if (before !== undefined) await signIn.sessions.end(before)
    const seconds = begun ? (begun.session.endsAt - Date.now()) / 1000 : 0
    return reply
      .header('set-cookie', begun ? signIn.cookie.set(begun.id, seconds) : signIn.cookie.clear())
      .redirect(returnToOf(attempt.returnTo, signIn.origin), 303)
  } catch (error) {
    const refused = error instanceof SignInRefused
    const reason = (error as Error).message
    log({ level: refused ? 'warn' : 'error', message: 'Sign-in refused', requestId: request.id, reason })
    return refused
      ? told(reply, 400, 'You are not signed in', 'The OpenID provider did not confirm who you are. Begin again.')
      : told(reply, 503, 'The OpenID provider does not answer', 'Nobody can sign in now. Try again in a moment.')
  }
}

async function session(request: FastifyRequest, reply: FastifyReply, signIn: SignIn | undefined) {
  reply.header('cache-control', 'no-store').header('vary', 'cookie')
  const available = { signInAvailable: signIn !== undefined, demo: signIn?.demo ?? false }
  const id = signIn?.cookie.in(request.headers.cookie)
  const found = id === undefined ? undefined : await signIn!.sessions.recognise(id)
  if (found === undefined || !('session' in found)) {
    if (found && 'ended' in found) reply.header('set-cookie', signIn!.cookie.clear())
    return { signedIn: false, ...available }
  }
  const { caller, endsAt } = found.session
  const { subject, name, roles } = caller
  return {
    signedIn: true,
    ...available,
    ...{ subject, roles, expiresAt: new Date(endsAt).toISOString() },
    ...(name === undefined ? {} : { name }),
  }
}

async function logout(request: FastifyRequest, reply: FastifyReply, signIn: SignIn | undefined, log: Log) {
  if (!signIn) return {}
  if (!isSameOrigin(request, signIn.origin))
    return problemJson(reply, 403, 'Only a page of this gateway can sign you out.', { code: 'CROSS_ORIGIN' })
  reply.header('set-cookie', signIn.cookie.clear()).header('cache-control', 'no-store')
  const id = signIn.cookie.in(request.headers.cookie)
  const ended = id === undefined ? undefined : await signIn.sessions.end(id)
  if (!ended || signIn.demo) return {}
  try {
    const redirect = await signIn.client.signOutUrl(ended.idToken, `${signIn.origin}/`)
    return redirect === undefined ? {} : { redirect }
  } catch (error) {
    // Signed out here all the same.
    log({ level: 'warn', message: 'The OpenID provider does not answer', reason: (error as Error).message })
    return {}
  }
}

function told(reply: FastifyReply, status: number, title: string, text: string) {
  return reply
    .code(status)
    .headers(PAGE_HEADERS)
    .send(messagePage(title, text, '/auth/login'))
}

const isLoopback = (hostname: string) => ['localhost', '127.0.0.1', '[::1]', '::1'].includes(hostname)
