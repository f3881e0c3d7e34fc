import type { AuditInfo, RunInfo } from '@terrane/schema'
import type { QuarantinedRow } from '../input-layer/landed.js'
import { visibleRun } from './discovery.js'
import type { Asking, ManagedProduct } from './port.js'
import { mayObserve } from './rights.js'

const MOST = 1000

/** The observability port: what happened, the same for the graph and for HTTP. */
export class ObservabilityPort {
  constructor(private readonly managed: ManagedProduct) {}

  /** Newest first. Everyone who may discover the product sees that it ran; why it failed is for those who may observe. */
  async runs(limit: number, asking: Asking): Promise<RunInfo[]> {
    return (await this.managed.stores.metadata.runs(bounded(limit))).map(run => visibleRun(run, asking))
  }

  /** Who read which properties of what, and who changed what. Newest first. */
  async audit(
    filter: { subject?: string; dataset?: string; limit: number; before?: string },
    asking: Asking,
  ): Promise<AuditInfo[]> {
    mayObserve(asking)
    return this.managed.stores.audit.list({ ...filter, limit: bounded(filter.limit) })
  }

  /** Rows that did not fit their input contract: raw data, so only for those who control the product. */
  async quarantine(port: string, limit: number, asking: Asking): Promise<QuarantinedRow[]> {
    mayObserve(asking)
    const rows = await this.managed.quarantine(port, bounded(limit))
    return asking.decision.actions.includes('control') ? rows : rows.map(row => ({ ...row, text: '' }))
  }

  metrics(asking: Asking): Promise<string> {
    mayObserve(asking)
    return this.managed.metrics()
  }

  /** Publications as CloudEvents 1.0, one server-sent event each, from now on until the reader leaves. */
  events(asking: Asking): ReadableStream<Uint8Array> {
    const { product, address } = this.managed
    const { discover } = asking.decision
    const encode = new TextEncoder()
    let unsubscribe: () => void = () => {}
    let beat: NodeJS.Timeout | undefined
    return new ReadableStream({
      start: controller => {
        if (!discover) return controller.close()
        controller.enqueue(encode.encode(': connected\n\n'))
        // Proxies close what is silent.
        beat = setInterval(() => controller.enqueue(encode.encode(': \n\n')), 15_000)
        beat.unref()
        unsubscribe = this.managed.onPublication(publication => {
          const event = {
            specversion: '1.0',
            id: `${product.name}/${publication}`,
            type: 'terrane.publication',
            source: address,
            time: new Date().toISOString(),
            datacontenttype: 'application/json',
            data: { product: product.name, publication },
          }
          controller.enqueue(
            encode.encode(`event: publication\nid: ${publication}\ndata: ${JSON.stringify(event)}\n\n`),
          )
        })
      },
      cancel: () => {
        clearInterval(beat)
        unsubscribe()
      },
    })
  }
}

const bounded = (limit: number) => Math.min(Math.max(1, Math.trunc(limit) || 1), MOST)
