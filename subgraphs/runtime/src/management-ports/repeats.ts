import type { AuditInfo, Repeat, RepeatableRead } from '@terrane/schema'
import type { ManagedProduct } from './port.js'

const MOST = 10_000

/**
 * Writes answers that the mesh gave again into the audit, like any other reading. Undefined where that is not what was
 * sent; then nothing is written.
 */
export function recordRepeats(managed: ManagedProduct, sent: unknown): number | undefined {
  const repeats = (sent as { repeats?: unknown } | null)?.repeats
  if (!Array.isArray(repeats) || repeats.length > MOST || !repeats.every(isRepeat)) return undefined
  for (const { id, at, subject, reads, denied } of repeats) {
    const common = { at, subject, action: 'read', port: 'graphql', detail: 'given again by the gateway' }
    let entries = 0
    const record = (entry: Pick<AuditInfo, 'dataset' | 'properties' | 'outcome'>) => {
      const entryId = `${id}.${entries++}`
      managed.stores.audit.record({ ...common, ...entry }, id === undefined ? undefined : entryId)
    }
    for (const read of reads) record({ ...read, outcome: 'allowed' })
    for (const key of denied) {
      const [product, dataset, property] = key.split('/')
      if (product !== managed.product.name || dataset === undefined) continue
      record({ dataset, properties: property ? [property] : [], outcome: 'denied' })
    }
  }
  return repeats.length
}

const ID = /^[a-z0-9-]{1,30}$/

/** As `Date` writes it: what is read from the audit by time has to sort by it. */
const isMoment = (text: string) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text

const areTexts = (given: unknown): given is string[] =>
  Array.isArray(given) && given.every(one => typeof one === 'string')

function isRepeat(given: unknown): given is Repeat {
  const { id, at, subject, reads, denied } = (given ?? {}) as Partial<Record<keyof Repeat, unknown>>
  return (
    (id === undefined || (typeof id === 'string' && ID.test(id))) &&
    typeof at === 'string' &&
    isMoment(at) &&
    typeof subject === 'string' &&
    areTexts(denied) &&
    Array.isArray(reads) &&
    reads.every(isRead)
  )
}

function isRead(given: unknown): given is RepeatableRead {
  const { dataset, publication, properties, rows } = (given ?? {}) as Partial<Record<keyof RepeatableRead, unknown>>
  return (
    typeof dataset === 'string' &&
    Number.isSafeInteger(publication) &&
    areTexts(properties) &&
    (rows === undefined || Number.isSafeInteger(rows))
  )
}
