import {
  addressOf,
  atMajor,
  datasetAddress,
  IDENTITY_HEADER,
  INTRODUCTION_PATH,
  majorlessAddresses,
  NEWS_PATH,
  OPENAPI_PATH,
  type ProductPolicy,
  REPEATS_PATH,
} from '@terrane/schema'
import { type Context, Hono } from 'hono'
import type { Log } from './data-product-options.js'
import { documentResponse, type ManagedProduct, recordRepeats } from './management-ports/index.js'
import type { ProductMetrics } from './metrics.js'
import type { Admitted } from './output-ports/admission.js'
import { MEDIA_TYPES } from './output-ports/formats.js'
import type { OutputPort } from './output-ports/port.js'
import { notFound, problemResponse, refusalResponse } from './output-ports/problem-response.js'
import { Refusal } from './output-ports/refusal.js'
import { StoreUnavailable } from './store-unavailable.js'
import { traced } from './tracing.js'

/** What stands behind the routes; each part answers for itself. */
export interface RouteParts {
  managed: ManagedProduct
  /** Who asks, by the value of the identity header. @throws Refusal UNAUTHENTICATED */
  admit: (token: string | undefined) => Promise<Admitted>
  /** Whether the gateway asks for the name alone, before it knows whom it speaks to. */
  introduced: (token: string | undefined) => Promise<boolean>
  policy: () => Promise<ProductPolicy>
  /** The publication in force and those that follow, for the mesh itself. */
  news: () => ReadableStream<Uint8Array>
  graphql: OutputPort
  files: OutputPort
  /** Takes a push in for a port; refusals and receipts are its answer. */
  receive: (port: string, request: Request, admitted: Admitted) => Promise<Response>
  /** Takes a pushed file back. */
  withdraw: (port: string, sha256: string, admitted: Admitted) => Promise<Response>
  /** Control and observability, below the address. */
  management: (asking: (context: Context) => Admitted) => Hono
  /** The discovery port's answers. */
  discovery: {
    describe: (admitted: Admitted) => Promise<object>
    page: (admitted: Admitted) => Promise<string>
    descriptor: (admitted: Admitted) => object
    contract: (dataset: string, admitted: Admitted) => object | undefined
    openApi: (admitted: Admitted) => Promise<object>
  }
  /** Undefined where the product can answer; else why not. */
  unready: () => Promise<string | undefined>
  metrics: ProductMetrics
  log: Log
}

type Variables = { Variables: { admitted: Admitted } }

/** The page has no script and needs none; nothing of it may be framed or guessed at. */
const PAGE_HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'private, no-cache',
  vary: `accept, ${IDENTITY_HEADER}`,
}

