import type { Contract } from '../../contracts/model.js'
import type { Rule } from '../rule.js'

/** Where less is the stronger promise, and where more is (ODCS "Service-Level Agreement"). Shorts are those of the standard. */
const LESS = new Set([
  'frequency',
  'fy',
  'latency',
  'ly',
  'errorRate',
  'er',
  'timeToDetect',
  'td',
  'timeToNotify',
  'tn',
  'timeToRepair',
  'tr',
])
const MORE = new Set([
  'availability',
  'av',
  'throughput',
  'th',
  'retention',
  're',
  'endOfSupport',
  'es',
  'endOfLife',
  'el',
])
const SECONDS: Record<string, number> = {
  s: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  mo: 2_592_000,
  y: 31_536_000,
}

type Level = Contract['sla'][number]

export const serviceLevels: Rule = {
  outcomes: {
    SLA_LOOSENED: {
      level: 'dangerous',
      because:
        'Programs run on, over data that may be older, rarer or shorter kept than was promised. Gone is loosened too.',
      example: {
        in: 'contract',
        before: 'slaProperties: [{ property: frequency, value: 1, unit: d }]',
        after: 'slaProperties: [{ property: frequency, value: 1, unit: w }]',
      },
    },
    SLA_TIGHTENED: {
      level: 'safe',
      because: 'The promise is kept for those who relied on the old one. A new one is tightened too.',
      example: {
        in: 'contract',
        before: 'slaProperties: [{ property: frequency, value: 1, unit: d }]',
        after: 'slaProperties: [{ property: frequency, value: 1, unit: h }]',
      },
    },
  },
  contract({ before, after }, { report }) {
    const place = { file: after.file, line: 1, column: 1 }
    for (const old of before.sla) {
      const now = after.sla.find(level => keyOf(level) === keyOf(old))
      if (now !== undefined && said(now) === said(old)) continue
      const code = now !== undefined && isStronger(old, now) ? 'SLA_TIGHTENED' : 'SLA_LOOSENED'
      const message = `${keyOf(old)} of ${after.id} was ${said(old)} and is ${now ? said(now) : 'not promised any more'}.`
      report(code, `${after.id}/${keyOf(old)}`, message, place)
    }
    for (const now of after.sla) {
      if (before.sla.some(level => keyOf(level) === keyOf(now))) continue
      report(
        'SLA_TIGHTENED',
        `${after.id}/${keyOf(now)}`,
        `${keyOf(now)} of ${after.id} is promised: ${said(now)}.`,
        place,
      )
    }
  },
}

const keyOf = ({ property, element }: Level) => (element === undefined ? property : `${property} of ${element}`)
const said = ({ value, unit }: Level) => (unit === undefined ? String(value) : `${value} ${unit}`)

function isStronger(old: Level, now: Level): boolean {
  const [from, to] = [sizeOf(old), sizeOf(now)]
  if (from === undefined || to === undefined) return false
  return LESS.has(now.property) ? to <= from : MORE.has(now.property) && to >= from
}

/** Dates count in seconds too: a later end is more. */
function sizeOf({ value, unit }: Level): number | undefined {
  if (typeof value === 'string') {
    const number = Number(value)
    if (Number.isNaN(number)) return Number.isNaN(Date.parse(value)) ? undefined : Date.parse(value) / 1000
    return sizeOf({ property: '', value: number, ...(unit === undefined ? {} : { unit }) })
  }
  if (typeof value !== 'number') return undefined
  const word = unit?.toLowerCase() ?? ''
  const factor = SECONDS[word] ?? SECONDS[word.slice(0, word.startsWith('mo') ? 2 : 1)]
  return value * (factor ?? 1)
}
