import { Stop, type StopSignal } from './stop.js'

/** Of an operation's time, what subgraphs may take: with the rest the gateway answers with what has come. */
const SHARE_OF_SUBGRAPHS = 0.8

/** When an operation ends: its client goes, or its time is up, once it has begun. */
export class OperationTime {
  private readonly all = new Stop()
  private readonly fetching = new Stop()
  private timer: NodeJS.Timeout | undefined

  begin(milliseconds: number): void {
    if (this.all.aborted) return
    const fetching = milliseconds * SHARE_OF_SUBGRAPHS
    this.timer = setTimeout(() => {
      this.fetching.abort(timeUp('The time of the subgraphs is up'))
      this.timer = setTimeout(() => this.all.abort(timeUp('The time of the operation is up')), milliseconds - fetching)
    }, fetching)
  }

  /** Aborted when the client goes or the whole time is up. */
  get signal(): StopSignal {
    return this.all
  }

  /** Aborted a little earlier: who answers slowly costs its own fields, not the whole answer. */
  get fetchSignal(): StopSignal {
    return this.fetching
  }

  /** The client was answered, or has gone. */
  end(answered: boolean): void {
    clearTimeout(this.timer)
    if (answered) return
    this.fetching.abort()
    this.all.abort()
  }
}

const timeUp = (message: string) => new DOMException(message, 'TimeoutError')
