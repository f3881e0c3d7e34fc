import type { GatewayOptions } from '../gateway.js'
import type { Part } from '../plugins/part.js'
import { Authenticator } from './authenticator.js'
import { DEMO_AUDIENCE } from './personas.js'
import type { SessionStore } from './session-store.js'
import { CALLBACK_PATH, DEMO_CLIENT, openSignIn, type SignIn } from './sign-in.js'

/** Whom the gateway believes about who asks. */
export interface Identities {
  /** Both resolve once the gateway knows where it is served. */
  authenticator: Promise<Authenticator>
  signIn: Promise<SignIn | undefined>
  parts: Part[]
  startAt(url: string): Promise<void>
}

/**
 * The provider that was configured; else, in the demo, the embedded one; else nobody, and every caller is a visitor.
 * `secret`: the gateway's own.
 */
export async function openIdentities(
  options: GatewayOptions,
  store: SessionStore,
  secret: string,
): Promise<Identities> {
  const authenticator = later<Authenticator>()
  const signIn = later<SignIn | undefined>()
  if (options.issuer || !options.demo) {
    const trusted = options.issuer && (await import('./trusted-issuer.js')).configuredIssuer(options.issuer)
    authenticator.resolve(new Authenticator(trusted))
    return {
      authenticator: authenticator.promise,
      signIn: signIn.promise,
      parts: [],
      async startAt(url) {
        signIn.resolve(openSignIn(options, { url, authenticator: authenticator.promise, store, secret }))
      },
    }
  }
  const { clientSecret } = await import('./client-secret.js')
  const { loadDemoKeys, writeIssuer } = await import('./demo-keys.js')
  const { demoIssuer } = await import('./trusted-issuer.js')
  const { useDemoTokens } = await import('./use-demo-tokens.js')
  const { useIdentityProvider } = await import('./use-identity-provider.js')
  const { clientSeed } = options
  const keys = { ...(await loadDemoKeys(options.home)), ...(clientSeed ? { clientSeed } : {}) }
  const provider = useIdentityProvider(keys)
  return {
    authenticator: authenticator.promise,
    signIn: signIn.promise,
    parts: [provider, useDemoTokens(options.home)],
    async startAt(url) {
      const origin = new URL(options.publicUrl ?? url).origin
      const issuer = { issuer: `${origin}/oidc`, audience: DEMO_AUDIENCE }
      await writeIssuer(options.home, issuer)
      await provider.startAt(issuer.issuer, origin + CALLBACK_PATH)
      authenticator.resolve(new Authenticator(demoIssuer(issuer, keys)))
      const demo = { issuer: issuer.issuer, clientSecret: clientSecret(keys, DEMO_CLIENT) }
      signIn.resolve(openSignIn(options, { url, demo, authenticator: authenticator.promise, store, secret }))
    },
  }
}

function later<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>(settle => {
    resolve = settle
  })
  return { promise, resolve }
}
