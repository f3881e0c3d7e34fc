import type { TraceHeaders } from './trace-headers.js'

/** What the gateway does itself for an operation. `parse`, `validate` and `plan` only where nothing was remembered. */
export type Phase = 'parse' | 'decide' | 'validate' | 'plan' | 'project'

/** `kept`: it was not asked, for it had answered the same before, or was just being asked it. `errors`: it answered, with errors in it. `failed`: it did not answer. `aborted`: nobody waited any more. */
export type FetchOutcome = 'answered' | 'kept' | 'errors' | 'failed' | 'aborted'

/**
 * Looks on while one operation runs; undefined where nobody does, so that a call costs a comparison. Nothing it is told
 * holds a value, a variable or a token.
 */
export interface OperationWatch {
  /** A phase begins; call what comes back when it is over. */
  phase(name: Phase): () => void
  fetch(subgraph: string): FetchWatch
}

/** Looks on while one subgraph is asked. */
export interface FetchWatch {
  /** To be sent along, for the subgraph to go on with. */
  readonly headers?: TraceHeaders | undefined
  /** The publication that is asked for. */
  pinned?(publication: number): void
  /** One request over the network and its answer; several where it was sent again. */
  exchanged?(exchange: Exchanged): void
  end(outcome: FetchOutcome): void
}

export interface Exchanged {
  /** Undefined where no answer came. */
  status?: number
  /** Of the question and the answer. */
  sentBytes: number
  answerBytes: number
}

/** Both that look on, as one; either may not be there. */
export function together(
  one: OperationWatch | undefined,
  other: OperationWatch | undefined,
): OperationWatch | undefined {
  if (!one || !other) return one ?? other
  return {
    phase: name => {
      const [end, otherEnd] = [one.phase(name), other.phase(name)]
      return () => {
        end()
        otherEnd()
      }
    },
    fetch: subgraph => new FetchesTogether(one.fetch(subgraph), other.fetch(subgraph)),
  }
}

/** A class, and of two: made for every fetch, one of closures over a list costs as much as a span. */
class FetchesTogether implements FetchWatch {
  constructor(
    private readonly one: FetchWatch,
    private readonly other: FetchWatch,
  ) {}

  get headers(): FetchWatch['headers'] {
    return this.one.headers ?? this.other.headers
  }

  pinned(publication: number): void {
    this.one.pinned?.(publication)
    this.other.pinned?.(publication)
  }

  exchanged(exchange: Exchanged): void {
    this.one.exchanged?.(exchange)
    this.other.exchanged?.(exchange)
  }

  end(outcome: FetchOutcome): void {
    this.one.end(outcome)
    this.other.end(outcome)
  }
}
