import { availableParallelism } from 'node:os'
import path from 'node:path'
import type { GatewayLimits } from '@terrane/gateway'
import type { SubgraphTransports } from '@terrane/gateway/executor/transport/subgraph-transport'
import type { MetricsDoor } from '@terrane/schema'
import { subgraphTransports } from './subgraph-transports.js'

/** All that Terrane reads from the environment, read here and nowhere else (contracts' `${…}` apart). */
export interface Configuration {
  /** TERRANE_HOME: data, keys, demo sources. Default `.terrane` beside the workspace's package.json. */
  home: string
  /** PORT. Default 4000; 0 takes any free one. */
  listenPort: number
  /** HOST to listen on. Default 127.0.0.1. */
  host?: string
  /** TERRANE_DATABASE_URL: `mysql://…` instead of SQLite files. */
  databaseUrl?: string
  /** TERRANE_MESH_URL: the gateway through which products read one another. Without it: the sibling folders. */
  meshUrl?: string
  /**
   * TERRANE_GATEWAY_JWKS: the gateway's public keys, for a product on its own: a file, or a URL
   * (`<gateway>/.well-known/terrane-keys`). Default: at the mesh, else the key under home.
   */
  gatewayJwks?: string
  /** TERRANE_POLL_SECONDS: how often a product on its own looks at its sources where no contract says it. 0 never. */
  pollSeconds?: number
  /**
   * TERRANE_COST_LIMIT: what one operation may cost at the gateway; a product allows twice that. TERRANE_CACHE_BYTES: of
   * answers and fetches that the gateway keeps; 0 none. TERRANE_PLAN_BYTES: of plans and what belongs to them.
   */
  limits?: Partial<Pick<GatewayLimits, 'cost' | 'cacheBytes' | 'planBytes'>>
  /** TERRANE_SUBGRAPHS: how the gateway asks subgraphs over HTTP, as JSON or a file of it (docs/limits.md). */
  subgraphs?: SubgraphTransports
  /**
   * TERRANE_WORKERS: processes behind the gateway's port; `auto` as many as there are cores, 0 the one itself, which puts a
   * mesh of any size in force under those who ask it. Default 1, with `--demo` 0.
   */
  workers?: number
  /** TERRANE_CACHE_URL: `redis://…` or `rediss://…`, where gateways of one key share what they have answered. */
  cacheUrl?: string
  /**
   * TERRANE_METRICS: an address of its own for them, `9464` or `127.0.0.1:9464`, or `off`; TERRANE_METRICS_TOKEN: who bears
   * it may read them. Default: who asks from this machine.
   */
  metrics?: MetricsDoor
  /** TERRANE_COMPRESSION: `false` where a proxy compresses, or nobody need. Default true, for who accepts it. */
  compression?: boolean
  /** TERRANE_TRUST_TRACEPARENT: `true` where a proxy of yours decides which requests are traced. */
  trustTraceparent?: boolean
  /** TERRANE_DEMO_TRICKLE_SECONDS: between two sales of the demo's Indian tills once it has started. Default 300; 0 none. */
  trickleSeconds: number
  /** TERRANE_TOKEN: whose right `terrane publish` uses. Default: the demo's admin. */
  token?: string
  /**
   * TERRANE_CLIENT_SECRET: a product's own secret at the identity provider. TERRANE_CLIENT_ID is `product:<name>` and
   * TERRANE_TOKEN_URL the demo's provider at the mesh where they are not set.
   */
  client?: { id?: string; secret: string; tokenUrl: string }
  /** TERRANE_PUBLIC_URL: where browsers find the gateway, if that is not where it listens. */
  publicUrl?: string
  /** TERRANE_LOGIN_CLIENT_ID, _SECRET and TERRANE_LOGIN_SCOPE: the gateway as a client of the issuer, for browsers. */
  signIn?: { clientId: string; clientSecret?: string; scope?: string }
  /** TERRANE_CLIENT_SEED: what `--demo` derives the products' client secrets from; `terrane secrets` makes both. */
  clientSeed?: string
  /** TERRANE_ISSUER and what belongs to it: any OpenID provider. */
  issuer?: {
    url: string
    audience: string
    jwksUrl?: string
    algorithms?: string[]
    claims?: { roles?: string; scopes?: string; subject?: string }
  }
}

/** The workspace that this command line belongs to: `scripts/src` and `scripts/dist` are equally deep. */
export const WORKSPACE = path.resolve(__dirname, '..', '..')

/** Something in the environment that cannot be meant; the command line ends with exit code 2. */
export class ConfigurationError extends Error {}

