import type { Grant } from '@terrane/schema'
import type { EntityManager } from 'typeorm'
import type { StoreConnection } from '../store-connection.js'
import type { SecurityStore } from '../stores.js'
import { GrantEntity, PolicyVersionEntity } from './entities.js'

const ONLY = { id: 1 }
/** What is absent is written as null, so that a grant put again loses what it no longer says. */
const ABSENT = {
  properties: null,
  classifications: null,
  rowFilter: null,
  masks: null,
  from: null,
  until: null,
  reason: null,
}

export class TypeOrmSecurityStore implements SecurityStore {
  constructor(private readonly store: StoreConnection) {}

  grants(): Promise<Grant[]> {
    return this.store.read(async manager => {
      const found = await manager.find(GrantEntity, { order: { at: 'ASC', id: 'ASC' } })
      return found.map(
        grant => Object.fromEntries(Object.entries(grant).filter(([, value]) => value !== null)) as unknown as Grant,
      )
    })
  }

  replaceDeclared(grants: Grant[]): Promise<void> {
    return this.store.write(async manager => {
      await manager.delete(GrantEntity, { origin: 'declared' })
      for (const grant of grants) await put(manager, grant)
      await grown(manager)
    })
  }

  put(grant: Grant): Promise<void> {
    return this.store.write(async manager => {
      await put(manager, grant)
      await grown(manager)
    })
  }

  revoke(id: string): Promise<boolean> {
    return this.store.write(async manager => {
      const { affected } = await manager.delete(GrantEntity, { id })
      if (affected) await grown(manager)
      return Boolean(affected)
    })
  }

  version(): Promise<number> {
    return this.store.read(async manager => (await manager.findOneByOrFail(PolicyVersionEntity, ONLY)).version)
  }
}

async function put(manager: EntityManager, grant: Grant): Promise<void> {
  // One statement: what starts beside this process may declare the same grant.
  await manager.upsert(GrantEntity, { ...ABSENT, ...grant } as object, ['id'])
}

async function grown(manager: EntityManager): Promise<void> {
  await manager.increment(PolicyVersionEntity, ONLY, 'version', 1)
}
