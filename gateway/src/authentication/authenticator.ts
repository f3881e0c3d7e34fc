import { type Caller, VISITOR } from '@terrane/schema/authorisation'
import type { JWTVerifyGetKey } from 'jose'
import { BoundedMap } from '../bounded-map.js'
import { type ClaimPaths, callerOf } from './claims.js'

/** Whose tokens count. */
export interface TrustedIssuer {
  issuer: string
  audience: string
  keys: JWTVerifyGetKey
  /** Signatures that are accepted. Asymmetric ones only: with a shared secret the public key would sign. */
  algorithms: string[]
  claims: ClaimPaths
  /** Token subjects that are nobody in particular: the demo's visitor. */
  visitors?: readonly string[]
}

export type Authentication =
  | { caller: Caller }
  /** 401: the token is not good; why is for the log. */
  | { refused: 'invalid'; reason: string }
  /** 503: the issuer's keys cannot be had now. */
  | { refused: 'unavailable'; reason: string }

export const ASYMMETRIC = ['EdDSA', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512']
/** Clocks differ a little. */
const CLOCK_TOLERANCE_SECONDS = 5
/** A key that its issuer withdraws counts no longer than this. */
const REMEMBERED_MILLISECONDS = 30_000

const USUAL = 'Bearer '

/**
 * Of its signature, by which tokens differ: to look for a thousand letters takes longer than to compare them once. Of up to
 * twelve V8 makes a copy, of more a view, which takes longer to compare.
 */
const endOf = (header: string) => header.slice(-12)

/** Finds out who asks. No token is a visitor; a bad one is never quietly a visitor. */
export class Authenticator {
  /** Tokens found good, for a moment: checking a signature costs more than most questions. */
  private readonly known = new BoundedMap<string, { header: string; caller: Caller; until: number }>(5000)

  constructor(private readonly trusted: TrustedIssuer | undefined) {
    const symmetric = trusted?.algorithms.filter(algorithm => !ASYMMETRIC.includes(algorithm)) ?? []
    if (symmetric.length > 0) throw new TypeError(`Tokens need asymmetric signatures, not ${symmetric.join(', ')}`)
  }

  /** Of a header as clients write it, whose token was found good a moment ago: it need not be waited for. */
  remembered(authorization: string): Caller | undefined {
    const known = this.known.get(endOf(authorization))
    return known?.header === authorization && Date.now() < known.until ? known.caller : undefined
  }

  async authenticate(authorization: string | undefined): Promise<Authentication> {
    if (authorization === undefined) return { caller: VISITOR }
    const token = /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization)?.[1]
    if (token === undefined) return { refused: 'invalid', reason: 'the header is not a bearer token' }
    if (this.trusted === undefined) return { refused: 'invalid', reason: 'no issuer is configured' }
    // Of all spellings one: a token in many would drive out everybody else's.
    const usual = `${USUAL}${token}`
    const known = this.remembered(usual)
    if (known) return { caller: known }
    const { issuer, audience, algorithms, keys, claims, visitors } = this.trusted
    // Not at a start: nobody has a token yet, or there is no issuer at all.
    const { errors, jwtVerify } = await import('jose')
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['exp', 'sub'],
      })
      const caller = visitors?.includes(payload.sub!) ? VISITOR : callerOf(payload, claims)
      if (!caller) return { refused: 'invalid', reason: 'the token names no subject' }
      this.known.set(endOf(usual), {
        // As it came, where that is the same: what is put together takes longer to compare.
        header: usual === authorization ? authorization : usual,
        caller,
        until: Math.min(payload.exp! * 1000, Date.now() + REMEMBERED_MILLISECONDS),
      })
      return { caller }
    } catch (error) {
      return { refused: isOfToken(error, errors) ? 'invalid' : 'unavailable', reason: (error as Error).message }
    }
  }
}

/** Everything else has to do with fetching keys. */
function isOfToken(error: unknown, errors: typeof import('jose').errors): boolean {
  return [
    errors.JWTClaimValidationFailed,
    errors.JWTExpired,
    errors.JWTInvalid,
    errors.JWSInvalid,
    errors.JWSSignatureVerificationFailed,
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
    errors.JWKInvalid,
  ].some(kind => error instanceof kind)
}
