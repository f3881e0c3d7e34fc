import { randomBytes } from 'node:crypto'
import type { Caller } from '@terrane/schema'
import type { Authenticator } from './authenticator.js'
import { type ClaimPaths, callerOf } from './claims.js'
import { type OpenIdClient, SignInRefused, type Tokens } from './open-id-client.js'
import { hashOf, type Session, type SessionStore } from './session-store.js'

/** A day's work; after that people sign in again. */
const LONGEST_MILLISECONDS = 12 * 3600 * 1000
/** Tokens are refreshed this long before they end. */
const AHEAD_MILLISECONDS = 60_000

export type Recognised = { session: Session } | { ended: true } | { unavailable: string }

/** Who is signed in at this gateway. */
export class Sessions {
  /** One refresh per session at a time: refresh tokens are often good for one use. */
  private readonly refreshing = new Map<string, Promise<Session | undefined>>()

  constructor(
    private readonly store: SessionStore,
    private readonly client: Pick<OpenIdClient, 'refresh'>,
    private readonly authenticator: Promise<Authenticator>,
    private readonly claims: ClaimPaths,
  ) {}

  /** A session under a new id. Undefined where the tokens are of nobody in particular. @throws SignInRefused */
  async begin(tokens: Tokens): Promise<{ id: string; session: Session } | undefined> {
    const session = await this.sessionOf(tokens, Date.now() + LONGEST_MILLISECONDS)
    if (!session.caller.authenticated) return undefined
    const id = randomBytes(32).toString('base64url')
    await this.store.add(id, session)
    return { id, session }
  }

  async recognise(id: string): Promise<Recognised> {
    const kept = await this.store.get(id)
    if (!kept) return { ended: true }
    const now = Date.now()
    let session = kept
    if (kept.refreshToken !== undefined && kept.tokenEndsAt - AHEAD_MILLISECONDS <= now && now < kept.endsAt) {
      try {
        const refreshed = await this.refreshed(id, kept)
        if (!refreshed) return this.over(id)
        session = refreshed
      } catch (error) {
        // The provider is away: what is still good stays good.
        if (kept.tokenEndsAt <= now) return { unavailable: (error as Error).message }
      }
    }
    if (session.endsAt <= now || session.tokenEndsAt <= now) return this.over(id)
    if (session.accessToken === undefined) return { session }
    const result = await (await this.authenticator).authenticate(`Bearer ${session.accessToken}`)
    if ('caller' in result) return { session: { ...session, caller: result.caller } }
    return result.refused === 'invalid' ? this.over(id) : { unavailable: result.reason }
  }

  /** The session that has ended, where there was one. */
  async end(id: string): Promise<Session | undefined> {
    const session = await this.store.get(id)
    await this.store.end(id)
    return session
  }

  private async over(id: string): Promise<Recognised> {
    await this.store.end(id)
    return { ended: true }
  }

  private refreshed(id: string, kept: Session): Promise<Session | undefined> {
    const key = hashOf(id)
    const going = this.refreshing.get(key)
    if (going) return going
    const work = this.refresh(id, kept).finally(() => this.refreshing.delete(key))
    this.refreshing.set(key, work)
    return work
  }

  /** Undefined where the provider refuses, or the session has ended meanwhile. */
  private async refresh(id: string, kept: Session): Promise<Session | undefined> {
    try {
      const tokens = await this.client.refresh(kept.refreshToken!)
      const idToken = tokens.idToken ?? kept.idToken
      const session = await this.sessionOf({ ...tokens, ...(idToken ? { idToken } : {}) }, kept.endsAt)
      // A refresh makes nobody into somebody else.
      if (session.caller.subject !== kept.caller.subject) return undefined
      return (await this.store.replace(id, session)) ? session : undefined
    } catch (error) {
      if (!(error instanceof SignInRefused)) throw error
      // Another gateway may have used the token first.
      const now = await this.store.get(id)
      return now && now.refreshToken !== kept.refreshToken ? now : undefined
    }
  }

  /** By the access token where the mesh takes it, as from anybody; else by what the ID token says, while it is said to last. */
  private async sessionOf(tokens: Tokens, endsAt: number): Promise<Session> {
    const { accessToken, refreshToken, idToken, claims, endsAt: tokenEndsAt } = tokens
    const kept = {
      ...(refreshToken === undefined ? {} : { refreshToken }),
      ...(idToken === undefined ? {} : { idToken }),
      tokenEndsAt: Math.min(tokenEndsAt, endsAt),
      endsAt: refreshToken === undefined ? Math.min(tokenEndsAt, endsAt) : endsAt,
    }
    const result = await (await this.authenticator).authenticate(`Bearer ${accessToken}`)
    if ('caller' in result) return { caller: result.caller, accessToken, ...kept }
    const caller: Caller | undefined = claims && callerOf(claims, this.claims)
    if (!caller) throw new SignInRefused(`neither token says who it is: ${result.reason}`)
    return { caller, ...kept }
  }
}
