import type { Product } from '@terrane/schema'
import { isSent } from './input-ports/index.js'

const SECONDS: Record<string, number> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400, w: 604_800 }
/** Timers hold 32 bits of milliseconds; whoever wants less than once in three weeks is polled every three weeks. */
const LONGEST = 1_814_400

/**
 * Seconds between two looks at the sources: the shortest that an input contract's SLA says (ODCS `frequency`), `otherwise`
 * for pulled ports that say nothing. 0 where nothing is pulled.
 */
export function pollSecondsOf(product: Product, otherwise: number): number {
  const wanted = product.inputPorts.flatMap(port => {
    const { source } = port
    if (source.kind === 'product') return [otherwise]
    if (isSent(port)) return []
    const frequency = source.contract.sla.find(agreement => agreement.property === 'frequency')
    const unit = SECONDS[(frequency?.unit ?? 'd').toLowerCase().replace(/(?<=..)s$/, '')]
    const seconds = frequency && unit ? Number(frequency.value) * unit : Number.NaN
    return [Number.isFinite(seconds) ? seconds : otherwise]
  })
  const positive = wanted.filter(seconds => seconds > 0)
  return positive.length === 0 ? 0 : Math.min(LONGEST, Math.max(1, ...[Math.min(...positive)]))
}
