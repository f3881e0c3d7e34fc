import { setTimeout as pause } from 'node:timers/promises'
import type { Exchange, HttpAnswer, HttpQuestion } from '../http-exchange.js'
import { abortSignalOf, type StopSignal } from '../stop.js'
import { isUnavailable, NoAnswer } from './exchange-errors.js'
import type { RetryBudget } from './retry-budget.js'

const FIRST_PAUSE_MILLISECONDS = 50
/** Also the longest `Retry-After` that an operation waits for. */
const LONGEST_PAUSE_MILLISECONDS = 2_000

export interface RetryOptions {
  /** Further attempts of one question. */
  retries: number
  budget: RetryBudget
  /** From 0 to below 1. */
  random?: () => number
}

/**
 * Asks a query again that got no byte of an answer, or one that says "not now": with the same headers, so for the same
 * publication; never a mutation, which may have happened; never once nobody waits any more.
 */
export function withRetries(exchange: Exchange, { retries, budget, random = Math.random }: RetryOptions): Exchange {
  if (retries <= 0) return exchange
  const ask = async (question: HttpQuestion): Promise<HttpAnswer> => {
    for (let attempt = 0; ; attempt++) {
      let answer: HttpAnswer | undefined
      let failure: unknown
      try {
        answer = await exchange(question)
        if (!isUnavailable(answer.status)) return answer
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error
        failure = error
      }
      const milliseconds = pauseBefore(attempt, answer?.retryAfter, random)
      if (attempt >= retries || milliseconds === undefined || !budget.takeRetry()) {
        if (answer) return answer
        throw failure
      }
      await pauseFor(milliseconds, question.signal)
    }
  }
  return question => {
    budget.asked()
    return question.idempotent ? ask(question) : exchange(question)
  }
}

/** Undefined where the subgraph wants to be left alone for longer than is waited for. */
function pauseBefore(attempt: number, retryAfter: string | undefined, random: () => number): number | undefined {
  const longest = Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** attempt, LONGEST_PAUSE_MILLISECONDS)
  // Anywhere in between, so that those who failed together do not come back together.
  const jittered = random() * longest
  const asked = retryAfterMilliseconds(retryAfter)
  if (asked === undefined) return jittered
  return asked > LONGEST_PAUSE_MILLISECONDS ? undefined : Math.max(asked, jittered)
}

/** RFC 9110, section 10.2.3: seconds, or a date; below zero for one that has passed. */
function retryAfterMilliseconds(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return Number(value) * 1_000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : date - Date.now()
}

async function pauseFor(milliseconds: number, signal: StopSignal | undefined): Promise<void> {
  try {
    await pause(milliseconds, undefined, signal ? { signal: abortSignalOf(signal) } : {})
  } catch (error) {
    throw signal?.aborted ? signal.reason : error
  }
}
