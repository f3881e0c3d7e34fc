/** Where lines go. */
export interface Sink {
  /** How many of the bytes it took; 0 where it takes none at present. */
  take(bytes: Buffer): number
}

/** Of what waits; in UTF-8 it is three times that at most. */
const MOST_CHARACTERS = 1024 * 1024
/** Until a sink that took nothing is asked again. */
const PAUSE_MILLISECONDS = 10
/** What ends does not wait for longer on a sink that takes nothing more. */
export const LAST_PATIENCE_MILLISECONDS = 5000

/**
 * Lines that are written together, all of one turn of the event loop in one piece, and that wait for a sink that is behind:
 * up to a bound, beyond which whoever writes waits as well. None is ever left out.
 */
export class LinesTogether {
  private lines = ''
  /** The same as they are being written, from the first byte that is not. */
  private rest: Buffer = Buffer.alloc(0)
  private isComing = false

  constructor(private readonly sink: Sink) {}

  add(line: string): void {
    this.lines += `${line}\n`
    if (this.lines.length + this.rest.length >= MOST_CHARACTERS) this.finish()
    else if (!this.isComing) {
      this.isComing = true
      setImmediate(() => this.come())
    }
  }

  /** Writes what the sink takes at once; tells whether that was all. */
  offer(): boolean {
    if (this.lines !== '') {
      const more = Buffer.from(this.lines)
      this.rest = this.rest.length === 0 ? more : Buffer.concat([this.rest, more])
      this.lines = ''
    }
    while (this.rest.length > 0) {
      const taken = this.sink.take(this.rest)
      if (taken === 0) return false
      this.rest = this.rest.subarray(taken)
    }
    return true
  }

  /** Writes all, and does nothing else meanwhile. `patience`: milliseconds in which the sink takes something. */
  finish(patience = Number.POSITIVE_INFINITY): void {
    let { length } = this.rest
    let since = Date.now()
    while (!this.offer()) {
      if (this.rest.length !== length) since = Date.now()
      else if (Date.now() - since > patience) return
      length = this.rest.length
      Atomics.wait(NEVER, 0, 0, 1)
    }
  }

  private come(): void {
    this.isComing = !this.offer()
    if (this.isComing) setTimeout(() => this.come(), PAUSE_MILLISECONDS).unref()
  }
}

/** Nobody wakes who waits for it. */
const NEVER = new Int32Array(new SharedArrayBuffer(4))