/** The product's whole HTTP surface, in the order in which a request is looked at. */
export function productRoutes(parts: RouteParts): Hono<Variables> {
  const { product } = parts.managed
  const address = addressOf(product)
  const app = new Hono<Variables>()

  app.get('/healthz', context => context.text('ok'))
  app.get('/readyz', async context => {
    const reason = await parts.unready()
    return reason === undefined ? context.text('ok') : problemResponse(503, reason)
  })
  app.get('/metrics', async context =>
    context.body(await parts.metrics.text(), 200, { 'content-type': 'text/plain; version=0.0.4' }),
  )

  app.get(INTRODUCTION_PATH, async context =>
    (await parts.introduced(context.req.header(IDENTITY_HEADER)))
      ? context.json({ name: parts.managed.product.name })
      : notFound(),
  )

  app.use(async (context, next) => {
    const started = performance.now()
    context.set('admitted', await parts.admit(context.req.header(IDENTITY_HEADER)))
    await next()
    parts.metrics.answered(portOf(context.req.path, address), context.res.status, (performance.now() - started) / 1000)
  })

  app.all('/graphql', context =>
    traced(product.name, context.req.header(), () => parts.graphql.fetch(context.req.raw, context.get('admitted'))),
  )

  app.get('/.well-known/data-product/policy', async context => {
    if (!context.get('admitted').gateway) return notFound()
    const policy = await parts.policy()
    const headers = { etag: `"${policy.version}"`, 'cache-control': 'private, no-cache' }
    if (context.req.header('if-none-match') === headers.etag) return context.body(null, 304, headers)
    return context.json(policy, 200, headers)
  })

  app.get(NEWS_PATH, context => {
    if (!context.get('admitted').gateway) return notFound()
    return context.body(parts.news(), 200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  })

  app.post(REPEATS_PATH, async context => {
    if (!context.get('admitted').gateway) return notFound()
    const recorded = recordRepeats(parts.managed, await context.req.json().catch(() => undefined))
    return recorded === undefined
      ? problemResponse(400, 'Send { "repeats": [{ at, subject, reads, denied }] }.')
      : context.body(null, 204)
  })

  // What follows may be known of only by who may know of the product.
  app.use(async (context, next) => {
    const { decision, gateway } = context.get('admitted')
    return decision.discover || gateway ? next() : notFound()
  })

  app.get('/.well-known/data-product', context => described(context, parts))
  app.get(address, async context => {
    const accept = context.req.header('accept') ?? ''
    return accept.includes('text/html')
      ? context.html(await parts.discovery.page(context.get('admitted')), 200, PAGE_HEADERS)
      : described(context, parts)
  })
  app.get(OPENAPI_PATH, async context =>
    documentResponse(context.req.raw, await parts.discovery.openApi(context.get('admitted')), 'json'),
  )
  app.get(`${address}/product.odps.yaml`, context =>
    documentResponse(context.req.raw, parts.discovery.descriptor(context.get('admitted'))),
  )
  app.post(`${address}/input/:port`, context =>
    parts.receive(context.req.param('port'), context.req.raw, context.get('admitted')),
  )
  app.delete(`${address}/input/:port/:sha256`, context =>
    parts.withdraw(context.req.param('port'), context.req.param('sha256'), context.get('admitted')),
  )
  app.route(
    address,
    parts.management(context => (context as Context<Variables>).get('admitted')),
  )

  const contract = (context: Context<Variables>) => {
    const document = parts.discovery.contract(context.req.param('dataset') ?? '', context.get('admitted'))
    return document === undefined ? notFound() : documentResponse(context.req.raw, document)
  }
  app.get(`${address}/:dataset/contract.yaml`, contract)
  app.get(`${address}/:dataset/:major/contract.yaml`, contract)
  app.get(`${address}/:dataset`, context => {
    const [name, extension = '', ...more] = context.req.param('dataset').split(/(?=\.)/)
    const dataset = product.datasets.find(each => each.name === name)
    const isFormat = extension === '' || Object.hasOwn(MEDIA_TYPES, extension.slice(1))
    if (!dataset || !isFormat || more.length > 0) return notFound()
    if (!context.get('admitted').decision.datasets[dataset.name]?.discover) return notFound()
    return context.redirect(datasetAddress(product, dataset) + extension + new URL(context.req.url).search, 307)
  })
  app.all(`${address}/:dataset/:file`, context => parts.files.fetch(context.req.raw, context.get('admitted')))
  app.get('/data/*', context => {
    const { pathname, search } = new URL(context.req.url)
    const own = majorlessAddresses(pathname).find(
      parsed => parsed.domain === product.domain && parsed.product === product.name,
    )
    return own ? context.redirect(atMajor(address, own) + search, 307) : notFound()
  })

  app.notFound(() => notFound())
  app.onError((error, context) => {
    if (context.req.path === '/graphql') {
      return context.json({ errors: [graphErrorOf(error, product.name, parts.log)] }, statusOf(error) as 500)
    }
    if (error instanceof Refusal) return refusalResponse(error)
    logFailure(error, product.name, parts.log)
    return problemResponse(statusOf(error), COULD_NOT)
  })
  return app
}

const COULD_NOT = 'The product could not answer this.'

/** An error that ends a request before or beside the graph, as the graph says it. */
export function graphErrorOf(error: unknown, product: string, log: Log) {
  if (error instanceof Refusal) return { message: error.message, extensions: error.extensions }
  logFailure(error, product, log)
  return { message: COULD_NOT, extensions: { code: 'INTERNAL_SERVER_ERROR' } }
}

function logFailure(error: unknown, product: string, log: Log): void {
  const said = error instanceof Error ? error.stack : String(error)
  log({ level: 'error', message: `A request of ${product} failed.`, error: said })
}

/** A store that is away may come back; anything else is our mistake. */
function statusOf(error: unknown): number {
  if (error instanceof Refusal) return error.status
  return error instanceof StoreUnavailable ? 503 : 500
}

async function described(context: Context<Variables>, parts: RouteParts): Promise<Response> {
  return documentResponse(context.req.raw, await parts.discovery.describe(context.get('admitted')), 'json')
}

/** For the metrics: few names, none of the caller's making. */
function portOf(path: string, address: string): string {
  if (path === '/graphql') return 'graphql'
  if (path.startsWith(`${address}/input/`)) return 'input'
  if (path.startsWith(`${address}/control/`)) return 'control'
  if (path.startsWith(`${address}/observability/`)) return 'observability'
  return path === address || path.startsWith('/.well-known/') || path.endsWith('.yaml') ? 'discovery' : 'files'
}
