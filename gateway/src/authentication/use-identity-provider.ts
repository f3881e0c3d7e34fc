import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AdapterPayload, JWK, Provider } from 'oidc-provider'
import type { Part } from '../plugins/part.js'
import { clientSecret } from './client-secret.js'
import { DEMO_ALGORITHM, type DemoKeys } from './demo-keys.js'
import { claimsOf } from './issue-token.js'
import { DEMO_AUDIENCE, isPersona, PRODUCT_SUBJECT } from './personas.js'
import { memoryAdapters } from './provider-memory.js'
import { DEMO_CLIENT } from './sign-in.js'
import { messagePage, PAGE_HEADERS, personaPage } from './sign-in-page.js'

const PATH = '/oidc'
const INTERACTION_PATH = `${PATH}/interaction`
/** RFC 8707 wants a URI to name what a token is for. */
const RESOURCE = 'urn:terrane:mesh'

/**
 * An OpenID provider for the demo, at `/oidc`: the personas sign in without a password, products authenticate as clients.
 * Never in production; any other OpenID provider takes its place by configuration.
 */
export function useIdentityProvider(
  keys: DemoKeys,
): Part & { startAt(issuer: string, redirectUri: string): Promise<void> } {
  let answer: ((request: IncomingMessage, response: ServerResponse) => unknown) | undefined
  let provider: Provider | undefined
  return {
    async startAt(issuer, redirectUri) {
      provider = await withoutWarnings(() => makeProvider(issuer, redirectUri, keys))
      answer = provider.callback()
    },
    async http(app) {
      await app.register(async route => {
        route.removeAllContentTypeParsers()
        route.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
          done(null, Object.fromEntries(new URLSearchParams(String(body)))),
        )
        route.get(`${INTERACTION_PATH}/:uid`, (request, reply) => whoAreYou(provider, request, reply))
        route.post(`${INTERACTION_PATH}/:uid`, (request, reply) => whoAreYou(provider, request, reply))
      })
      await app.register(async route => {
        // The provider reads bodies itself.
        route.removeAllContentTypeParsers()
        route.addContentTypeParser('*', (_request, _payload, done) => done(null))
        route.all(`${PATH}/*`, (request, reply) => {
          if (answer === undefined) return void reply.code(503).send({ error: 'temporarily_unavailable' })
          reply.hijack()
          // What a mounted provider derives its own addresses from.
          const raw = request.raw as IncomingMessage & { originalUrl?: string }
          raw.originalUrl = raw.url ?? PATH
          raw.url = raw.originalUrl.slice(PATH.length)
          answer(raw, reply.raw)
        })
      })
    },
  }
}

/** The demo's sign-in: the persona that was hinted at or chosen on the page; without either the page. */
async function whoAreYou(provider: Provider | undefined, request: FastifyRequest, reply: FastifyReply) {
  if (provider === undefined) return reply.code(503).send()
  let details: Awaited<ReturnType<Provider['interactionDetails']>>
  try {
    details = await provider.interactionDetails(request.raw, reply.raw)
  } catch {
    return reply
      .code(400)
      .headers(PAGE_HEADERS)
      .send(messagePage('This sign-in was not begun here', 'Or it took too long. Begin again.', '/auth/login'))
  }
  const chosen = (request.body as { persona?: unknown } | null | undefined)?.persona ?? details.params.login_hint
  if (typeof chosen !== 'string' || !isPersona(chosen))
    return reply.headers(PAGE_HEADERS).send(personaPage(`${INTERACTION_PATH}/${details.uid}`))
  // Whoever was signed in at the provider before is so no longer.
  if (details.session) {
    await (await provider.Session.findByUid(details.session.uid))?.destroy()
    delete details.session
    await details.save(details.exp - Math.floor(Date.now() / 1000))
  }
  reply.hijack()
  await provider.interactionFinished(request.raw, reply.raw, { login: { accountId: chosen, remember: false } })
}

/** oidc-provider 9 warns on the console that Node 20 is not its newest. Goes with Node 22. */
async function withoutWarnings<T>(work: () => Promise<T>): Promise<T> {
  const { warn } = console
  console.warn = (...said: unknown[]) => {
    if (!String(said[0]).includes('oidc-provider WARNING')) warn(...said)
  }
  try {
    return await work()
  } finally {
    console.warn = warn
  }
}

async function makeProvider(issuer: string, redirectUri: string, keys: DemoKeys): Promise<Provider> {
  // Loaded where it is used: it is large, and only the demo has it.
  const { default: Provider } = await import('oidc-provider')
  const gateway: AdapterPayload = {
    client_id: DEMO_CLIENT,
    client_secret: clientSecret(keys, DEMO_CLIENT),
    application_type: 'web',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [redirectUri],
    id_token_signed_response_alg: DEMO_ALGORITHM,
  }
  const client = (id: string): AdapterPayload | undefined => {
    if (id === gateway.client_id) return gateway
    if (!PRODUCT_SUBJECT.test(id)) return undefined
    return {
      client_id: id,
      client_secret: clientSecret(keys, id),
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      id_token_signed_response_alg: DEMO_ALGORITHM,
    }
  }
  return new Provider(issuer, {
    adapter: memoryAdapters(client),
    jwks: { keys: [keys.signing as JWK] },
    cookies: { keys: keys.cookieKeys },
    pkce: { required: () => true },
    responseTypes: ['code'],
    scopes: ['openid', 'profile', 'offline_access'],
    claims: { openid: ['sub', 'roles'], profile: ['name'] },
    conformIdTokenClaims: false,
    clientBasedCORS: () => true,
    findAccount: (_context, id) =>
      isPersona(id) ? { accountId: id, claims: async () => ({ sub: id, ...claimsOf(id) }) } : undefined,
    extraTokenClaims: (_context, token) => ('accountId' in token ? claimsOf(token.accountId) : { roles: [] }),
    interactions: { url: (_context, { uid }) => `${INTERACTION_PATH}/${uid}` },
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
    // Nobody is asked for consent: the one client is the gateway itself.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client!.clientId, accountId: oidc.session!.accountId! })
      grant.addOIDCScope('openid profile offline_access')
      await grant.save()
      return grant
    },
    renderError(context, { error, error_description }) {
      for (const [name, value] of Object.entries(PAGE_HEADERS)) context.set(name, value)
      context.body = messagePage('This sign-in cannot go on', `${error_description ?? error}.`, '/auth/login')
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          audience: DEMO_AUDIENCE,
          scope: '',
          accessTokenFormat: 'jwt',
          accessTokenTTL: 3600,
          jwt: { sign: { alg: DEMO_ALGORITHM } },
        }),
      },
    },
    ttl: {
      Session: 86_400,
      Grant: 86_400,
      Interaction: 3600,
      AccessToken: 3600,
      ClientCredentials: 3600,
      IdToken: 3600,
      RefreshToken: 86_400,
    },
  })
}