export function configurationOf(env: NodeJS.ProcessEnv = process.env): Configuration {
  const { TERRANE_DATABASE_URL, TERRANE_MESH_URL, TERRANE_GATEWAY_JWKS, TERRANE_TOKEN, HOST } = env
  const client = clientOf(env)
  const issuer = issuerOf(env)
  const signIn = signInOf(env)
  const metrics = metricsOf(env)
  const limits = limitsOf(env)
  return {
    home: path.resolve(env.TERRANE_HOME || path.join(WORKSPACE, '.terrane')),
    listenPort: listenPortOf(env.PORT || '4000', 'PORT'),
    trickleSeconds: secondsOf(env.TERRANE_DEMO_TRICKLE_SECONDS || '300', 'TERRANE_DEMO_TRICKLE_SECONDS'),
    ...(HOST ? { host: HOST } : {}),
    ...(TERRANE_DATABASE_URL ? { databaseUrl: databaseUrlOf(TERRANE_DATABASE_URL) } : {}),
    ...(TERRANE_MESH_URL ? { meshUrl: urlOf(TERRANE_MESH_URL, 'TERRANE_MESH_URL') } : {}),
    ...(TERRANE_GATEWAY_JWKS ? { gatewayJwks: TERRANE_GATEWAY_JWKS } : {}),
    ...(env.TERRANE_CLIENT_SEED ? { clientSeed: env.TERRANE_CLIENT_SEED } : {}),
    ...(TERRANE_TOKEN ? { token: TERRANE_TOKEN.trim() } : {}),
    ...(env.TERRANE_POLL_SECONDS ? { pollSeconds: secondsOf(env.TERRANE_POLL_SECONDS, 'TERRANE_POLL_SECONDS') } : {}),
    ...(env.TERRANE_CACHE_URL ? { cacheUrl: cacheUrlOf(env.TERRANE_CACHE_URL) } : {}),
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
    ...(env.TERRANE_SUBGRAPHS ? { subgraphs: subgraphsOf(env.TERRANE_SUBGRAPHS) } : {}),
    ...(env.TERRANE_WORKERS ? { workers: workersOf(env.TERRANE_WORKERS, 'TERRANE_WORKERS') } : {}),
    ...(metrics ? { metrics } : {}),
    ...(env.TERRANE_COMPRESSION ? { compression: isTrue(env.TERRANE_COMPRESSION, 'TERRANE_COMPRESSION') } : {}),
    ...(env.TERRANE_TRUST_TRACEPARENT
      ? { trustTraceparent: isTrue(env.TERRANE_TRUST_TRACEPARENT, 'TERRANE_TRUST_TRACEPARENT') }
      : {}),
    ...(client ? { client } : {}),
    ...(issuer ? { issuer } : {}),
    ...(signIn ? { signIn } : {}),
    ...(env.TERRANE_PUBLIC_URL ? { publicUrl: urlOf(env.TERRANE_PUBLIC_URL, 'TERRANE_PUBLIC_URL') } : {}),
  }
}

/** Those of the settings that are set, to be handed on under their own names. */
export function only<From extends object, Name extends keyof From>(from: From, ...names: Name[]): Pick<From, Name> {
  const set = names.filter(name => from[name] !== undefined)
  return Object.fromEntries(set.map(name => [name, from[name]])) as Pick<From, Name>
}

export function listenPortOf(text: string, name: string): number {
  const listenPort = Number(text)
  if (/^\d+$/.test(text) && listenPort <= 65_535) return listenPort
  throw new ConfigurationError(`${name} must be a number from 0 to 65535, not "${text}".`)
}

export function urlOf(text: string, name: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text.replace(/\/$/, '')
  throw new ConfigurationError(`${name} must be an http or https URL.`)
}

/** A token that is short can be guessed; it is not shown. */
function metricsOf({ TERRANE_METRICS: place, TERRANE_METRICS_TOKEN: token }: NodeJS.ProcessEnv) {
  if (!place && !token) return undefined
  if (token && !/^[\x21-\x7e]{16,}$/.test(token))
    throw new ConfigurationError('TERRANE_METRICS_TOKEN must be at least 16 characters without spaces.')
  const [, host, listenPort] = /^(?:(.+):)?(\d+)$/.exec(place ?? '') ?? []
  if (place && place !== 'off' && listenPort === undefined)
    throw new ConfigurationError(`TERRANE_METRICS must be a port, host:port or off, not "${place}".`)
  const listen = listenPort && {
    listenPort: listenPortOf(listenPort, 'TERRANE_METRICS'),
    ...(host ? { host: host.replace(/^\[|\]$/g, '') } : {}),
  }
  return { ...(place === 'off' ? { off: true } : {}), ...(listen ? { listen } : {}), ...(token ? { token } : {}) }
}

function isTrue(text: string, name: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  throw new ConfigurationError(`${name} must be true or false, not "${text}".`)
}

function subgraphsOf(text: string): SubgraphTransports {
  const read = subgraphTransports(text)
  if (read.fault !== undefined) throw new ConfigurationError(`TERRANE_SUBGRAPHS cannot be used: ${read.fault}.`)
  return read.transports
}

/** Not shown where it is wrong: it may hold a password. */
function databaseUrlOf(text: string): string {
  if (URL.canParse(text) && /^mysql:\/\/.*[^/]\/[^/]+$/.test(text)) return text
  throw new ConfigurationError('TERRANE_DATABASE_URL must be mysql://user:password@host:port/database.')
}

