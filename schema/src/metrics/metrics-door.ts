import { createHash, timingSafeEqual } from 'node:crypto'

/**
 * Who is told what a process counts of itself. Without anything set: who asks from the very machine, since `/metrics`
 * stands where callers from everywhere may come.
 */
export interface MetricsDoor {
  /** Nobody; what has no other use is not even counted. */
  off?: boolean
  /** At an address of its own, and no longer beside what everybody may ask. Default host: the process's own. */
  listen?: { host?: string; listenPort: number }
  /** Whoever bears it (RFC 6750), wherever he comes from; then nobody else. */
  token?: string
}

export interface MetricsReader {
  authorization?: string | undefined
  /** The socket's other end. */
  address?: string | undefined
  headers: Readonly<Record<string, unknown>>
}

/** Why somebody is not told, as an HTTP status and for people; undefined where he is. `own`: at the address of its own. */
export function metricsRefusal(
  { token }: MetricsDoor,
  reader: MetricsReader,
  own: boolean,
): { status: 401 | 403; title: string } | undefined {
  if (token !== undefined) {
    return bears(reader.authorization, token)
      ? undefined
      : { status: 401, title: 'Metrics are told to who bears TERRANE_METRICS_TOKEN.' }
  }
  if (own || isOfThisMachine(reader)) return undefined
  return {
    status: 403,
    title:
      'Metrics are told on this machine alone: set TERRANE_METRICS to an address of their own, or TERRANE_METRICS_TOKEN.',
  }
}

function bears(authorization: string | undefined, token: string): boolean {
  const [, given] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
  const hashed = (text: string) => createHash('sha256').update(text).digest()
  return given !== undefined && timingSafeEqual(hashed(given), hashed(token))
}

const LOOPBACK = /^(127\.[\d.]+|::1|::ffff:127\.[\d.]+)$/i
const OWN_NAMES = /^(localhost|127\.[\d.]+|\[::1\])(:\d+)?$/i
const OF_PROXIES = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']

/** Neither by a proxy that stands on it, nor from a page whose host's name was made to lead here. */
function isOfThisMachine({ address = '', headers }: MetricsReader): boolean {
  return (
    LOOPBACK.test(address) &&
    OWN_NAMES.test(String(headers.host ?? '')) &&
    OF_PROXIES.every(name => headers[name] === undefined)
  )
}
