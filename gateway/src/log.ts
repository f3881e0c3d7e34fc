import type { GatewayOptions } from './gateway.js'

export type Log = NonNullable<GatewayOptions['log']>

/** One JSON line per event on standard error. */
export const logToStandardError: Log = event => {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`)
}

/** Apollo's own words, warnings and errors only. */
export function apolloLogger(log: Log) {
  const quiet = () => undefined
  return {
    debug: quiet,
    info: quiet,
    warn: (message: unknown) => log({ level: 'warn', message: String(message) }),
    error: (message: unknown) => log({ level: 'error', message: String(message) }),
  }
}
