import { readFileSync } from 'node:fs'
import { parseKeyPairsIntoRecord } from '@opentelemetry/core'
import { ConfigurationError } from '../configuration.js'

/** Where traces are sent to, and how, over HTTP. */
export interface Collector {
  url: URL
  /** Else protobuf. */
  json: boolean
  headers: Record<string, string>
  zipped: boolean
  /** For one batch, with all attempts. */
  timeoutMilliseconds: number
  /** PEM. */
  tls: { ca?: Buffer; cert?: Buffer; key?: Buffer }
}

/**
 * As OpenTelemetry's variables of exporters say: `OTEL_EXPORTER_OTLP_…`, or `OTEL_EXPORTER_OTLP_TRACES_…` for traces alone.
 * Undefined where they name no collector.
 */
export function collectorOf(env: NodeJS.ProcessEnv): Collector | undefined {
  const all = new Variables(env)
  const url = all.url()
  if (!url) return undefined
  return {
    url,
    json: all.oneOf('PROTOCOL', ['http/protobuf', 'http/json']) === 'http/json',
    headers: { ...basic(url), ...all.headers() },
    zipped: all.oneOf('COMPRESSION', ['none', 'gzip']) === 'gzip',
    timeoutMilliseconds: all.timeout(),
    tls: all.tls(),
  }
}

const DEFAULT_TIMEOUT_MILLISECONDS = 10_000
const OF_ALL = 'OTEL_EXPORTER_OTLP_'
const OF_TRACES = 'OTEL_EXPORTER_OTLP_TRACES_'

/** As node's own client takes it from an address. */
function basic({ username, password }: URL): Record<string, string> {
  if (!username && !password) return {}
  const both = [username, password].map(unescaped).join(':')
  return { authorization: `Basic ${Buffer.from(both).toString('base64')}` }
}

/** As it stands where it is not escaped: a per cent sign may be part of a password. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

class Variables {
  constructor(private readonly env: NodeJS.ProcessEnv) {}

  /** That of traces, if it is there. */
  private find(name: string): { variable: string; value: string } | undefined {
    for (const variable of [OF_TRACES + name, OF_ALL + name]) {
      const value = this.env[variable]
      if (value) return { variable, value }
    }
    return undefined
  }

  /** Of traces as it stands, of all with `/v1/traces` below it. */
  url(): URL | undefined {
    const given = this.find('ENDPOINT')
    if (!given) return undefined
    const { variable, value } = given
    const text = variable.startsWith(OF_TRACES) ? value : `${value.replace(/\/$/, '')}/v1/traces`
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url && /^https?:$/.test(url.protocol)) return url
    // Whoever is named in it, and his word, are nobody's who reads what went wrong.
    const shown = value.replace(/^(.*:\/\/)?.*@/, '$1')
    throw new ConfigurationError(`${variable} must be an address such as http://collector:4318, not "${shown}".`)
  }

  oneOf<Name extends string>(name: string, known: readonly [Name, ...Name[]]): Name {
    const given = this.find(name)
    if (!given) return known[0]
    const found = known.find(one => one === given.value)
    if (found) return found
    throw new ConfigurationError(`${given.variable} must be one of ${known.join(', ')}, not "${given.value}".`)
  }

  headers(): Record<string, string> {
    const pairs = [OF_ALL, OF_TRACES].map(of => parseKeyPairsIntoRecord(this.env[`${of}HEADERS`]))
    return Object.assign({}, ...pairs)
  }

  timeout(): number {
    const given = this.find('TIMEOUT')
    if (!given) return DEFAULT_TIMEOUT_MILLISECONDS
    const milliseconds = Number(given.value)
    if (Number.isInteger(milliseconds) && milliseconds > 0) return milliseconds
    throw new ConfigurationError(`${given.variable} must be milliseconds, a whole number, not "${given.value}".`)
  }

  tls(): Collector['tls'] {
    return {
      ...this.file('ca', 'CERTIFICATE'),
      ...this.file('cert', 'CLIENT_CERTIFICATE'),
      ...this.file('key', 'CLIENT_KEY'),
    }
  }

  private file(as: keyof Collector['tls'], name: string): Collector['tls'] {
    const given = this.find(name)
    if (!given) return {}
    try {
      return { [as]: readFileSync(given.value) }
    } catch (error) {
      throw new ConfigurationError(`${given.variable}: it cannot be read: ${(error as Error).message}.`)
    }
  }
}
