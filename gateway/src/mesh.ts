import { problem } from '@terrane/schema/problems'
import { EmbeddedDecisionPoint } from './authorisation/embedded.js'
import { AccessRequests } from './catalogue/access-requests/access-requests.js'
import { GrantsAtProduct } from './catalogue/access-requests/grants-at-product.js'
import type { RequestStore } from './catalogue/access-requests/request-store.js'
import { VitalSigns } from './catalogue/vital-signs.js'
import { HttpDataSource, type OnBreakerChange } from './executor/http-data-source.js'
import type { FiguresOf } from './executor/plan/plan-memory.js'
import { PlanningThread } from './executor/plan/planning-thread.js'
import { ProductDataSource } from './executor/product-data-source.js'
import type { BreakerState } from './executor/transport/breaker.js'
import { SubgraphUnavailable } from './executor/transport/exchange-errors.js'
import { transportOf } from './executor/transport/subgraph-transport.js'
import type { GatewayOptions } from './gateway.js'
import type { Log } from './log.js'
import { DEFAULT_LIMITS } from './plugins/use-limits.js'
import { GatewayStartError } from './start-error.js'
import { type RemoteEndpoint, remoteEndpoint } from './supergraph/endpoints.js'
import { Federation, readSupergraph, subgraphsOf } from './supergraph/federation.js'
import type { ProductIdentities } from './supergraph/product-identities.js'
import { Products } from './supergraph/products.js'
import { shareComposing } from './supergraph/shared-composing.js'
import { UnchangedComposition } from './supergraph/unchanged-composition.js'
import type { FetchWatch } from './telemetry/watch.js'

/** What the gateway stands on: products, the supergraph made of them, and who decides about them. */
export interface Mesh {
  products: Products
  federation: Federation
  decisionPoint: EmbeddedDecisionPoint
  signs: VitalSigns
  /** Names of subgraphs that are the gateway's own. */
  own: ReadonlySet<string>
  /** How a product of another process is met: by its name and its URL. */
  remote(name: string, url: string): RemoteEndpoint
  /** Of the subgraphs that are asked over HTTP: which are asked, and which are left alone because they fail. */
  breakers(): ReadonlyMap<string, BreakerState>
  /**
   * Of a supergraph as it is, the subgraphs whose own policies it names: they are asked what they grant, and told who
   * asks. False while one of them cannot be asked; until then all that takes its grants is denied.
   */
  meetGoverned(): Promise<boolean>
  close(): Promise<void>
}

/** Reads the products of this process and composes them, or takes a supergraph as it is. */
export async function openMesh(
  options: GatewayOptions,
  identities: ProductIdentities,
  /** Of the catalogue, where there is one. */
  requestStore: RequestStore | undefined,
  log: Log,
  watchFetch: (subgraph: string, other: FetchWatch | undefined) => FetchWatch,
  figuresOf: FiguresOf,
  /** Of `options.supergraph`, where it is being read already. */
  supergraphText?: Promise<string>,
): Promise<Mesh> {
  const onFailure = (subgraph: string, error: unknown) => {
    // Told once, when its breaker opened.
    if (error instanceof SubgraphUnavailable) return
    log({ level: 'error', message: 'A subgraph did not answer', subgraph, reason: (error as Error).message })
  }
  const onBreakerChange: OnBreakerChange = (subgraph, breaker, detail) =>
    log({
      level: breaker === 'open' ? 'error' : 'info',
      message: BREAKER_MESSAGES[breaker],
      subgraph,
      breaker,
      ...detail,
    })
  const given = options.supergraph === undefined ? undefined : await readSupergraph(options.supergraph, supergraphText)
  if (given && given.sdl === undefined) throw new GatewayStartError(given.problems)

  const signs = new VitalSigns(identities)
  const own = given
    ? undefined
    : (await import('./catalogue/mesh-subgraph.js')).meshSubgraph({
        products: () => products.all(),
        signs,
        requests: () => requests(),
      })
  const products: Products = new Products(
    identities,
    own ? [own.subgraph] : [],
    new UnchangedComposition(shareComposing()),
  )
  const unread = await products.load(options.products ?? [], { remote: false })
  if (unread.length > 0) throw new GatewayStartError(unread)
  const composed = given ? { supergraph: given.sdl!, problems: [] } : await products.supergraph()
  if (composed.supergraph === undefined) throw new GatewayStartError(composed.problems)

  const transport = (name: string) =>
    transportOf(name, options.subgraphs ?? {}, options.limits?.timeMilliseconds ?? DEFAULT_LIMITS.timeMilliseconds)
  const reachable = given ? subgraphsOf(given.sdl!).filter(({ url }) => /^https?:/.test(url)) : []
  const foreign = new Map(
    reachable.map(({ name, url }) => [name, new HttpDataSource(name, url, transport(name), onBreakerChange)]),
  )
  const targetOf = (name: string) =>
    products.get(name)?.dataSource ?? foreign.get(name) ?? (name === own?.subgraph.name ? own.dataSource : undefined)
  const federation = new Federation(
    composed.supergraph,
    ({ name }) => new ProductDataSource(name, () => targetOf(name), identities, onFailure, watchFetch),
    // What was composed here is valid.
    sdl => new PlanningThread({ sdl, validate: given !== undefined, log }),
    { bytes: options.limits?.planBytes ?? DEFAULT_LIMITS.planBytes, figuresOf },
    options.apolloGateway ? (await import('./supergraph/apollos-gateway.js')).ApollosGateway : undefined,
  )
  await federation.gateway.load().catch(error => {
    throw new GatewayStartError([problem('SUPERGRAPH_REFUSED', { reason: (error as Error).message })])
  })
  const decisionPoint = new EmbeddedDecisionPoint(
    () => products.all(),
    identities,
    (product, error) =>
      log({ level: 'error', message: 'A policy cannot be asked for', product, reason: (error as Error).message }),
  )
  const accessRequests = requestStore
    ? new AccessRequests({
        store: requestStore,
        grants: new GrantsAtProduct(identities),
        grantsChanged: async name => {
          const product = products.get(name)
          if (product) await decisionPoint.renew(product)
        },
      })
    : undefined
  const remote = (name: string, url: string) => remoteEndpoint(name, url, transport(name), onBreakerChange)
  const breakers = () => {
    const states = new Map<string, BreakerState>()
    const sources = [...foreign, ...products.all().map(one => [one.endpoint.name, one.dataSource] as const)]
    for (const [name, source] of sources) {
      const state = source instanceof HttpDataSource ? source.breakerState : undefined
      if (state) states.set(name, state)
    }
    return states
  }
  const requests = () => {
    if (!accessRequests)
      throw new TypeError('A supergraph as it is has no catalogue, and no mesh subgraph that asks for it')
    return accessRequests
  }
  const meetGoverned = async () => {
    const governed = federation.current.rights.products()
    const unmet = reachable.filter(({ name }) => governed.has(name) && !products.get(name))
    await products.load(
      unmet.map(({ name, url }) => remote(name, url)),
      { remote: true },
    )
    return unmet.every(({ name }) => products.get(name))
  }
  const close = async () => {
    federation.close()
    await Promise.all([products.close(), ...[...foreign.values()].map(source => source.close())])
  }
  const ownNames = new Set(own ? [own.subgraph.name] : [])
  return { products, federation, decisionPoint, signs, own: ownNames, remote, breakers, meetGoverned, close }
}

const BREAKER_MESSAGES: Record<BreakerState, string> = {
  open: 'A subgraph is left alone for a while, because its last requests failed',
  'half-open': 'A subgraph that was left alone is tried again',
  closed: 'A subgraph that was left alone answers again',
}
