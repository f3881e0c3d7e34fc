import { beforeItEnds } from './before-it-ends.js'
import type { GatewayOptions } from './gateway.js'
import { LAST_PATIENCE_MILLISECONDS, LinesTogether } from './lines-together.js'
import { standardError } from './standard-error.js'

export type Log = NonNullable<GatewayOptions['log']>

let lines: LinesTogether | undefined

/** One JSON line per event on standard error: what was done together with others, what went wrong at once. */
export const logToStandardError: Log = event => {
  lines ??= linesOnStandardError()
  lines.add(JSON.stringify({ at: new Date().toISOString(), ...event }))
  if (event.level !== 'info') lines.offer()
}

function linesOnStandardError(): LinesTogether {
  const opened = new LinesTogether(standardError())
  beforeItEnds(() => opened.finish(LAST_PATIENCE_MILLISECONDS))
  return opened
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
