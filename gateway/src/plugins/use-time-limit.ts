import { GraphQLError } from 'graphql'
import type { Executor } from '../executor/executor.js'
import type { Operation } from '../executor/operation.js'

/**
 * An operation ends when its time is up or its client has gone, whatever its subgraphs still do; their sockets are
 * closed by the same signal.
 */
export function withinTime(execute: Executor): Executor {
  return async request => {
    const { signal, timeMilliseconds } = request.context as Operation
    let stop = () => {}
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(ended(signal, timeMilliseconds))
      signal.addEventListener('abort', stop, { once: true })
    })
    try {
      if (signal.aborted) throw ended(signal, timeMilliseconds)
      return await Promise.race([execute(request), stopped])
    } catch (error) {
      if (signal.aborted) return { errors: [ended(signal, timeMilliseconds)] }
      throw error
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}

function ended(signal: AbortSignal, timeMilliseconds: number): GraphQLError {
  const timeUp = (signal.reason as Error | undefined)?.name === 'TimeoutError'
  return timeUp
    ? new GraphQLError(`The operation took longer than ${timeMilliseconds} ms.`, {
        extensions: { code: 'OPERATION_TIMEOUT', http: { status: 504 } },
      })
    : new GraphQLError('The client has gone.', { extensions: { code: 'OPERATION_ABORTED', http: { status: 499 } } })
}
