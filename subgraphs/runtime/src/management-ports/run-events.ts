import type { RunInfo } from '@terrane/schema'
import type { Asking, ManagedProduct } from './port.js'
import { sightOf } from './sight.js'
import { visibleRun } from './visible-run.js'

/** What happens in a run: it begins, does one thing after another, and ends. */
export type RunEvent =
  | { kind: 'started'; id: string; trigger: string; at: string }
  /** `pull`, `load`, `model` … and what it is about. */
  | { kind: 'step'; id: string; step: string; detail?: string; at: string }
  | { kind: 'finished'; id: string; run: RunInfo; at: string }

/** That a publication came into force, as one server-sent CloudEvent. */
export function publicationEventText(
  { product, address }: ManagedProduct,
  { publication, time, ...named }: { publication: number; time: string; publicationId?: string; servedAs?: string },
): string {
  const cloudEvent = {
    specversion: '1.0',
    id: `${product.name}/${publication}`,
    type: 'terrane.publication',
    source: address,
    time,
    datacontenttype: 'application/json',
    data: { product: product.name, publication, ...named },
  }
  return `event: publication\nid: ${publication}\ndata: ${JSON.stringify(cloudEvent)}\n\n`
}

/**
 * A run's event as one server-sent CloudEvent, for this caller: only those who may observe the product follow its runs, and
 * a step on something hidden from them is a step without a name. Undefined where there is nothing to tell.
 */
export function runEventText(
  { product, address }: ManagedProduct,
  asking: Asking,
  event: RunEvent,
  number: number,
): string | undefined {
  if (!asking.decision.actions.includes('observe')) return undefined
  const cloudEvent = {
    specversion: '1.0',
    id: `${event.id}/${number}`,
    type: `terrane.run.${event.kind}`,
    source: address,
    time: event.at,
    datacontenttype: 'application/json',
    data: dataOf(event, asking, sightOf(product, asking.decision)),
  }
  return `event: run\ndata: ${JSON.stringify(cloudEvent)}\n\n`
}

function dataOf(event: RunEvent, asking: Asking, sight: ReturnType<typeof sightOf>): object {
  if (event.kind === 'finished') return visibleRun(event.run, asking, sight)
  if (event.kind === 'step') {
    const { id, step, detail } = event
    return { id, step, ...(detail === undefined || sight.tells(detail) ? {} : { detail }) }
  }
  return { id: event.id, ...(sight.tells(event.trigger) ? {} : { trigger: event.trigger }) }
}
