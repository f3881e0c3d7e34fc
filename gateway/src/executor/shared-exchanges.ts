import { BriefMap } from '../brief-map.js'
import { Stop, type StopSignal } from './stop.js'

interface Underway<Answer> {
  answer: Promise<Answer>
  stop: Stop
  waiting: number
}

/**
 * The same question to the same subgraph, asked while it is under way, is asked once. The key holds all that settles the
 * answer: who asks as well, where that does. Nothing is kept once it is answered.
 */
export class SharedExchanges<Answer> {
  private readonly underway = new BriefMap<string, Underway<Answer>>()

  /** One client's leaving ends his waiting; the exchange ends when nobody waits for it. */
  ask(key: string, signal: StopSignal | undefined, exchange: (signal: StopSignal) => Promise<Answer>): Promise<Answer> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    const shared = this.underway.get(key) ?? this.begin(key, exchange)
    shared.waiting++
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(signal?.reason)
        if (--shared.waiting > 0) return
        this.forget(key, shared)
        shared.stop.abort(signal?.reason)
      }
      const ended = () => {
        signal?.removeEventListener('abort', leave)
        this.forget(key, shared)
      }
      signal?.addEventListener('abort', leave)
      shared.answer.then(
        answer => {
          ended()
          resolve(answer)
        },
        error => {
          ended()
          reject(error)
        },
      )
    })
  }

  private begin(key: string, exchange: (signal: StopSignal) => Promise<Answer>): Underway<Answer> {
    const stop = new Stop()
    const shared: Underway<Answer> = { answer: exchange(stop), stop, waiting: 0 }
    this.underway.set(key, shared)
    return shared
  }

  /** Not what may have begun under the same key since. */
  private forget(key: string, shared: Underway<Answer>): void {
    if (this.underway.get(key) === shared) this.underway.delete(key)
  }
}
