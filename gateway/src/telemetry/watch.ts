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
  /** To be sent along, for the subgraph to go on with: `traceparent`, `tracestate`. */
  readonly headers?: Readonly<Record<string, string>>
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

/** Several that look on, as one. */
export function together(watches: readonly OperationWatch[]): OperationWatch | undefined {
  if (watches.length < 2) return watches[0]
  return {
    phase: name => {
      const ends = watches.map(one => one.phase(name))
      return () => {
        for (const end of ends) end()
      }
    },
    fetch: subgraph => fetchesTogether(watches.map(one => one.fetch(subgraph))),
  }
}

export function fetchesTogether(watches: readonly FetchWatch[]): FetchWatch {
  const headers = watches.find(one => one.headers)?.headers
  return {
    ...(headers ? { headers } : {}),
    pinned: publication => {
      for (const one of watches) one.pinned?.(publication)
    },
    exchanged: exchange => {
      for (const one of watches) one.exchanged?.(exchange)
    },
    end: outcome => {
      for (const one of watches) one.end(outcome)
    },
  }
}
