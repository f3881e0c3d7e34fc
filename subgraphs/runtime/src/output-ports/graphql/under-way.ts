import type { Reading } from '../reading.js'
import type { Allowance } from './allowance.js'

/** Longest that questions hold up closing: whoever serves the product has let its answers go out before. */
const GRACE_MILLISECONDS = 3000

/** Questions whose readings are not closed yet: what they have to say for the audit is still to come. */
export class UnderWay {
  private readonly questions = new Map<Reading, Allowance>()
  private idle: (() => void) | undefined

  began(reading: Reading, allowance: Allowance): void {
    this.questions.set(reading, allowance)
  }

  async end(reading: Reading): Promise<void> {
    try {
      await reading.close()
    } finally {
      this.questions.delete(reading)
      if (this.questions.size === 0) this.idle?.()
    }
  }

  /** Resolves once all have ended, with 0, or with how many it gave up. To be asked once. */
  async settle(): Promise<number> {
    if (this.questions.size === 0) return 0
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>(resolve => {
      this.idle = resolve
      timer = setTimeout(resolve, GRACE_MILLISECONDS)
    })
    clearTimeout(timer)
    for (const [reading, allowance] of this.questions) {
      // In this order: what is read later is on no record, so it must not be answered.
      allowance.giveUp()
      void reading.close()
    }
    return this.questions.size
  }
}
