import './without-apollo-telemetry.js'
import { ApolloServer } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import { IdentitySigner } from '@terrane/schema/identity/identity-signer'
import { loadOrCreateKeys } from '@terrane/schema/identity/keys'
import Fastify from 'fastify'
import { useAddresses } from './addresses/use-addresses.js'
import { useDataMesh } from './addresses/use-data-mesh.js'
import { DirectAnswers } from './answering/direct-answers.js'
import { KnownDocuments } from './answering/known-documents.js'
import { openIdentities } from './authentication/open-identities.js'
import { MemorySessions } from './authentication/session-store.js'
import { useSignIn } from './authentication/use-sign-in.js'
import { openCatalogue } from './catalogue/open-catalogue.js'
import { Registry } from './catalogue/registry.js'
import { useRegistry } from './catalogue/use-registry.js'
import { answerText } from './executor/answer-data.js'
import { authorisedExecutor } from './executor/authorised.js'
import { AnswerCache } from './executor/caching/answer-cache.js'
import { FetchCache } from './executor/caching/fetch-cache.js'
import { KeptMemory } from './executor/caching/kept-memory.js'
import { PublicationsReceived } from './executor/caching/publications-received.js'
import { RedisStore } from './executor/caching/redis-store.js'
import { RepeatReports } from './executor/caching/repeat-reports.js'
import { SharedAnswers } from './executor/caching/shared-answers.js'
import type { Operation } from './executor/operation.js'
import { planExecutor } from './executor/planned.js'
import type { Gateway, GatewayOptions } from './gateway.js'
import { listen } from './listen.js'
import { apolloLogger, logToStandardError } from './log.js'
import { openMesh } from './mesh.js'
import { useOpenApi } from './openapi/use-openapi.js'
import { draining } from './plugins/draining.js'
import { exactVariablesOfAddresses } from './plugins/exact-variables.js'
import { observedByAll } from './plugins/observe.js'
import { assemble, type Part } from './plugins/part.js'
import { useAudit } from './plugins/use-audit.js'
import { useAuthentication } from './plugins/use-authentication.js'
import { useCaching } from './plugins/use-caching.js'
import { useCompression } from './plugins/use-compression.js'
import { useGraphql } from './plugins/use-graphql.js'
import { useGraphqlOverHttp } from './plugins/use-graphql-over-http.js'
import { useHealth } from './plugins/use-health.js'
import { DEFAULT_LIMITS, useLimits } from './plugins/use-limits.js'
import { useMarketplace } from './plugins/use-marketplace.js'
import { maskErrors } from './plugins/use-masked-errors.js'
import { useMetrics } from './plugins/use-metrics.js'
import { useProductAnswers } from './plugins/use-product-answers.js'
import { useRequestIds } from './plugins/use-request-ids.js'
import { withinTime } from './plugins/use-time-limit.js'
import { useTracing } from './plugins/use-tracing.js'
import { Announcements } from './publications/announcements.js'
import { requestId } from './request-id.js'
import { keepShapeOfTicks } from './shape-of-ticks.js'
import { openSubscriptions } from './subscriptions/subscriptions.js'
import { ProductIdentities } from './supergraph/product-identities.js'
import { Tracing } from './telemetry/tracing.js'
import type { Siblings } from './workers/siblings.js'

/** Longest that a request under way holds up closing. */
const GRACE_MILLISECONDS = 5000
/** Between looks, while closing, at which connections have become idle. */
const IDLE_MILLISECONDS = 500

/** No route has a JSON Schema, and what would compile them takes long to load. */
const NO_COMPILERS = { buildValidator: noSchema, buildSerializer: noSchema }

function noSchema(): never {
  throw new TypeError('Routes of the gateway have no JSON Schemas')
}

/**
 * Starts the gateway and resolves once it serves. Throws `GatewayStartError` with problems where it cannot.
 * `supergraphText`: of `options.supergraph`, where it is being read already.
 */
