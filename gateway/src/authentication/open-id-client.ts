import type { Configuration, TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client'

export interface OpenIdClientOptions {
  /** Compared letter by letter with what the provider calls itself. */
  issuer: string
  clientId: string
  /** Without one the client is a public one; PKCE is used in any case. */
  clientSecret?: string
  /** Default `openid profile`. */
  scope?: string
  /** Whom the access tokens are for, as providers take it that issue none for others without being asked. */
  audience?: string
  redirectUri: string
  /** Where the provider is not reached by the address that it calls itself by. */
  fetch?: typeof fetch
}

/** What must be the same when the browser comes back. */
export interface Attempt {
  state: string
  nonce: string
  verifier: string
}

export interface Tokens {
  accessToken: string
  idToken?: string
  refreshToken?: string
  /** Of the ID token; checked. */
  claims?: Record<string, unknown>
  /** Epoch milliseconds. */
  endsAt: number
}

/** The provider refuses: the code or refresh token is not good, or the answer is not to what was asked. */
export class SignInRefused extends Error {}

/** Of a provider that does not say how long its tokens live. */
const UNSAID_SECONDS = 300

/** The gateway as a client of an OpenID provider: authorization code with PKCE, state and nonce. */
export class OpenIdClient {
  private discovered?: Promise<Configuration>

  constructor(private readonly options: OpenIdClientOptions) {}

  async begin(more: { prompt?: string; login_hint?: string }): Promise<{ url: URL; attempt: Attempt }> {
    const client = await import('openid-client')
    const configuration = await this.configuration()
    const verifier = client.randomPKCECodeVerifier()
    const attempt = { state: client.randomState(), nonce: client.randomNonce(), verifier }
    const offline = configuration.serverMetadata().scopes_supported?.includes('offline_access')
    const { redirectUri, scope, audience } = this.options
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: scope ?? `openid profile${offline ? ' offline_access' : ''}`,
      ...{ state: attempt.state, nonce: attempt.nonce },
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(audience === undefined ? {} : { audience }),
      ...more,
    })
    return { url, attempt }
  }

  /** `search`: of the address that the browser came back to. @throws SignInRefused, or any error where the provider is away */
  async finish(search: string, { state, nonce, verifier }: Attempt): Promise<Tokens> {
    const client = await import('openid-client')
    const configuration = await this.configuration()
    return this.judged(async () =>
      tokensIn(
        await client.authorizationCodeGrant(configuration, new URL(this.options.redirectUri + search), {
          ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier },
          idTokenExpected: true,
        }),
      ),
    )
  }

  async refresh(refreshToken: string): Promise<Tokens> {
    const client = await import('openid-client')
    const configuration = await this.configuration()
    return this.judged(async () => {
      const tokens = tokensIn(await client.refreshTokenGrant(configuration, refreshToken))
      return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken }
    })
  }

  /** Where signing out goes on, at providers that have such a place. */
  async signOutUrl(idToken: string | undefined, home: string): Promise<string | undefined> {
    const client = await import('openid-client')
    const configuration = await this.configuration()
    if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined
    return client.buildEndSessionUrl(configuration, {
      post_logout_redirect_uri: home,
      ...(idToken === undefined ? {} : { id_token_hint: idToken }),
    }).href
  }

  private configuration(): Promise<Configuration> {
    this.discovered ??= this.discover().catch(error => {
      delete this.discovered
      throw error
    })
    return this.discovered
  }

  private async discover(): Promise<Configuration> {
    // An ES module, loaded by whoever signs people in.
    const client = await import('openid-client')
    const { issuer, clientId, clientSecret, fetch } = this.options
    const authentication = clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret)
    const insecure = issuer.startsWith('http:') ? [client.allowInsecureRequests] : []
    return client.discovery(new URL(issuer), clientId, undefined, authentication, {
      // The ID token's signature counts, too, however it came.
      execute: [...insecure, client.enableNonRepudiationChecks],
      timeout: 10,
      ...(fetch === undefined ? {} : { [client.customFetch]: fetch as never }),
    })
  }

  private async judged(work: () => Promise<Tokens>): Promise<Tokens> {
    try {
      return await work()
    } catch (error) {
      const { message, code = '', error: said = '' } = error as Error & { code?: string; error?: string }
      if (REFUSALS.test(code) && !PASSING.includes(said)) throw new SignInRefused(`${said || code}: ${message}`)
      throw error
    }
  }
}

/** What the answer holds is an error or wrong, as opposed to there being no answer to judge. */
const REFUSALS = /^OAUTH_(RESPONSE_BODY_ERROR|AUTHORIZATION_RESPONSE_ERROR|INVALID_RESPONSE|JWT_|JSON_ATTRIBUTE)/
/** RFC 6749 §4.1.2.1: these say nothing about who asks. */
const PASSING = ['temporarily_unavailable', 'server_error']

function tokensIn(answer: TokenEndpointResponse & TokenEndpointResponseHelpers): Tokens {
  const claims = answer.claims()
  return {
    accessToken: answer.access_token,
    ...(answer.id_token === undefined ? {} : { idToken: answer.id_token }),
    ...(answer.refresh_token === undefined ? {} : { refreshToken: answer.refresh_token }),
    ...(claims === undefined ? {} : { claims: claims as Record<string, unknown> }),
    endsAt: Date.now() + (answer.expiresIn() ?? UNSAID_SECONDS) * 1000,
  }
}
