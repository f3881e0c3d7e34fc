/**
 * What one event stream waits for: something to say, a socket that takes it, its end. Nothing is said before what was said
 * last has gone, so that a slow client costs the memory of one event.
 */
export class Flow {
  /** Said so far. */
  events = 0
  private underWay = 0
  private wake = () => {}
  private finish = () => {}
  private blockedSince: number | undefined
  private stopped = false
  /** When it was looked at last whether the caller may still have the stream, a look is due. */
  checkDue = false
  readonly over = new Promise<void>(resolve => {
    this.finish = resolve
  })

  get ended(): boolean {
    return this.stopped
  }

  /** All that was said has been taken. */
  get clear(): boolean {
    return this.underWay === 0
  }

  /** Milliseconds for which the socket has taken nothing, though there is something to take. */
  get blockedMilliseconds(): number {
    return this.blockedSince === undefined ? 0 : Date.now() - this.blockedSince
  }

  said(): void {
    this.events += 1
    this.underWay += 1
    this.blockedSince ??= Date.now()
  }

  taken(): void {
    this.underWay = Math.max(0, this.underWay - 1)
    this.blockedSince = this.clear ? undefined : Date.now()
    this.wake()
  }

  /** Something may have changed: whoever awaits `change` looks again. */
  stir(): void {
    this.wake()
  }

  change(): Promise<void> {
    if (this.stopped) return Promise.resolve()
    return new Promise(resolve => {
      this.wake = resolve
    })
  }

  end(): void {
    this.stopped = true
    this.finish()
    this.wake()
  }
}
