import { importJWK, SignJWT } from 'jose'
import { DEMO_ALGORITHM, loadDemoKeys, readIssuer } from './demo-keys.js'
import { DEMO_AUDIENCE, isPersona, type Persona, PRODUCT_SUBJECT } from './personas.js'

export interface TokenRequest {
  /** TERRANE_HOME. */
  home: string
  /** A persona (`steward`) or a product (`product:europe-sales`). */
  as: string
  /** Default 3600. */
  seconds?: number
}

/**
 * An access token of the embedded provider, made without it running: for `terrane token`, products in the demo's process,
 * and the persona switcher. Undefined where nobody is called so.
 */
export async function issueToken(request: TokenRequest): Promise<string | undefined> {
  if (!isPersona(request.as) && !PRODUCT_SUBJECT.test(request.as)) return undefined
  const { signing } = await loadDemoKeys(request.home)
  const { issuer, audience } = (await readIssuer(request.home)) ?? DEFAULT_ISSUER
  const clientId = isPersona(request.as) ? 'terrane-command-line' : request.as
  return new SignJWT({ ...claimsOf(request.as), client_id: clientId })
    .setProtectedHeader({ alg: DEMO_ALGORITHM, typ: 'at+jwt', kid: signing.kid! })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(request.as)
    .setIssuedAt()
    .setJti(crypto.randomUUID())
    .setExpirationTime(`${request.seconds ?? 3600}s`)
    .sign(await importJWK(signing, DEMO_ALGORITHM))
}

/** The claims of a demo identity, the same in tokens made here and by the provider. */
export function claimsOf(subject: string): { roles: string[]; name?: string } {
  return isPersona(subject) ? { roles: [subject], name: TITLES[subject] } : { roles: [] }
}

const TITLES: Record<Persona, string> = {
  visitor: 'Visitor',
  analyst: 'Analyst',
  'uk-manager': 'Manager, United Kingdom',
  steward: 'Data steward',
  admin: 'Administrator',
}

/** Before any gateway has started with this home. */
const DEFAULT_ISSUER = { issuer: 'http://localhost:4000/oidc', audience: DEMO_AUDIENCE }
