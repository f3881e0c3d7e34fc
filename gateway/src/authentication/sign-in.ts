import type { GatewayOptions } from '../gateway.js'
import type { Authenticator } from './authenticator.js'
import { Cookie } from './cookies.js'
import { OpenIdClient } from './open-id-client.js'
import { keyFor } from './sealed.js'
import type { SessionStore } from './session-store.js'
import { Sessions } from './sessions.js'

/** Signing in with a browser, where an issuer is there to sign in at. */
export interface SignIn {
  /** `http://localhost:4000`: where browsers find this gateway. */
  origin: string
  /** Whether that was said, and is not only where the gateway listens. */
  configured: boolean
  demo: boolean
  client: OpenIdClient
  sessions: Sessions
  cookie: Cookie
  /** Holds a sign-in that is under way, sealed. */
  attemptCookie: Cookie
  attemptKey: Buffer
}

export const CALLBACK_PATH = '/auth/callback'
export const DEMO_CLIENT = 'terrane-gateway'

export function openSignIn(
  options: Pick<GatewayOptions, 'issuer' | 'signIn' | 'publicUrl'>,
  parts: {
    url: string
    /** The embedded provider's; it is reached where the gateway listens. */
    demo?: { issuer: string; clientSecret: string }
    authenticator: Promise<Authenticator>
    store: SessionStore
    /** What sealing rests on: the gateway's own secret, the same in all gateways of one mesh. */
    secret: string
  },
): SignIn | undefined {
  const origin = new URL(options.publicUrl ?? parts.url).origin
  const redirectUri = origin + CALLBACK_PATH
  const { demo } = parts
  const { issuer, signIn } = options
  if (!demo && !(issuer && signIn)) return undefined
  const client = demo
    ? new OpenIdClient({
        issuer: demo.issuer,
        clientId: DEMO_CLIENT,
        clientSecret: demo.clientSecret,
        scope: 'openid profile offline_access',
        redirectUri,
        fetch: atHome(origin, parts.url),
      })
    : new OpenIdClient({ ...signIn!, issuer: issuer!.url, audience: issuer!.audience, redirectUri })
  return {
    origin,
    configured: options.publicUrl !== undefined,
    demo: demo !== undefined,
    client,
    sessions: new Sessions(parts.store, client, parts.authenticator, issuer?.claims ?? {}),
    cookie: new Cookie('terrane_session', origin),
    attemptCookie: new Cookie('terrane_sign_in', origin),
    attemptKey: keyFor('sign-in', parts.secret),
  }
}

/** What browsers reach by the public address, this process reaches where it listens. */
function atHome(origin: string, url: string): typeof fetch {
  return (input, init) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input)
    return fetch(new URL(pathname + search, new URL(origin).origin === new URL(url).origin ? origin : url), init)
  }
}
