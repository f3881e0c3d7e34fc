import { concealText, type HiddenTexts } from '@terrane/schema'
import type { Log } from './data-product-options.js'

/** A log that quotes no hidden text, whatever it is handed: errors of drivers and storages name what they were given. */
export function concealedLog(log: Log, hidden: HiddenTexts): Log {
  const shown = (value: unknown): unknown => {
    if (typeof value === 'string') return concealText(value, hidden)
    if (value instanceof Error) return concealText(value.stack ?? String(value), hidden)
    if (Array.isArray(value)) return value.map(shown)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shown(inner)]))
  }
  return ({ level, ...event }) => log({ level, ...(shown(event) as typeof event) })
}
