import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AdapterPayload, JWK, Provider } from 'oidc-provider'
import type { Part } from '../plugins/part.js'
import { clientSecret } from './client-secret.js'
import { DEMO_ALGORITHM, type DemoKeys } from './demo-keys.js'
import { claimsOf } from './issue-token.js'
import { DEMO_AUDIENCE, isPersona, PRODUCT_SUBJECT } from './personas.js'
import { memoryAdapters } from './provider-memory.js'

const PATH = '/oidc'
/** RFC 8707 wants a URI to name what a token is for. */
const RESOURCE = 'urn:terrane:mesh'

/**
 * An OpenID provider for the demo, at `/oidc`: the personas sign in without a password, products authenticate as clients.
 * Never in production; any other OpenID provider takes its place by configuration.
 */
export function useIdentityProvider(keys: DemoKeys): Part & { startAt(issuer: string, origin: string): Promise<void> } {
  let answer: ((request: IncomingMessage, response: ServerResponse) => unknown) | undefined
  return {
    async startAt(issuer, origin) {
      answer = (await withoutWarnings(() => makeProvider(issuer, origin, keys))).callback()
    },
    async http(app) {
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

/**
 * oidc-provider 9 warns on the console that Node 20 is not its newest and that its own sign-in pages are for
 * development; both are meant here. Goes with Node 22 and pages of our own.
 */
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

async function makeProvider(issuer: string, origin: string, keys: DemoKeys): Promise<Provider> {
  // Loaded where it is used: it is large, and only the demo has it.
  const { default: Provider } = await import('oidc-provider')
  const marketplace: AdapterPayload = {
    client_id: 'terrane-marketplace',
    application_type: 'web',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: ['/', '/graphiql', '/graphiql/', '/callback'].map(path => origin + path),
    id_token_signed_response_alg: DEMO_ALGORITHM,
  }
  const client = (id: string): AdapterPayload | undefined => {
    if (id === marketplace.client_id) return marketplace
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
    features: {
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
    },
  })
}
