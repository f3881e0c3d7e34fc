import { refuseSeveralChanges } from '@terrane/schema/graph/control-guard'
import type { GraphQLResolveInfo } from 'graphql'
import type { Operation } from '../../executor/operation.js'
import { cursorOf, pageSize, positionIn } from '../page.js'
import type { VisibleProduct } from '../visible-product.js'
import type { AccessRequest, RequestState } from './access-request.js'
import { type AccessRequests, maySee } from './access-requests.js'
import type { RequestScope } from './request-store.js'
import type { DecisionInput, RequestInput } from './terms.js'

interface ListArguments {
  scope?: 'MINE' | 'TO_DECIDE' | 'ALL_I_MAY_SEE' | null
  states?: RequestState[] | null
  product?: string | null
  first?: number | null
  after?: string | null
}

/** A request as this caller may see it. */
interface Shown {
  request: AccessRequest
  seen: VisibleProduct | undefined
  own: boolean
}

/** Access requests in the graph. `seenBy`: the products that the caller may know of. */
export function accessRequestResolvers(
  requests: () => AccessRequests,
  seenBy: (operation: unknown) => VisibleProduct[],
) {
  const shown = (request: AccessRequest, operation: Operation, seen: VisibleProduct[]): Shown[] => {
    const product = seen.find(({ name }) => name === request.product)
    const own = operation.caller.authenticated && request.requestedBy === operation.caller.subject
    return maySee(request, operation, product) ? [{ request, seen: product, own }] : []
  }
  const changed = async (work: Promise<AccessRequest>, context: unknown) =>
    shown(await work, context as Operation, seenBy(context))[0] ?? null

  return {
    control: (_: unknown, __: unknown, ___: unknown, info: GraphQLResolveInfo) => {
      refuseSeveralChanges(info)
      return {}
    },
    Mesh: {
      accessRequest: async (_: unknown, { id }: { id: string }, context: unknown) => {
        const request = await requests().store.find(id)
        return (request && shown(request, context as Operation, seenBy(context))[0]) ?? null
      },
      accessRequests: async (_: unknown, args: ListArguments, context: unknown) => {
        const operation = context as Operation
        const seen = seenBy(context)
        const size = pageSize(args.first, 'requests')
        const after = positionIn<[string, string]>(
          args.after,
          position => position.length === 2 && position.every(part => typeof part === 'string'),
        )
        const states = statesOf(args)
        const filter = {
          scope: scopeOf(args.scope ?? 'MINE', operation, seen),
          ...(states ? { states } : {}),
          ...(args.product == null ? {} : { product: args.product }),
        }
        const found = await requests().store.list(filter, size + 1, after)
        const page = found.slice(0, size)
        const last = page.at(-1)
        return {
          nodes: page.flatMap(request => shown(request, operation, seen)),
          totalCount: () => requests().store.count(filter),
          pageInfo: {
            hasNextPage: found.length > size,
            endCursor: last ? cursorOf([last.requestedAt, last.id]) : null,
          },
        }
      },
    },
    MeshControl: {
      requestAccess: (_: unknown, { request }: { request: RequestInput }, context: unknown) =>
        changed(requests().request(context as Operation, seenBy(context), request), context),
      withdrawRequest: (_: unknown, { id }: { id: string }, context: unknown) =>
        changed(requests().withdraw(context as Operation, id), context),
      decideRequest: (_: unknown, args: { id: string; decision: DecisionInput }, context: unknown) =>
        changed(requests().decide(context as Operation, seenBy(context), args.id, args.decision), context),
    },
    MeshAccessRequest: {
      ...fields('id', 'product', 'dataset', 'reason', 'until', 'requestedBy', 'requestedByName', 'requestedAt'),
      ...fields('state', 'decidedBy', 'decidedAt', 'comment', 'grantedUntil', 'grantId'),
      properties: (one: Shown) => namesFor(one, one.request.properties),
      grantedProperties: (one: Shown) => one.request.grantedProperties && namesFor(one, one.request.grantedProperties),
      rowFilter: (one: Shown) => valueFor(one, one.request.rowFilter),
      masks: (one: Shown) => valueFor(one, one.request.masks),
      mayDecide: ({ request, seen }: Shown) => request.state === 'PENDING' && (seen?.mayControl ?? false),
      history: ({ request }: Shown) => requests().store.history(request.id),
    },
  }
}

function scopeOf(scope: NonNullable<ListArguments['scope']>, { caller }: Operation, seen: VisibleProduct[]) {
  const mine: RequestScope = caller.authenticated ? { requestedBy: caller.subject, of: [] } : { of: [] }
  if (scope === 'MINE') return mine
  const of = seen
    .filter(product => product.mayControl || (scope === 'ALL_I_MAY_SEE' && product.mayObserve))
    .map(product => ({ product: product.name, datasets: product.datasets.map(({ name }) => name) }))
  return scope === 'TO_DECIDE' ? { of } : { ...mine, of }
}

function statesOf({ scope, states }: ListArguments): RequestState[] | undefined {
  if (scope !== 'TO_DECIDE') return states ?? undefined
  return states == null || states.includes('PENDING') ? ['PENDING'] : []
}

const fields = (...names: (keyof AccessRequest)[]) =>
  Object.fromEntries(names.map(name => [name, ({ request }: Shown) => request[name]]))

/** Whoever asked wrote the names themselves; others see those that they may know of. */
function namesFor({ own, request, seen }: Shown, names: string[]): string[] {
  const known = seen?.datasets.find(({ name }) => name === request.dataset)?.properties ?? []
  return own ? names : names.filter(name => known.includes(name))
}

/** A filter may stand on a property that was not asked for and is hidden from the one who asked. */
function valueFor({ seen }: Shown, value: unknown): unknown {
  return value == null || !seen || seen.tells(JSON.stringify(value)) ? null : value
}
