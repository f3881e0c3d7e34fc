import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { Browser } from './browser.js'
import { Market } from './market.js'

/** An OpenID provider that knows nothing of Terrane: its own keys, its own claims, tokens that live for seconds. */
class ForeignProvider {
  /** Seconds that an access token is said to live; below a minute the gateway refreshes before each use. */
  accessSeconds = 3600
  /** As what access tokens are issued. */
  tokens: 'jwt' | 'opaque' = 'jwt'
  /** What the ID token and the access token say; may change between sign-in and refresh. */
  claims: Record<string, unknown> = { groups: ['steward'], name: 'Anna' }
  subject = 'anna'
  refreshed = 0
  revoked = false
  url = ''
  private server?: Server
  private callback?: (request: never, response: never) => void

  async start(): Promise<void> {
    this.server = createServer((request, response) => this.callback?.(request as never, response as never))
    await new Promise<void>(resolve => this.server!.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async serve(redirectUri: string): Promise<void> {
    const warn = console.warn
    // It warns of Node 20.
    console.warn = () => {}
    const { default: Provider } = await import('oidc-provider')
    const { privateKey } = await generateKeyPair('RS256', { extractable: true })
    const jwk = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'one' } as JWK
    const provider = new Provider(this.url, {
      jwks: { keys: [jwk as never] },
      clients: [
        {
          client_id: 'mesh',
          client_secret: 'of the mesh',
          grant_types: ['authorization_code', 'refresh_token'],
          redirect_uris: [redirectUri],
          post_logout_redirect_uris: [new URL('/', redirectUri).href],
        },
      ],
      conformIdTokenClaims: false,
      claims: { openid: ['sub', 'groups', 'name'] },
      findAccount: (_context, id) => ({ accountId: id, claims: async () => ({ sub: id, ...this.claims }) }),
      extraTokenClaims: () => this.claims as never,
      // Whoever comes is Anna.
      interactions: { url: async () => '/unused' },
      features: {
        devInteractions: { enabled: false },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => 'urn:mesh',
          useGrantedResource: () => true,
          getResourceServerInfo: () => ({
            audience: 'mesh-api',
            scope: '',
            accessTokenFormat: this.tokens,
            ...(this.tokens === 'jwt' ? { jwt: { sign: { alg: 'RS256' as const } } } : {}),
          }),
        },
      },
      issueRefreshToken: async () => true,
      ttl: {
        AccessToken: () => this.accessSeconds,
        RefreshToken: 3600,
        Session: 3600,
        Grant: 3600,
        IdToken: 3600,
        Interaction: 3600,
      },
      loadExistingGrant: async ({ oidc }) => {
        const grant = new oidc.provider.Grant({ clientId: 'mesh', accountId: oidc.session!.accountId! })
        grant.addOIDCScope('openid profile offline_access')
        await grant.save()
        return grant
      },
    })
    console.warn = warn
    provider.use(async (context, next) => {
      if (context.path === '/unused') {
        await provider.interactionFinished(context.req, context.res, { login: { accountId: this.subject } })
        context.respond = false
        return
      }
      if (this.revoked && context.path === '/token') {
        context.status = 400
        context.body = { error: 'invalid_grant' }
        return
      }
      await next()
    })
    provider.on('grant.success', ({ oidc }) => {
      if (oidc.params?.grant_type === 'refresh_token') this.refreshed++
    })
    this.callback = provider.callback() as never
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections()
    await new Promise(resolve => this.server?.close(resolve))
  }
}

let provider: ForeignProvider
let market: Market
const ME = '{ mesh { me { subject name roles } } }'

beforeEach(async () => {
  provider = new ForeignProvider()
  await provider.start()
  market = await Market.open({
    demo: false,
    issuer: { url: provider.url, audience: 'mesh-api', claims: { roles: 'groups' } },
    signIn: { clientId: 'mesh', clientSecret: 'of the mesh' },
  })
  await provider.serve(`${market.gateway.url}/auth/callback`)
})
afterEach(async () => {
  await market.close()
  await provider.stop()
})

const signIn = async () => {
  const one = new Browser(market.gateway.url)
  await one.visit('/auth/login?returnTo=/')
  return one
}

test('any provider signs people in, by its own claims', async () => {
  await market.publish()
  const one = await signIn()
  expect(await one.session()).toMatchObject({ signedIn: true, demo: false, subject: 'user:anna', name: 'Anna' })
  expect((await one.ask('{ harbour { calls(first: 1) { nodes { profit } } } }')).errors).toBeUndefined()
  const out = (await (await one.post('/auth/logout')).json()) as { redirect: string }
  const to = new URL(out.redirect)
  expect(to.origin).toBe(provider.url)
  expect(to.searchParams.get('post_logout_redirect_uri')).toBe(`${market.gateway.url}/`)
  expect(await one.session()).toMatchObject({ signedIn: false, signInAvailable: true })
})

test('also where its access tokens are not for the mesh: then by the ID token', async () => {
  provider.tokens = 'opaque'
  const one = await signIn()
  expect((await one.ask(ME)).data.mesh.me).toEqual({ subject: 'user:anna', name: 'Anna', roles: ['steward'] })
})

test('tokens are refreshed on this side, once for all that wait, and what they say now counts', async () => {
  provider.accessSeconds = 30
  const one = await signIn()
  // Of what is good for long now, whoever comes a little later needs no other.
  provider.accessSeconds = 3600
  provider.claims = { groups: ['clerk'], name: 'Anna' }
  const answers = await Promise.all([1, 2, 3, 4].map(() => one.ask(ME)))
  for (const { data } of answers) expect(data.mesh.me.roles).toEqual(['clerk'])
  expect(provider.refreshed).toBe(1)
})

test('a session ends when the provider says so', async () => {
  provider.accessSeconds = 30
  const one = await signIn()
  provider.revoked = true
  expect((await one.ask(ME)).data.mesh.me.subject).toBe('visitor')
  expect(one.cookie('terrane_session')).toBeUndefined()
})

test('while the provider is away nobody signs in anew, and what is still good stays good', async () => {
  const one = await signIn()
  provider.accessSeconds = 30
  const short = await signIn()
  await provider.stop()
  expect((await one.ask(ME)).data.mesh.me.subject).toBe('user:anna')
  expect((await short.ask(ME)).data.mesh.me.subject).toBe('user:anna')
  await market.restart()
  const page = await new Browser(market.gateway.url).send('/auth/login')
  expect(page.status).toBe(503)
  expect(page.headers.get('content-type')).toContain('text/html')
})

test('without a client at the issuer nobody is offered to sign in', async () => {
  await market.restart({ signIn: undefined as never })
  const one = new Browser(market.gateway.url)
  expect(await one.session()).toEqual({ signedIn: false, signInAvailable: false, demo: false })
  expect((await one.send('/auth/login')).status).toBe(404)
})
