import type { GatewayOptions } from '../gateway.js'
import type { Part } from '../plugins/part.js'
import { Authenticator } from './authenticator.js'
import { loadDemoKeys, writeIssuer } from './demo-keys.js'
import { DEMO_AUDIENCE } from './personas.js'
import { configuredIssuer, demoIssuer } from './trusted-issuer.js'
import { useDemoTokens } from './use-demo-tokens.js'
import { useIdentityProvider } from './use-identity-provider.js'

/** Whom the gateway believes about who asks. */
export interface Identities {
  /** Resolves once the gateway knows where it is served. */
  authenticator: Promise<Authenticator>
  parts: Part[]
  startAt(url: string): Promise<void>
}

/** The provider that was configured; else, in the demo, the embedded one; else nobody, and every caller is a visitor. */
export async function openIdentities(options: GatewayOptions): Promise<Identities> {
  if (options.issuer || !options.demo) {
    const trusted = options.issuer && configuredIssuer(options.issuer)
    return { authenticator: Promise.resolve(new Authenticator(trusted)), parts: [], startAt: async () => {} }
  }
  const keys = await loadDemoKeys(options.home)
  let resolve: (authenticator: Authenticator) => void = () => {}
  const authenticator = new Promise<Authenticator>(settle => {
    resolve = settle
  })
  const provider = useIdentityProvider(keys)
  return {
    authenticator,
    parts: [provider, useDemoTokens(options.home)],
    async startAt(url) {
      const issuer = { issuer: `${url}/oidc`, audience: DEMO_AUDIENCE }
      await writeIssuer(options.home, issuer)
      await provider.startAt(issuer.issuer, url)
      resolve(new Authenticator(demoIssuer(issuer, keys)))
    },
  }
}
