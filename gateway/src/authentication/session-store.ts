import { createHash } from 'node:crypto'
import type { Caller } from '@terrane/schema'
import { BoundedMap } from '../bounded-map.js'

/** Somebody who has signed in, on the gateway's side. The browser holds its id and nothing else. */
export interface Session {
  /** As they were when the tokens came. */
  caller: Caller
  /** Checked with every request where the mesh takes it; else `caller`, from the ID token, stands until `tokenEndsAt`. */
  accessToken?: string
  refreshToken?: string
  idToken?: string
  /** Epoch milliseconds. */
  tokenEndsAt: number
  /** Whatever is refreshed, here it ends. */
  endsAt: number
}

/** Where sessions are kept. Ids are secret; a store keeps their hashes. */
export interface SessionStore {
  get(id: string): Promise<Session | undefined>
  add(id: string, session: Session): Promise<void>
  /** False where it has ended meanwhile: then nothing is written. */
  replace(id: string, session: Session): Promise<boolean>
  end(id: string): Promise<void>
}

/** Gone with the process: for a gateway without a catalogue. */
export class MemorySessions implements SessionStore {
  private readonly kept = new BoundedMap<string, Session>(10_000)

  async get(id: string): Promise<Session | undefined> {
    return this.kept.get(hashOf(id))
  }

  async add(id: string, session: Session): Promise<void> {
    this.kept.set(hashOf(id), session)
  }

  async replace(id: string, session: Session): Promise<boolean> {
    if (this.kept.get(hashOf(id)) === undefined) return false
    this.kept.set(hashOf(id), session)
    return true
  }

  async end(id: string): Promise<void> {
    this.kept.delete(hashOf(id))
  }
}

export const hashOf = (id: string) => createHash('sha256').update(id).digest('hex')
