import { inflateRawSync } from 'node:zlib'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { ALGORITHM, INTRODUCTION, ISSUER, type SignedIdentity } from './signed-identity.js'

const REMEMBERED = 1000
const LARGEST_IDENTITY_BYTES = 4 * 1024 * 1024

/** The product's side: trusts the gateway's signature for this product, and nothing else. */
export class IdentityVerifier {
  private readonly keys: ReturnType<typeof createLocalJWKSet>
  /** Tokens already verified, until they expire: the same one arrives with every fetch of an operation. */
  private readonly verified = new Map<string, { identity: SignedIdentity; expires: number }>()

  constructor(
    jwks: JSONWebKeySet,
    private readonly product: string,
  ) {
    this.keys = createLocalJWKSet(jwks)
  }

  /** Undefined where the token is forged, expired, meant for another product or not readable. */
  async verify(token: string): Promise<SignedIdentity | undefined> {
    const known = this.verified.get(token)
    if (known && known.expires > Date.now()) return known.identity
    this.verified.delete(token)
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: this.product,
        requiredClaims: ['exp', 'said'],
      })
      const said = inflateRawSync(Buffer.from(String(payload.said), 'base64url'), {
        maxOutputLength: LARGEST_IDENTITY_BYTES,
      })
      const identity = JSON.parse(said.toString('utf8')) as SignedIdentity
      if (identity.decision.product !== this.product) return undefined
      this.remember(token, identity, payload.exp! * 1000)
      return identity
    } catch {
      return undefined
    }
  }

  /** Whether this is the gateway introducing itself to a product whose name it does not know. */
  async isIntroduction(token: string): Promise<boolean> {
    const required = { algorithms: [ALGORITHM], issuer: ISSUER, audience: INTRODUCTION, requiredClaims: ['exp'] }
    return jwtVerify(token, this.keys, required).then(
      () => true,
      () => false,
    )
  }

  private remember(token: string, identity: SignedIdentity, expires: number): void {
    const oldest = this.verified.size >= REMEMBERED ? this.verified.keys().next().value : undefined
    if (oldest !== undefined) this.verified.delete(oldest)
    this.verified.set(token, { identity, expires })
  }
}