/** Not shown where it is wrong: it may hold a password. */
function cacheUrlOf(text: string): string {
  if (URL.canParse(text) && /^rediss?:\/\/[^/]+(\/\d*)?$/.test(text)) return text
  throw new ConfigurationError('TERRANE_CACHE_URL must be redis://user:password@host:port/number or rediss://….')
}

function secondsOf(text: string, name: string): number {
  const seconds = Number(text)
  if (Number.isFinite(seconds) && seconds >= 0) return seconds
  throw new ConfigurationError(`${name} must be a number of seconds, not "${text}".`)
}

export function workersOf(text: string, name: string): number {
  const workers = text === 'auto' ? availableParallelism() : Number(text)
  if (text !== '' && Number.isSafeInteger(workers) && workers >= 0) return workers
  throw new ConfigurationError(`${name} must be a whole number, or auto, not "${text}".`)
}

function limitsOf({
  TERRANE_COST_LIMIT: cost,
  TERRANE_CACHE_BYTES: cacheBytes,
  TERRANE_PLAN_BYTES: planBytes,
}: NodeJS.ProcessEnv): NonNullable<Configuration['limits']> {
  return {
    ...(cost ? { cost: costOf(cost) } : {}),
    ...(cacheBytes ? { cacheBytes: bytesOf(cacheBytes, 'TERRANE_CACHE_BYTES', 0) } : {}),
    ...(planBytes ? { planBytes: bytesOf(planBytes, 'TERRANE_PLAN_BYTES', 1) } : {}),
  }
}

function bytesOf(text: string, name: string, least: number): number {
  const bytes = Number(text)
  if (Number.isSafeInteger(bytes) && bytes >= least) return bytes
  throw new ConfigurationError(`${name} must be a whole number of bytes, ${least} or more, not "${text}".`)
}

function costOf(text: string): number {
  const cost = Number(text)
  if (Number.isSafeInteger(cost) && cost > 0) return cost
  throw new ConfigurationError(`TERRANE_COST_LIMIT must be a whole number above 0, not "${text}".`)
}

function clientOf(env: NodeJS.ProcessEnv): Configuration['client'] {
  const { TERRANE_CLIENT_ID: id, TERRANE_CLIENT_SECRET: secret, TERRANE_MESH_URL: meshUrl } = env
  const tokenUrl = env.TERRANE_TOKEN_URL || (meshUrl && `${meshUrl.replace(/\/$/, '')}/oidc/token`)
  if (secret && tokenUrl) {
    return { ...(id ? { id } : {}), secret, tokenUrl: urlOf(tokenUrl, 'TERRANE_TOKEN_URL') }
  }
  if (!id && !secret && !env.TERRANE_TOKEN_URL) return undefined
  throw new ConfigurationError(
    secret
      ? 'TERRANE_CLIENT_SECRET needs TERRANE_MESH_URL or TERRANE_TOKEN_URL beside it.'
      : 'TERRANE_CLIENT_ID and TERRANE_TOKEN_URL need TERRANE_CLIENT_SECRET beside them.',
  )
}

function signInOf(env: NodeJS.ProcessEnv): Configuration['signIn'] {
  const {
    TERRANE_LOGIN_CLIENT_ID: clientId,
    TERRANE_LOGIN_CLIENT_SECRET: clientSecret,
    TERRANE_LOGIN_SCOPE: scope,
  } = env
  if (clientId && env.TERRANE_ISSUER)
    return { clientId, ...(clientSecret ? { clientSecret } : {}), ...(scope ? { scope } : {}) }
  if (!clientId && !clientSecret && !scope) return undefined
  throw new ConfigurationError(
    clientId
      ? 'TERRANE_LOGIN_CLIENT_ID needs TERRANE_ISSUER beside it.'
      : 'TERRANE_LOGIN_CLIENT_SECRET and TERRANE_LOGIN_SCOPE need TERRANE_LOGIN_CLIENT_ID beside them.',
  )
}

function issuerOf(env: NodeJS.ProcessEnv): Configuration['issuer'] {
  const { TERRANE_ISSUER: url, TERRANE_AUDIENCE: audience, TERRANE_JWKS_URL: jwksUrl } = env
  if (!url) return undefined
  if (!audience) throw new ConfigurationError('TERRANE_ISSUER needs TERRANE_AUDIENCE beside it.')
  // Checked, but passed on as it stands: an issuer is compared letter by letter.
  urlOf(url, 'TERRANE_ISSUER')
  const algorithms = env.TERRANE_ALGORITHMS?.split(/[\s,]+/).filter(Boolean)
  const claims = {
    ...(env.TERRANE_ROLES_CLAIM ? { roles: env.TERRANE_ROLES_CLAIM } : {}),
    ...(env.TERRANE_SCOPES_CLAIM ? { scopes: env.TERRANE_SCOPES_CLAIM } : {}),
    ...(env.TERRANE_SUBJECT_CLAIM ? { subject: env.TERRANE_SUBJECT_CLAIM } : {}),
  }
  return {
    url,
    audience,
    claims,
    ...(jwksUrl ? { jwksUrl: urlOf(jwksUrl, 'TERRANE_JWKS_URL') } : {}),
    ...(algorithms?.length ? { algorithms } : {}),
  }
}
