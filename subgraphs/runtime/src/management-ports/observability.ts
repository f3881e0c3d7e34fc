import type { AuditInfo, RunInfo } from '@terrane/schema'
import { GraphQLError } from 'graphql'
import type { QuarantinedRow } from '../input-layer/landed.js'
import { inputContractFor } from './input-contract.js'
import { describeInputs, type InputInfo } from './inputs.js'
import type { Asking, ManagedProduct } from './port.js'
import { audited, need } from './rights.js'
import { runEventText } from './run-events.js'
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

  /** Publications, and runs for those who may observe, as CloudEvents 1.0, one server-sent event each, from now on until the reader or the product leaves. */
  events(asking: Asking): ReadableStream<Uint8Array> {
    need(this.managed, asking, 'observe', { action: 'see events' })
    const { product, address } = this.managed
    const encode = new TextEncoder()
    let end = () => {}
    return new ReadableStream({
      start: controller => {
        const send = (text: string) => controller.enqueue(encode.encode(text))
        send(': connected\n\n')
        const beat = setInterval(() => send(': \n\n'), BEAT_MILLISECONDS).unref()
        const unsubscribe = this.managed.onPublication(publication => {
          const event = {
            specversion: '1.0',
            id: `${product.name}/${publication}`,
            type: 'terrane.publication',
            source: address,
            time: new Date().toISOString(),
            datacontenttype: 'application/json',
            data: { product: product.name, publication },
          }
          send(`event: publication\nid: ${publication}\ndata: ${JSON.stringify(event)}\n\n`)
        })
        let told = 0
        const leaveRuns = this.managed.onRun(event => {
          const text = runEventText(this.managed, asking, event, ++told)
          if (text !== undefined) send(text)
        })
        end = () => {
          clearInterval(beat)
          leaveRuns()
          unsubscribe()
          this.streams.delete(leave)
        }
        const leave = () => {
          end()
          controller.close()
        }
        this.streams.add(leave)
      },
      cancel: () => end(),
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
