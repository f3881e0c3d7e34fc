import type { Contract, Freshness, RunInfo } from '@terrane/schema'

const SECONDS: Record<string, number> = {
  s: 1,
  second: 1,
  seconds: 1,
  min: 60,
  minute: 60,
  minutes: 60,
  h: 3600,
  hr: 3600,
  hour: 3600,
  hours: 3600,
  d: 86_400,
  day: 86_400,
  days: 86_400,
  w: 604_800,
  week: 604_800,
  weeks: 604_800,
  m: 2_629_746,
  month: 2_629_746,
  months: 2_629_746,
  y: 31_556_952,
  yr: 31_556_952,
  year: 31_556_952,
  years: 31_556_952,
}

/**
 * Fresh while the last run that confirmed the data is no older than what the contracts promise: `frequency` plus
 * `latency` (ODCS "Service-Level Agreement"), the tightest of them. Unknown without a promise or before the first run.
 */
export function freshnessOf(contracts: Contract[], confirmedAt: string | undefined, now: Date = new Date()): Freshness {
  const promised = contracts.map(promisedSeconds).filter(seconds => seconds !== undefined)
  if (promised.length === 0 || confirmedAt === undefined) return 'UNKNOWN'
  return now.getTime() - Date.parse(confirmedAt) <= Math.min(...promised) * 1000 ? 'FRESH' : 'LATE'
}

/** When data was last found to be what the sources say: a run that published, or that found nothing new. */
export function confirmedAt(runs: RunInfo[]): string | undefined {
  return runs.find(run => run.state === 'PUBLISHED' || run.state === 'UNCHANGED')?.finishedAt
}

function promisedSeconds(contract: Contract): number | undefined {
  const seconds = (property: string) => {
    const found = contract.sla.find(agreement => agreement.property === property)
    const unit = SECONDS[(found?.unit ?? 'd').toLowerCase()]
    const value = Number(found?.value)
    return found && unit !== undefined && Number.isFinite(value) ? value * unit : undefined
  }
  const frequency = seconds('frequency')
  const latency = seconds('latency')
  return frequency === undefined && latency === undefined ? undefined : (frequency ?? 0) + (latency ?? 0)
}
