import { createLocalJWKSet, createRemoteJWKSet } from 'jose'
import type { GatewayOptions } from '../gateway.js'
import { ASYMMETRIC, type TrustedIssuer } from './authenticator.js'
import { DEMO_ALGORITHM, type DemoIssuer, type DemoKeys } from './demo-keys.js'
import { VISITOR_PERSONA } from './personas.js'

/** Any OpenID provider. Its keys are fetched when first needed, and again when a token names one not seen yet. */
export function configuredIssuer(configured: NonNullable<GatewayOptions['issuer']>): TrustedIssuer {
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined
  return {
    issuer: configured.url,
    audience: configured.audience,
    algorithms: configured.algorithms ?? ASYMMETRIC,
    claims: configured.claims ?? {},
    keys: async (header, token) => {
      keys ??= createRemoteJWKSet(new URL(configured.jwksUrl ?? (await discoverKeys(configured.url))))
      return keys(header, token)
    },
  }
}

/** The provider in this process: its keys are at hand. */
export function demoIssuer(issuer: DemoIssuer, keys: DemoKeys): TrustedIssuer {
  return {
    ...issuer,
    algorithms: [DEMO_ALGORITHM],
    claims: {},
    keys: createLocalJWKSet(keys.jwks),
    visitors: [VISITOR_PERSONA],
  }
}

/** OpenID Connect Discovery 1.0 §4. */
async function discoverKeys(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  const { issuer: named, jwks_uri } = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown }
  if (named !== issuer) throw new Error(`${url} speaks for another issuer`)
  if (typeof jwks_uri !== 'string') throw new Error(`${url} names no jwks_uri`)
  return jwks_uri
}
