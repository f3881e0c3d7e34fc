import type { Exchange, HttpQuestion } from '../http-exchange.js'
import type { Admission, Breaker, Outcome } from './breaker.js'
import { AnswerRefused, isUnavailable } from './exchange-errors.js'

/** Asks only while the breaker lets it, and tells it how that ended. `slowMilliseconds`: see `outcomeOf`. */
export function withBreaker(exchange: Exchange, breaker: Breaker, slowMilliseconds: number): Exchange {
  return async question => {
    const admission = breaker.admit()
    try {
      const answer = await exchange(question)
      breaker.settle(admission, isUnavailable(answer.status) ? 'failed' : 'answered')
      return answer
    } catch (error) {
      breaker.settle(admission, outcomeOf(error, question, breaker, admission, slowMilliseconds))
      throw error
    }
  }
}

/**
 * A client that leaves says nothing about the subgraph. An operation whose time is up does, if it waited long for this
 * one request; else the time went elsewhere.
 */
function outcomeOf(
  error: unknown,
  { signal }: HttpQuestion,
  breaker: Breaker,
  admission: Admission,
  slowMilliseconds: number,
): Outcome {
  if (error instanceof AnswerRefused) return 'answered'
  if (!signal?.aborted) return 'failed'
  const timeUp = (signal.reason as Error | undefined)?.name === 'TimeoutError'
  return timeUp && breaker.age(admission) >= slowMilliseconds ? 'failed' : 'unknown'
}
