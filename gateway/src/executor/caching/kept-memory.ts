import { LRUCache } from 'lru-cache'
import type { CacheFigures } from '../../telemetry/cache-metrics.js'

interface Entry {
  value: object
  bytes: number
  figures: CacheFigures
}

/** One budget of bytes for all that is kept; what was not asked for the longest goes first. */
export class KeptMemory {
  private readonly entries: LRUCache<string, Entry>
  /** One entry is no reason to forget all others. */
  private readonly largest: number

  constructor(bytes: number) {
    this.largest = Math.max(1, Math.floor(bytes / 8))
    this.entries = new LRUCache<string, Entry>({
      maxSize: bytes,
      sizeCalculation: entry => entry.bytes,
      dispose: ({ figures, bytes }) => {
        figures.entries--
        figures.bytes -= bytes
      },
    })
  }

  has(key: string): boolean {
    return this.entries.has(key)
  }

  /** Keys begin with the kind of what they stand for. */
  get<Value extends object>(key: string): Value | undefined {
    return this.entries.get(key)?.value as Value | undefined
  }

  /** More is kept beside a value: whether it may be. Not where it has gone meanwhile, or would be too large. */
  grow(key: string, value: object, bytes: number): boolean {
    const entry = this.entries.peek(key)
    if (entry?.value !== value || entry.bytes + bytes > this.largest) return false
    this.set(key, value, entry.bytes + bytes, entry.figures)
    return true
  }

  /** `figures` are those of its kind. */
  set(key: string, value: object, bytes: number, figures: CacheFigures): void {
    if (bytes > this.largest) return
    figures.entries++
    figures.bytes += bytes
    this.entries.set(key, { value, bytes, figures })
  }
}
