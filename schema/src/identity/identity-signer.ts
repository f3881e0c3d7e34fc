import { deflateRawSync } from 'node:zlib'
import type { importJWK, JWK, JWTPayload } from 'jose'
import { ALGORITHM, INTRODUCTION, ISSUER, LIFETIME_SECONDS, type SignedIdentity } from './signed-identity.js'

/** The gateway's side: says to one product who asks and what was decided. */
export class IdentitySigner {
  private key?: ReturnType<typeof importJWK>

  constructor(private readonly privateJwk: JWK) {}

  /** A compact JWS for the header, good for `LIFETIME_SECONDS` and for `product` alone. */
  async sign(identity: SignedIdentity, product: string): Promise<string> {
    // Decisions name every property; deflated they stay well within what servers take as a header.
    const said = deflateRawSync(JSON.stringify(identity)).toString('base64url')
    return this.token({ said }, product)
  }

  /** For a product whose name is not known yet: it is told by it, and nothing more. */
  introduce(): Promise<string> {
    return this.token({}, INTRODUCTION)
  }

  private async token(payload: JWTPayload, audience: string): Promise<string> {
    // Loaded where there are products: a gateway without them starts sooner.
    const { importJWK, SignJWT } = await import('jose')
    this.key ??= importJWK(this.privateJwk, ALGORITHM)
    return new SignJWT(payload)
      .setProtectedHeader({ alg: ALGORITHM, ...(this.privateJwk.kid ? { kid: this.privateJwk.kid } : {}) })
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${LIFETIME_SECONDS}s`)
      .sign(await this.key)
  }
}
