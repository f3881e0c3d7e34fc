import { LessThan } from 'typeorm'
import { keyFor, seal, unseal } from '../authentication/sealed.js'
import { hashOf, type Session, type SessionStore } from '../authentication/session-store.js'
import { SignedInSession } from './signed-in-session.js'
import type { CatalogueStore } from './store.js'

const MOST = 100_000

/**
 * Sessions in the catalogue's store: they outlive the process, and gateways with one database share them. A row is sealed
 * under its own id, which stands in a cookie and nowhere else, so the database alone opens nothing.
 */
export class CatalogueSessions implements SessionStore {
  constructor(private readonly store: CatalogueStore) {}

  async get(id: string): Promise<Session | undefined> {
    const row = await this.store.read(manager => manager.findOneBy(SignedInSession, { idHash: hashOf(id) }))
    return row ? unseal<Session>(keyOf(id), row.sealed) : undefined
  }

  async add(id: string, session: Session): Promise<void> {
    await this.store.write(async manager => {
      await manager.delete(SignedInSession, { endsAt: LessThan(Date.now()) })
      const extra = (await manager.count(SignedInSession)) - MOST + 1
      if (extra > 0)
        await manager.remove(await manager.find(SignedInSession, { order: { endsAt: 'ASC' }, take: extra }))
      await manager.insert(SignedInSession, { idHash: hashOf(id), ...rowOf(id, session) })
    })
  }

  replace(id: string, session: Session): Promise<boolean> {
    return this.store.write(async manager => {
      const { affected } = await manager.update(SignedInSession, { idHash: hashOf(id) }, rowOf(id, session))
      return affected === 1
    })
  }

  async end(id: string): Promise<void> {
    await this.store.write(manager => manager.delete(SignedInSession, { idHash: hashOf(id) }))
  }
}

const rowOf = (id: string, session: Session) => ({ sealed: seal(keyOf(id), session), endsAt: session.endsAt })
const keyOf = (id: string) => keyFor('session', id)
