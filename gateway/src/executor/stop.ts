/**
 * What an `AbortSignal` tells, as far as an operation asks: every `AbortSignal` is one, and so is a `Stop`, which costs a
 * fraction of it. An operation has two, and every exchange that is shared another.
 */
export interface StopSignal {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** Stops something once and for all: what a controller and its signal are together. */
export class Stop implements StopSignal {
  aborted = false
  reason: unknown
  /** Most have one listener, and a set is made several times for every question. */
  private first: (() => void) | undefined
  /** All of them later than the first. */
  private others: Set<() => void> | undefined
  private controller: AbortController | undefined

  /** For whoever takes nothing else; made when it is first asked for. */
  get abortSignal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController()
      if (this.aborted) this.controller.abort(this.reason)
    }
    return this.controller.signal
  }

  abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    this.controller?.abort(reason)
    this.first?.()
    for (const listener of this.others ?? []) listener()
    this.first = this.others = undefined
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason
  }

  /** Tells each listener once; one who comes too late is not told, as `AbortSignal` does it. */
  addEventListener(_: 'abort', listener: () => void): void {
    if (this.aborted || listener === this.first) return
    if (!this.first && !this.others?.size) this.first = listener
    else {
      this.others ??= new Set()
      this.others.add(listener)
    }
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    if (listener === this.first) this.first = undefined
    else this.others?.delete(listener)
  }
}

/** The same signal for whoever takes an `AbortSignal` only. */
export function abortSignalOf(signal: StopSignal): AbortSignal {
  if (signal instanceof Stop) return signal.abortSignal
  return signal as AbortSignal
}
