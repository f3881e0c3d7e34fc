import type { GraphQLFormattedError } from 'graphql'
import { monotonicNow } from '../clock.js'
import type { Operation } from '../executor/operation.js'

/** What an operation was answered: what whoever looks on may know of it. */
export interface Answered {
  /** `query`, `mutation`, `subscription`; undefined where the document could not be read or has no such operation. */
  type: string | undefined
  name: string | null | undefined
  /** Of the document's text, SHA-256 in hexadecimal. */
  queryHash: string | undefined
  /** As the client is told them. */
  errors: readonly GraphQLFormattedError[]
  hasData: boolean
}

/** Looks on at operations. Each has begun before it is told of anything else; what it is told is the same for all. */
export interface Observer {
  began?(): void
  /** At most once, and of one that was abandoned too. */
  answered(observation: Observation, answered: Answered): void
  /** At most once, and of none that was answered: its client has gone. */
  abandoned?(): void
}

/** One operation as it is looked on at. The clock is asked here, once for all who look on. */
export class Observation {
  private readonly began = monotonicNow()
  private over = false
  /** From its beginning to its answer. */
  milliseconds = 0
  /** Whether its client had gone before it was answered. */
  abandoned = false

  constructor(
    readonly operation: Operation,
    private readonly observers: readonly Observer[],
  ) {
    for (const observer of observers) observer.began?.()
  }

  answer(answered: Answered): void {
    this.over = true
    this.milliseconds = monotonicNow() - this.began
    for (const observer of this.observers) observer.answered(this, answered)
  }

  /** Its client has gone. Where he has his answer that is nothing. */
  abandon(): void {
    if (this.over) return
    this.over = true
    this.abandoned = true
    for (const observer of this.observers) observer.abandoned?.()
  }
}