export async function startGateway(
  options: GatewayOptions,
  siblings?: Siblings,
  supergraphText?: Promise<string>,
): Promise<Gateway> {
  keepShapeOfTicks()
  const log = options.log ?? logToStandardError
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const host = options.host ?? '127.0.0.1'

  const keys = await loadOrCreateKeys(options.home)
  const identities = new ProductIdentities(new IdentitySigner(keys.privateJwk))
  const tracing = useTracing(Tracing.open({ trustsCallers: options.trustTraceparent ?? false }))
  const metrics = useMetrics(
    { productCount: () => mesh.products.all().length, breakers: () => mesh.breakers() },
    { door: options.metrics ?? {}, host, siblings },
  )
  const catalogue = await openCatalogue(options)
  const people = await openIdentities(options, catalogue?.sessions ?? new MemorySessions(), keys.privateJwk.d!)
  const mesh = await openMesh(
    options,
    identities,
    catalogue?.requests,
    log,
    (name, other) => metrics.fetch(name, other),
    cache => metrics.caches.of(cache),
    supergraphText,
  ).catch(async error => {
    await catalogue?.store.close()
    throw error
  })
  const registry = new Registry(options, catalogue?.store, mesh, identities, log, siblings)

  const { federation, decisionPoint, products } = mesh
  const announcements = new Announcements(identities, log)
  const reports = new RepeatReports(name => products.get(name)?.endpoint, identities, log)
  const received = new PublicationsReceived(announcements)
  const shared =
    options.cacheUrl !== undefined && limits.cacheBytes > 0
      ? new SharedAnswers({
          store: await RedisStore.open(options.cacheUrl, log, limits.cacheMilliseconds),
          secret: keys.privateJwk.d!,
          scope: options.policies ?? {},
          figures: metrics.caches.ofShared('shared'),
          log,
        })
      : undefined
  const keeping = limits.cacheBytes > 0 ? { memory: new KeptMemory(limits.cacheBytes), received, reports } : undefined
  const answers =
    keeping && new AnswerCache({ ...keeping, figures: metrics.caches.of('answers'), ...(shared ? { shared } : {}) })
  const fetches = keeping && new FetchCache({ ...keeping, figures: metrics.caches.of('fetches') })
  const execute = withinTime(
    authorisedExecutor({
      supergraph: () => federation.current,
      decisionPoint,
      policies: options.policies ?? {},
      costLimit: limits.cost,
      inner: planExecutor(schema => federation.of(schema)),
      own: mesh.own,
      ...(answers && fetches ? { answers, fetches, received } : {}),
    }),
  )
  federation.gateway.executor = async request => execute(request)

  const formatError = maskErrors(log)
  const documents = new KnownDocuments()
  const observers = [metrics, useAudit(log)].flatMap(part => part.observer ?? [])
  const apollo: ApolloServer<Operation> = new ApolloServer<Operation>({
    gateway: federation.gateway,
    // The executor validates, against what the caller may know of; the whole schema's error texts would tell the rest.
    dangerouslyDisableValidation: true,
    introspection: true,
    persistedQueries: false,
    // It would weigh documents without their texts, which callers make as long as they like. `documents` knows the usual.
    documentStore: null,
    parseOptions: { maxTokens: 20 * limits.tokens },
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError,
    stringifyResult: answerText,
    logger: apolloLogger(log),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      exactVariablesOfAddresses(),
      useGraphqlOverHttp().graphql!,
      useLimits(limits).graphql!,
      ...(tracing.graphql ? [tracing.graphql] : []),
      observedByAll(observers),
      useCaching().graphql!,
      // What is known is answered without Apollo Server, and so without a gateway that it is given.
      ...(options.apolloGateway ? [] : [documents.learning()]),
    ],
  })
  await apollo.start()
  mesh.products.attach(federation)

  const direct = new DirectAnswers({ execute, schema: () => federation.current.apiSchema, observers, formatError })

  for (const product of products.all()) announcements.follow(product)
  products.onChange(product => announcements.follow(product))
  const subscriptions = openSubscriptions({
    supergraph: () => federation.current,
    decisionPoint,
    feed: announcements,
    limits,
    signIn: people.signIn,
    log,
  })
  const letGo = draining()
  const parts: Part[] = [
    letGo,
    tracing,
    useRequestIds(),
    useCompression(options.compression),
    useHealth(() => registry.missing()),
    metrics,
    useAuthentication(people.authenticator, people.signIn, log),
    ...people.parts,
    useSignIn(people.signIn, log),
    useCaching(),
    useGraphql({ apollo, documents, direct, subscriptions, limits, log, exchanged: metrics.exchanged }),
    useProductAnswers(),
    useAddresses({ products, identities, decisionPoint, limits, log }),
    useDataMesh({ products, decisionPoint, signs: mesh.signs }),
    useOpenApi({ products, decisionPoint, identities, log }),
    useRegistry(registry, keys.jwks),
    useMarketplace(options.marketplace),
  ]
  const app = Fastify({
    bodyLimit: limits.bodyBytes,
    genReqId: requestId,
    forceCloseConnections: 'idle',
    // What arrives on a connection that was open before is answered, and told that the connection ends.
    return503OnClosing: false,
    schemaController: { compilersFactory: NO_COMPILERS },
  })

  const end = async (drainMilliseconds: number) => {
    if (drainMilliseconds > 0) await letGo.drain(app, drainMilliseconds)
    // A stream or download that ends now leaves a connection behind which nobody has told that it ends.
    const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_MILLISECONDS)
    await app.close().finally(() => clearInterval(idle))
    await apollo.stop()
    await registry.close()
    announcements.close()
    shared?.close()
    await reports.close()
    await mesh.close()
    await catalogue?.store.close()
  }
  let ending: Promise<void> | undefined
  const close: Gateway['close'] = ({ drainMilliseconds = 0, graceMilliseconds = GRACE_MILLISECONDS } = {}) => {
    const cut = setTimeout(() => app.server.closeAllConnections(), drainMilliseconds + graceMilliseconds)
    ending ??= end(drainMilliseconds)
    return ending.finally(() => clearTimeout(cut))
  }
  try {
    await assemble(app, parts)
    const url = await listen(app, host, options.listenPort)
    await people.startAt(url)
    await registry.restore()
    return {
      url,
      ...(metrics.url === undefined ? {} : { metricsUrl: `${metrics.url}/metrics` }),
      // Over the loopback: whoever comes this way meets the very same server, streams included.
      fetch: request => {
        const { pathname, search } = new URL(request.url)
        return fetch(new Request(url + pathname + search, request), { redirect: 'manual' })
      },
      register: async endpoint => ({ problems: (await products.add({ endpoint, remote: false })).problems }),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
