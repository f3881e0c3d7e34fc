import type { Caller } from '@terrane/schema'
import type { JWTPayload } from 'jose'

/** Where a token says what: a claim's name, or a path into it (`realm_access.roles`). */
export interface ClaimPaths {
  /** Default `roles`. */
  roles?: string
  /** Default `scope`, else `scp`. */
  scopes?: string
  /** Default `sub`. */
  subject?: string
}

/** Undefined where the token names nobody. Lists are arrays of texts, or one text with spaces between. */
export function callerOf(payload: JWTPayload, paths: ClaimPaths): Caller | undefined {
  const subject = claimAt(payload, paths.subject ?? 'sub')
  if (typeof subject !== 'string' || subject.trim() === '') return undefined
  const scopes = paths.scopes === undefined ? (payload.scope ?? payload.scp) : claimAt(payload, paths.scopes)
  const name = typeof payload.name === 'string' ? payload.name : undefined
  return {
    subject: isMachine(payload, subject) ? subject : `user:${subject}`,
    authenticated: true,
    roles: listOf(claimAt(payload, paths.roles ?? 'roles')),
    scopes: listOf(scopes),
    ...(name === undefined ? {} : { name }),
  }
}

/**
 * `product:<name>` is a machine only where the issuer says that a client asks for itself (RFC 9068 §2.2: subject and
 * client are the same); a person who calls herself so is `user:product:<name>`.
 */
function isMachine(payload: JWTPayload, subject: string): boolean {
  if (!subject.startsWith('product:') || payload.sub !== subject) return false
  return payload.client_id === subject || payload.azp === subject
}

/** The claim of that whole name first: names may be URLs, and hold dots. */
function claimAt(payload: JWTPayload, path: string): unknown {
  if (Object.hasOwn(payload, path)) return payload[path]
  return path.split('.').reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    return (value as Record<string, unknown>)[part]
  }, payload)
}

function listOf(claim: unknown): string[] {
  const entries = typeof claim === 'string' ? claim.split(/\s+/) : Array.isArray(claim) ? claim : []
  return entries.filter((entry): entry is string => typeof entry === 'string' && entry !== '')
}
