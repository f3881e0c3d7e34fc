import type { GraphQLDataSource } from '@apollo/gateway'
import type { MetricsDoor } from '@terrane/schema'
import type { SubgraphTransports } from './executor/transport/subgraph-transport.js'

export type { SubgraphTransport, SubgraphTransports } from './executor/transport/subgraph-transport.js'

/** A product as the gateway meets it: over HTTP by its URL, or in this process by these two. */
export interface ProductEndpoint {
  /** `uk-sales` */
  name: string
  /** Where it would answer over HTTP; in process a name only, `terrane:uk-sales`. */
  url: string
  /** Its HTTP surface. */
  fetch: (request: Request) => Promise<Response>
  dataSource?: GraphQLDataSource
}

export interface GatewayOptions {
  listenPort: number
  host?: string
  /** TERRANE_HOME: catalogue, keys, embedded identity provider. */
  home: string
  databaseUrl?: string
  /** `redis://` or `rediss://`: where gateways of one key share what they have answered (docs/caching.md). */
  cacheUrl?: string
  /** Products in this process. */
  products?: ProductEndpoint[]
  /** Products elsewhere, by URL. */
  productUrls?: string[]
  /** Instead of products: a supergraph as it is, from a file or URL. */
  supergraph?: string
  /**
   * Whether Apollo's own gateway loads, validates and swaps what is served, and has our executor run operations by its public
   * property. It holds up the serving thread at each swap. Default: what is published or checked was loaded by it before.
   */
  apolloGateway?: boolean
  /** Any OpenID provider; without it and with `demo` the embedded one. */
  issuer?: {
    url: string
    audience: string
    jwksUrl?: string
    algorithms?: string[]
    claims?: { roles?: string; scopes?: string; subject?: string }
  }
  /** The gateway as a client of the issuer, so that people can sign in with a browser. */
  signIn?: {
    clientId: string
    clientSecret?: string
    /** Default `openid profile`, and `offline_access` where the issuer has it. */
    scope?: string
  }
  /** Where browsers find the gateway, if that is not where it listens: `https://data.example.com`. */
  publicUrl?: string
  /** Embedded identity provider, persona tokens from an endpoint. Never in production. */
  demo?: boolean
  /**
   * What the embedded provider derives the secrets of the products' clients from, where they are handed to products
   * before the gateway first starts. Default: made on first use, under home.
   */
  clientSeed?: string
  /** Policies of foreign subgraphs: what `@policy` names → roles that meet it. Others are met by nobody. */
  policies?: Record<string, string[]>
  limits?: Partial<GatewayLimits>
  /** How subgraphs are asked over HTTP: time-outs, sizes, retries (see docs/limits.md). */
  subgraphs?: SubgraphTransports
  /** Who is told its metrics. Default: who asks from this machine. */
  metrics?: MetricsDoor
  /**
   * Whether a caller's `traceparent` says if a request is traced, as it may behind a proxy that decides it. Default: not;
   * traces go on in the caller's either way.
   */
  trustTraceparent?: boolean
  /** Whether answers are compressed for who accepts it. Default true. */
  compression?: boolean
  /** Folder with the built marketplace; default the workspace's. */
  marketplace?: string
  log?: (event: { level: 'info' | 'warn' | 'error'; message: string; [detail: string]: unknown }) => void
}

export interface GatewayLimits {
  /** Levels of selection. Default 15. */
  depth: number
  /** Aliases in one operation. Default 30. */
  aliases: number
  /** Fields and directives in one operation. Default 1000. */
  tokens: number
  /** Values that one operation's answer may hold at most, by its page sizes (see docs/limits.md). Default 100000. */
  cost: number
  /** Bytes of answers and fetches that are kept and given again while they are exact (docs/caching.md). 0 none. Default 64 MiB. */
  cacheBytes: number
  /** Milliseconds that a look-up at `cacheUrl` may take; then it is a miss. Default 30. */
  cacheMilliseconds: number
  /** Bytes, as estimated, of plans, projections and questions that are kept made ready. Default 128 MiB. */
  planBytes: number
  /** Milliseconds for one operation. Default 30000. */
  timeMilliseconds: number
  /** Event streams open at once in this process; of those half at most are visitors', who cannot be told apart. Default 1000. */
  streams: number
  /** Event streams open at once of one caller. Default 20. */
  streamsPerCaller: number
  /** Milliseconds after which a stream is closed, to be opened again. Default an hour. */
  streamMilliseconds: number
  /** Milliseconds between looks at whether a stream's caller may still have it, apart from those at every event. Default 10000. */
  streamCheckMilliseconds: number
  /** Bytes of a request's body, uploads through input ports apart. Default 1 MiB. */
  bodyBytes: number
  /** Products up to which a change is put in force within the process; where workers serve, more are by new ones. Default 50. */
  subgraphsSwapped: number
}

export interface Gateway {
  readonly url: string
  /** Where metrics are told, if at an address of their own. */
  readonly metricsUrl?: string
  /** In-process door to the same server, `Request` to `Response`. */
  fetch(request: Request): Promise<Response>
  /** Adds or replaces a product, composes, swaps. Problems where composition refuses; then nothing changed. */
  register(endpoint: ProductEndpoint): Promise<{ problems: { code: string; message: string }[] }>
  /**
   * `drainMilliseconds`: how long clients are let go one by one before what is idle is closed; default 0.
   * `graceMilliseconds`: how long from then on what is under way may take; default 5000. Of one that closes already, the
   * shorter time counts.
   */
  close(options?: { drainMilliseconds?: number; graceMilliseconds?: number }): Promise<void>
}
