import type { Adapter, AdapterPayload } from 'oidc-provider'
import { BoundedMap } from '../bounded-map.js'

type FindClient = (id: string) => AdapterPayload | undefined

/** Sessions, grants and codes of the embedded provider: kept in memory, gone with the process. */
export function memoryAdapters(findClient: FindClient): (model: string) => Adapter {
  const kept = new BoundedMap<string, { payload: AdapterPayload; until: number }>(20_000)
  const byGrant = new BoundedMap<string, string[]>(20_000)

  return model => {
    const keyOf = (id: string) => `${model} ${id}`
    const live = (key: string) => {
      const entry = kept.get(key)
      return entry && entry.until > Date.now() ? entry.payload : undefined
    }
    return {
      async upsert(id, payload, expiresIn) {
        const key = keyOf(id)
        const until = expiresIn ? Date.now() + expiresIn * 1000 : Number.POSITIVE_INFINITY
        kept.set(key, { payload, until })
        if (payload.uid) kept.set(`${model} uid ${payload.uid}`, { payload, until })
        if (payload.grantId) byGrant.set(payload.grantId, [...(byGrant.get(payload.grantId) ?? []), key])
      },
      async find(id) {
        return model === 'Client' ? findClient(id) : live(keyOf(id))
      },
      async findByUid(uid) {
        return live(`${model} uid ${uid}`)
      },
      async findByUserCode() {
        return undefined
      },
      async consume(id) {
        const payload = live(keyOf(id))
        if (payload) payload.consumed = Math.floor(Date.now() / 1000)
      },
      async destroy(id) {
        kept.delete(keyOf(id))
      },
      async revokeByGrantId(grantId) {
        for (const key of byGrant.get(grantId) ?? []) kept.delete(key)
        byGrant.delete(grantId)
      },
    }
  }
}
