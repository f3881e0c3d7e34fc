import { Brackets, type EntityManager } from 'typeorm'
import type { CatalogueStore } from '../store.js'
import { AccessRequest, AccessRequestEvent, type RequestState } from './access-request.js'

/** A decision that takes longer than this is taken to have died with its gateway. */
const CLAIM_MILLISECONDS = 60_000

/** Requests of this subject, and those of these datasets. */
export interface RequestScope {
  requestedBy?: string
  of: { product: string; datasets: string[] }[]
}

export interface RequestFilter {
  scope: RequestScope
  states?: RequestState[]
  product?: string
}

/** Requests and their history. Every change of state is one statement that holds only while the request is open. */
export class RequestStore {
  constructor(private readonly store: CatalogueStore) {}

  find(id: string): Promise<AccessRequest | null> {
    return this.store.read(manager => manager.findOneBy(AccessRequest, { id }))
  }

  history(request: string): Promise<AccessRequestEvent[]> {
    return this.store.read(manager =>
      manager.find(AccessRequestEvent, { where: { request }, order: { position: 'ASC' } }),
    )
  }

  /** The newest first, beginning after `after`. */
  list(filter: RequestFilter, take: number, after?: [requestedAt: string, id: string]): Promise<AccessRequest[]> {
    return this.store.read(manager => {
      const query = matching(manager, filter).orderBy('r.requestedAt', 'DESC').addOrderBy('r.id', 'DESC').take(take)
      if (after) {
        const [at, id] = after
        query.andWhere('(r.requestedAt < :at OR (r.requestedAt = :at AND r.id < :afterId))', { at, afterId: id })
      }
      return query.getMany()
    })
  }

  count(filter: RequestFilter): Promise<number> {
    return this.store.read(manager => matching(manager, filter).getCount())
  }

  /** Undefined where it is in; else what is in the way: an open one that asks for the same, or too many open ones. */
  add(request: AccessRequest, mostOpen: number): Promise<AccessRequest | 'too many' | undefined> {
    return this.store.write(async manager => {
      const { id, requestedBy, requestedAt, reason } = request
      const open = await manager.findBy(AccessRequest, { requestedBy, state: 'PENDING' })
      const same = open.find(one => askedIn(one) === askedIn(request))
      if (same) return same
      if (open.length >= mostOpen) return 'too many'
      await manager.insert(AccessRequest, request as never)
      await record(manager, { request: id, at: requestedAt, by: requestedBy, what: 'REQUESTED', comment: reason })
      return undefined
    })
  }

  /** Takes an open request to decide it. False where somebody else has it or had it. */
  claim(id: string, claim: string): Promise<boolean> {
    const claimedAt = new Date().toISOString()
    return this.change(id, 'claim IS NULL OR claimed_at < :stale', { claim, claimedAt }, { stale: stale() })
  }

  release(id: string, claim: string): Promise<boolean> {
    return this.change(id, 'claim = :mine', { claim: null, claimedAt: null }, { mine: claim })
  }

  /** False where the claim was lost meanwhile: then nothing is written. */
  decide(
    id: string,
    claim: string,
    decision: Pick<AccessRequest, 'decidedBy' | 'decidedAt' | 'comment'> & {
      state: Exclude<RequestState, 'PENDING' | 'WITHDRAWN'>
    } & Partial<Pick<AccessRequest, 'grantedProperties' | 'grantedUntil' | 'rowFilter' | 'masks' | 'grantId'>>,
  ): Promise<boolean> {
    const { decidedBy, decidedAt, comment, state } = decision
    return this.change(
      id,
      'claim = :mine',
      { ...decision, claim: null, claimedAt: null },
      { mine: claim },
      { request: id, at: decidedAt!, by: decidedBy!, what: state, comment },
    )
  }

  withdraw(id: string, by: string): Promise<boolean> {
    return this.change(
      id,
      'requested_by = :by AND (claim IS NULL OR claimed_at < :stale)',
      { state: 'WITHDRAWN' },
      { by, stale: stale() },
      { request: id, at: new Date().toISOString(), by, what: 'WITHDRAWN', comment: null },
    )
  }

  /** One conditional update: of two that come at once one finds the condition met. */
  private change(
    id: string,
    condition: string,
    values: Partial<AccessRequest>,
    parameters: Record<string, string>,
    event?: Omit<AccessRequestEvent, 'position'>,
  ): Promise<boolean> {
    return this.store.write(async manager => {
      const { affected } = await manager
        .createQueryBuilder()
        .update(AccessRequest)
        .set(values as never)
        .where(`id = :id AND state = 'PENDING' AND (${condition})`, { ...parameters, id })
        .execute()
      if (affected !== 1) return false
      if (event) await record(manager, event)
      return true
    })
  }
}

async function record(manager: EntityManager, event: Omit<AccessRequestEvent, 'position'>): Promise<void> {
  const position = (await manager.countBy(AccessRequestEvent, { request: event.request })) + 1
  await manager.insert(AccessRequestEvent, { ...event, position })
}

function matching(manager: EntityManager, { scope, states, product }: RequestFilter) {
  const query = manager.createQueryBuilder(AccessRequest, 'r').where(
    new Brackets(any => {
      any.where('1 = 0')
      if (scope.requestedBy !== undefined) any.orWhere('r.requestedBy = :by', { by: scope.requestedBy })
      scope.of.forEach(({ product: of, datasets }, at) => {
        if (datasets.length === 0) return
        const [named, within] = [`of${at}`, `within${at}`]
        any.orWhere(`(r.product = :${named} AND r.dataset IN (:...${within}))`, { [named]: of, [within]: datasets })
      })
    }),
  )
  if (states) query.andWhere(states.length === 0 ? '1 = 0' : 'r.state IN (:...states)', { states })
  if (product !== undefined) query.andWhere('r.product = :product', { product })
  return query
}

const askedIn = ({ product, dataset, properties }: AccessRequest) => JSON.stringify([product, dataset, properties])
const stale = () => new Date(Date.now() - CLAIM_MILLISECONDS).toISOString()
