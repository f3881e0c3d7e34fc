import type { DocumentNode } from 'graphql'
import { BoundedMap } from '../../bounded-map.js'
import { BYTES_PER_CHARACTER, BYTES_PER_TOKEN, tokensOf } from '../../document-tokens.js'
import { type CacheFigures, noFigures } from '../../telemetry/cache-metrics.js'

/** Room for some thousand ordinary operations, or some hundred of the largest that the limits allow. */
export const PLAN_BYTES = 128 * 1024 * 1024

/**
 * What is estimated, in bytes of heap: fitted to plans of one to thirty fetches and of twenty to a thousand fields, and
 * within a quarter of what they were measured at. A document that several hold counts for each.
 */
export const BYTES_PER_ENTRY = 4000
/** A character of a plan's JSON: its text, and the fetches, representations and rewrites compiled of it. */
const BYTES_PER_PLAN_CHARACTER = 14
/** A field of a type as a projection writes it. */
export const BYTES_PER_PROJECTED_FIELD = 700

export const bytesOfDocument = (document: DocumentNode): number =>
  BYTES_PER_TOKEN * tokensOf(document) + bytesOfText(document.loc?.source.body)
export const bytesOfText = (text = ''): number => BYTES_PER_CHARACTER * text.length
export const bytesOfPlan = (plan: unknown): number => BYTES_PER_PLAN_CHARACTER * (JSON.stringify(plan)?.length ?? 0)

/** By what the metrics call them. */
type KindName = 'plans' | 'projections' | 'questions' | 'root-conditions'
export type FiguresOf = (cache: KindName) => CacheFigures

interface Kept {
  value: object
  figures: CacheFigures
  /** Of its kind, and its key among them. */
  kind: Map<string, Kept>
  key: string
}

/**
 * One budget of bytes for all that the questions to one supergraph were made ready with: plans, projections, and what was
 * found out about each caller's right to ask them. Goes with its supergraph. What has not been asked for, for long, goes
 * first.
 */
export class PlanMemory {
  private readonly entries: BoundedMap<Kept, Kept>
  /** One entry is no reason to forget all others. */
  private readonly largest: number
  private readonly kinds = new Map<KindName, Kept['kind']>()
  private readonly counted = new Set<CacheFigures>()
  private retired = false

  constructor(
    bytes = PLAN_BYTES,
    private readonly figuresOf: FiguresOf = noFigures,
  ) {
    this.largest = Math.max(1, Math.floor(bytes / 8))
    this.entries = new BoundedMap<Kept, Kept>(bytes, (kept, weight) => {
      kept.kind.delete(kept.key)
      this.count(kept.figures, -1, -weight)
    })
  }

  get bytes(): number {
    return this.entries.weight
  }

  /** All of one kind. */
  of<Value extends object>(name: KindName): PlanMemoryOf<Value> {
    const figures = this.figuresOf(name)
    this.counted.add(figures)
    const { entries } = this
    const kind = this.kindOf(name)
    return {
      get: key => {
        const kept = kind.get(key)
        if (!kept) return undefined
        entries.get(kept)
        figures.hits++
        return kept.value as Value
      },
      set: (key, value, bytes) => {
        figures.misses++
        if (bytes > this.largest) return
        const before = kind.get(key)
        if (before) entries.delete(before)
        const kept = { value, figures, kind, key }
        kind.set(key, kept)
        entries.set(kept, kept, bytes)
        this.count(figures, 1, bytes)
      },
      grow: (key, bytes) => {
        const kept = kind.get(key)
        if (!kept) return
        this.count(figures, 0, bytes)
        entries.grow(kept, bytes)
      },
    }
  }

  /** By key: one map for all would want a key of the kind's name and its own put together, at every look. */
  private kindOf(name: KindName): Kept['kind'] {
    const known = this.kinds.get(name) ?? new Map<string, Kept>()
    this.kinds.set(name, known)
    return known
  }

  /** Its supergraph is replaced. What is under way may still need it, and is not counted any more. */
  retire(): void {
    for (const figures of this.counted) Object.assign(figures, { entries: 0, bytes: 0 })
    this.retired = true
  }

  private count(figures: CacheFigures, entries: number, bytes: number): void {
    if (this.retired) return
    figures.entries += entries
    figures.bytes += bytes
  }
}

/** What of one kind is kept. */
export interface PlanMemoryOf<Value extends object> {
  get(key: string): Value | undefined
  /** What was not there, and had to be made. */
  set(key: string, value: Value, bytes: number): void
  /** What is kept under the key, if it still is, has become so much larger. */
  grow(key: string, bytes: number): void
}
