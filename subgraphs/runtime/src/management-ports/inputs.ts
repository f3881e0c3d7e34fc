import type { Contract, InputPort, RunInfo } from '@terrane/schema'
import type { Asking, ManagedProduct } from './port.js'
import { audited } from './rights.js'
import { sightOf } from './sight.js'

/** An input port as it is now: where its data comes from, and what has come. */
export interface InputInfo {
  port: string
  /** `local`, `push`, `product` … */
  connector: string
  description?: string
  contractId: string
  /** Where it reads, without secrets; for a push where to send. */
  place?: string
  /** How often it looks, as its contract says: `every 1 d`. */
  schedule?: string
  /** ISO. */
  lastArrivalAt?: string
  /** That make up the input now; not of messages, which are no files. */
  files?: number
  /** Names at the source of what came last: the place as it truly was, whatever its variables say. */
  arrived?: string[]
  /** Of the publication in force: rows that fitted, and those set aside. */
  rows?: number
  quarantined?: number
  /** What the last run said of it. */
  lastProblem?: { code: string; message: string; hint: string; at: string }
}

/** A few say where the others came from. */
const NAMES_SHOWN = 3

/** The input ports for those who may observe the product, without what they may not know of. */
export function describeInputs(managed: ManagedProduct, asking: Asking): Promise<InputInfo[]> {
  const { product, stores } = managed
  return audited(managed, asking, 'observe', { action: 'see inputs' }, async () => {
    const sight = sightOf(product, asking.decision)
    const [[run], pin] = await Promise.all([stores.metadata.runs(1), managed.publications.pin()])
    pin?.release()
    const shown = product.inputPorts.filter(({ name, contractId }) => !sight.tells(`${name} ${contractId}`))
    return Promise.all(
      shown.map(async (port): Promise<InputInfo> => {
        const { name, contractId, description, source } = port
        const [landed, current] = await Promise.all([stores.metadata.landed(name), stores.metadata.current(name)])
        const connector = source.kind === 'product' ? 'product' : source.server.connector
        const published = pin?.manifest.arrivals?.find(one => one.port === name)
        const told = problemOf(run, name)
        const place = placeOf(port, managed.address)
        const schedule = source.kind === 'contract' ? scheduleOf(source.contract) : undefined
        const newest = landed.toSorted((one, other) => other.receivedAt.localeCompare(one.receivedAt))
        const last = newest[0]?.receivedAt
        // What is sent, and what other products hold, has no name at a source.
        const arrival = managed.arrival(port)
        const names = source.kind === 'product' || arrival !== 'pulled' ? [] : newest.map(({ name }) => name)
        const arrived = names.filter(name => !sight.tells(name)).slice(0, NAMES_SHOWN)
        return {
          port: name,
          connector,
          contractId,
          ...(arrival === 'messages' ? {} : { files: arrival === 'pushed' ? landed.length : current.length }),
          ...(description === undefined || sight.tells(description) ? {} : { description }),
          ...(place === undefined || sight.tells(place) ? {} : { place }),
          ...(schedule === undefined ? {} : { schedule }),
          ...(arrived.length === 0 ? {} : { arrived: arrived }),
          ...(last === undefined ? {} : { lastArrivalAt: last }),
          ...(published ? { rows: published.rows, quarantined: published.quarantined } : {}),
          ...(told === undefined || sight.tells(`${told.message} ${told.hint}`) ? {} : { lastProblem: told }),
        }
      }),
    )
  })
}

/** What says where the data is, among what ODCS servers say. */
const PLACES = [
  'location',
  'path',
  'endpointUrl',
  'url',
  'host',
  'port',
  'database',
  'schema',
  'topic',
  'queue',
  'table',
]

/** From the document as it may be shown: variables stay `${NAME}`, secrets are `***`. */
function placeOf({ name, source, contractId }: InputPort, address: string): string | undefined {
  if (source.kind === 'product') return source.dataset === undefined ? contractId : `${contractId} ${source.dataset}`
  if (source.server.connector === 'push') return `${address}/input/${name}`
  const servers = source.contract.document.servers
  const server = (Array.isArray(servers) ? (servers as Record<string, unknown>[]) : []).find(
    one => one.server === source.server.server,
  )
  const said = PLACES.flatMap(key => (server?.[key] === undefined ? [] : [withoutUser(String(server[key]))]))
  return said.length === 0 ? undefined : said.join(' ')
}

/** `https://***@host`, as the document has it, is `https://host`. */
const withoutUser = (text: string) => text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1')

function scheduleOf(contract: Contract): string | undefined {
  const frequency = contract.sla.find(({ property }) => property === 'frequency')
  return frequency && `every ${String(frequency.value)} ${frequency.unit ?? 'd'}`
}

function problemOf(run: RunInfo | undefined, port: string): InputInfo['lastProblem'] {
  const named = new RegExp(`\\bport ${port.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`)
  const found = run?.problems.find(({ message }) => named.test(message))
  if (!run || !found) return undefined
  const { code, message, hint } = found
  return { code, message, hint, at: run.finishedAt ?? run.startedAt }
}
