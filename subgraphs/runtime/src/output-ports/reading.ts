import {
  type DatasetDecision,
  PUBLICATION_HEADER,
  PUBLICATION_ID_HEADER,
  type Repeatable,
  type RepeatableRead,
} from '@terrane/schema'
import type { Pin, Publications } from '../output-layer/store.js'
import type { AuditStore } from '../stores/stores.js'
import type { Admitted } from './admission.js'
import { badInput, denied, Refusal } from './refusal.js'

export interface ReadingParts {
  product: string
  publications: Pick<Publications, 'pin'>
  audit: Pick<AuditStore, 'record'>
  servedAs: string
}

/** The publication that a request asks to stay on, as its headers name it. */
export interface WantedPublication {
  number?: string | null | undefined
  /** Counts only beside a number. */
  id?: string | null | undefined
}

/** `header`: of a name what the request's headers say. */
export const wantedIn = (header: (name: string) => string | null | undefined): WantedPublication => ({
  number: header(PUBLICATION_HEADER),
  id: header(PUBLICATION_ID_HEADER),
})

/**
 * One request's sight of the data: its publication is pinned when it starts, and whatever it reads it reads through
 * that pin (or through one of its own for `asOf`) until it is closed. Leaves one line in the audit per dataset.
 */
export class Reading {
  private readonly pins = new Map<number, Promise<Pin | undefined>>()
  private readonly trail = new Map<
    string,
    { dataset: string; publication: number; properties: Set<string>; rows?: number }
  >()
  private readonly refused = new Map<string, string>()
  private closed = false

  private constructor(
    readonly admitted: Admitted,
    private readonly parts: ReadingParts,
    private readonly port: string,
    private readonly first: Pin | undefined,
    private readonly wanted: number | undefined,
    readonly signal: AbortSignal | undefined,
  ) {
    if (first) this.pins.set(first.number, Promise.resolve(first))
  }

  /** Without a publication that is wanted, of the current one. Where it has another name than wanted it is gone. */
  static async open(
    admitted: Admitted,
    parts: ReadingParts,
    port: string,
    { number, id }: WantedPublication = {},
    signal?: AbortSignal,
  ): Promise<Reading> {
    if (number && !isPublicationNumber(number)) {
      throw badInput(`The header ${PUBLICATION_HEADER} is the number of a publication.`)
    }
    const wanted = number ? Number(number) : undefined
    const pin = await parts.publications.pin(wanted)
    const isAnother = wanted !== undefined && id && pin && pin.manifest.id !== id
    if (isAnother) pin.release()
    return new Reading(admitted, parts, port, isAnother ? undefined : pin, wanted, signal)
  }

  /** Publication that this request reads unless it asks for another. */
  get publication(): number | undefined {
    return this.first?.number
  }

  /** Its name, which no other has, whatever home it is in. */
  get publicationId(): string | undefined {
    return this.first?.manifest.id
  }

  /** @throws Refusal NOT_PUBLISHED before the first publication, PUBLICATION_GONE where it is no longer kept. */
  async pin(asOf?: number): Promise<Pin> {
    if (this.closed) throw new Error('A reading that is closed was read from.')
    this.signal?.throwIfAborted()
    if (asOf === undefined) {
      if (this.first) return this.first
      if (this.wanted !== undefined) throw gone(this.wanted)
      throw new Refusal('NOT_PUBLISHED', `${this.parts.product} has not published yet.`)
    }
    if (!Number.isSafeInteger(asOf) || asOf < 1) throw badInput('A publication is a number from 1.')
    let pinned = this.pins.get(asOf)
    if (!pinned) {
      pinned = this.parts.publications.pin(asOf)
      this.pins.set(asOf, pinned)
    }
    const pin = await pinned
    if (!pin) throw gone(asOf)
    return pin
  }

  /** The decision on a dataset that may be read. @throws Refusal UNAUTHORIZED_FIELD_OR_TYPE */
  may(dataset: string, properties: Iterable<string> = []): DatasetDecision {
    const { datasets, product } = this.admitted.decision
    const decision = Object.hasOwn(datasets, dataset) ? datasets[dataset] : undefined
    if (!decision?.read) throw this.refuse(dataset, `${product}/${dataset}`)
    for (const property of properties) {
      if (!readable(decision, property)) throw this.refuse(dataset, `${product}/${dataset}/${property}`)
    }
    return decision
  }

  refuse(dataset: string, policyKey: string): Refusal {
    this.refused.set(policyKey, dataset)
    return denied(policyKey)
  }

  /** What the gateway took out of the question before it came here, as `terrane-denied` names it. */
  missed(header: string | null | undefined): void {
    const { product, datasets } = this.admitted.decision
    for (const key of header?.split(',') ?? []) {
      const [of, dataset = '', property] = key.split('/')
      const known = of === product && Object.hasOwn(datasets, dataset) ? datasets[dataset] : undefined
      if (known && (property === undefined || Object.hasOwn(known.properties, property))) this.refuse(dataset, key)
    }
  }

  /** What was read, for the audit; `rows` undefined where they are streamed uncounted. */
  note(dataset: string, properties: Iterable<string>, rows: number | undefined, publication: number): void {
    const key = `${publication} ${dataset}`
    let noted = this.trail.get(key)
    if (!noted) {
      noted = { dataset, publication, properties: new Set() }
      this.trail.set(key, noted)
    }
    for (const property of properties) noted.properties.add(property)
    if (rows !== undefined) noted.rows = (noted.rows ?? 0) + rows
  }

  /** What is said of an answer that publication, question and decision alone settle; undefined before the first publication. */
  repeatable(): Repeatable | undefined {
    const { publicationId } = this
    if (publicationId === undefined) return undefined
    const { servedAs } = this.parts
    return { decision: this.admitted.decision.fingerprint, publicationId, servedAs, reads: this.reads() }
  }

  /** What was noted so far. */
  private reads(): RepeatableRead[] {
    return [...this.trail.values()].map(noted => ({ ...noted, properties: [...noted.properties].sort() }))
  }

  /** Lets go of every pin, also of those still on their way, and hands over the audit. */
  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    this.record()
    for (const pinned of await Promise.allSettled(this.pins.values())) {
      if (pinned.status === 'fulfilled') pinned.value?.release()
    }
  }

  private record(): void {
    const common = {
      at: new Date().toISOString(),
      subject: this.admitted.caller.subject,
      action: 'read',
      port: this.port,
    }
    for (const read of this.reads()) this.parts.audit.record({ ...common, ...read, outcome: 'allowed' })
    for (const [policyKey, dataset] of this.refused) {
      const property = policyKey.split('/')[2]
      this.parts.audit.record({ ...common, dataset, properties: property ? [property] : [], outcome: 'denied' })
    }
  }
}

export const isPublicationNumber = (text: string) => /^[1-9]\d{0,14}$/.test(text)

export function readable(decision: DatasetDecision, property: string): boolean {
  return Object.hasOwn(decision.properties, property) && decision.properties[property]!.read !== false
}

function gone(publication: number): Refusal {
  return new Refusal('PUBLICATION_GONE', `Publication ${publication} is no longer kept.`, { publication })
}
