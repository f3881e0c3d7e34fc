import type { AuditInfo, RunInfo } from '@terrane/schema'
import { GraphQLError } from 'graphql'
import type { QuarantinedRow } from '../input-layer/landed.js'
import { inputContractFor } from './input-contract.js'
import { describeInputs, type InputInfo } from './inputs.js'
import type { Asking, ManagedProduct } from './port.js'
import { audited, need } from './rights.js'
import { publicationEventText, runEventText } from './run-events.js'
import { type Sight, sightOf } from './sight.js'
import { visibleRun } from './visible-run.js'

const MOST = 1000
/** Proxies close what is silent for longer. */
const BEAT_MILLISECONDS = 15_000

/** The observability port: what happened, the same for the graph and for HTTP. */
export class ObservabilityPort {
  /** Ends one stream of events each. */
  private readonly streams = new Set<() => void>()

  constructor(private readonly managed: ManagedProduct) {}

  /** Newest first. That it ran is in the discovery port too; this one, with the reasons, is for those who may observe. */
  async runs(limit: number, asking: Asking): Promise<RunInfo[]> {
    need(this.managed, asking, 'observe', { action: 'see runs' })
    const sight = sightOf(this.managed.product, asking.decision)
    return (await this.managed.stores.metadata.runs(bounded(limit))).map(run => visibleRun(run, asking, sight))
  }

  /** Who read which properties of what, and who changed what. Newest first. */
  async audit(
    filter: { subject?: string; dataset?: string; limit: number; before?: string },
    asking: Asking,
  ): Promise<AuditInfo[]> {
    need(this.managed, asking, 'observe', { action: 'see audit' })
    const sight = sightOf(this.managed.product, asking.decision)
    const { before, subject, dataset } = filter
    const entries = await this.managed.stores.audit.list({
      limit: bounded(filter.limit),
      ...(subject == null ? {} : { subject }),
      ...(dataset == null ? {} : { dataset }),
      ...(before == null ? {} : { before: moment(before) }),
    })
    return entries.flatMap(entry => visibleEntry(entry, sight))
  }

  /**
   * Rows that did not fit their input contract, with the reason; the raw rows themselves only for those who control the
   * product. Undefined where there is no such port.
   */
  async quarantine(port: string, limit: number, asking: Asking): Promise<QuarantinedRow[] | undefined> {
    const known = this.managed.product.inputPorts.some(({ name }) => name === port)
    const what = { action: 'read quarantine', ...(known ? { detail: port } : {}) }
    return audited(this.managed, asking, 'observe', what, async () => {
      // The name becomes a folder's, so only those that exist are looked for.
      if (!known) return undefined
      const rows = await this.managed.quarantine(port, bounded(limit))
      if (asking.decision.actions.includes('control')) return rows
      const sight = sightOf(this.managed.product, asking.decision)
      return rows.map(row => ({ ...row, text: '', reason: sight.tells(row.reason) ? '' : row.reason }))
    })
  }

  inputs(asking: Asking): Promise<InputInfo[]> {
    return describeInputs(this.managed, asking)
  }

  inputContract(port: string, asking: Asking): object | undefined {
    return inputContractFor(this.managed, port, asking)
  }

  async metrics(asking: Asking): Promise<string> {
    need(this.managed, asking, 'observe', { action: 'see metrics' })
    return this.managed.metrics()
  }

  /**
   * Publications and runs as CloudEvents 1.0, one server-sent event each, from now on until the reader or the product
   * leaves, or the reader's right does: what was allowed at the beginning is decided anew before each event.
   */
  events(asking: Asking): ReadableStream<Uint8Array> {
    const what = { action: 'see events' }
    need(this.managed, asking, 'observe', what)
    const encode = new TextEncoder()
    let leave = () => {}
    return new ReadableStream({
      start: controller => {
        let turn: Promise<unknown> = Promise.resolve()
        const send = (text: string) => controller.enqueue(encode.encode(text))
        /** In the order in which it happened; whoever may no longer listen hears no more. */
        const tell = (text: (now: Asking) => string | undefined) => {
          turn = turn
            .then(async () => {
              const now = { ...asking, decision: await this.managed.stillDecided(asking) }
              if (!this.streams.has(leave)) return
              need(this.managed, now, 'observe', what)
              const said = text(now)
              if (said !== undefined) send(said)
            })
            .catch(() => leave())
        }
        send(': connected\n\n')
        const beat = setInterval(() => tell(() => ': \n\n'), BEAT_MILLISECONDS).unref()
        const unsubscribe = this.managed.onPublication(publication => {
          const time = new Date().toISOString()
          tell(() => publicationEventText(this.managed, { publication, time }))
        })
        let told = 0
        const leaveRuns = this.managed.onRun(event => tell(now => runEventText(this.managed, now, event, ++told)))
        leave = () => {
          if (!this.streams.delete(leave)) return
          clearInterval(beat)
          leaveRuns()
          unsubscribe()
          // A reader that left has closed it already.
          try {
            controller.close()
          } catch {}
        }
        this.streams.add(leave)
      },
      cancel: () => leave(),
    })
  }

  /** Ends all streams of events. */
  async close(): Promise<void> {
    for (const leave of this.streams) leave()
  }
}

/** Nothing of a dataset, and no property, that the caller may not know of. */
function visibleEntry(entry: AuditInfo, sight: Sight): AuditInfo[] {
  if (sight.tells(entry.dataset ?? '')) return []
  const { detail, ...rest } = entry
  const properties = entry.properties.filter(name => !sight.tells(name))
  return [{ ...rest, properties, ...(detail === undefined || sight.tells(detail) ? {} : { detail }) }]
}

/** As the store writes times, which compare as texts. */
function moment(text: string): string {
  const time = /^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:\d\d))?$/i.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) throw badInput('`before` is no time: give one with its offset, 2026-01-31T09:30:00Z.')
  return new Date(time).toISOString()
}

const badInput = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } })
const bounded = (limit: number) => Math.min(Math.max(1, Math.trunc(limit) || 1), MOST)
