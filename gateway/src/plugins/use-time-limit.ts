import { GraphQLError } from 'graphql'
import type { OperationAnswer, PromptExecutor } from '../executor/executor.js'
import type { Operation } from '../executor/operation.js'
import type { StopSignal } from '../executor/stop.js'

/**
 * An operation ends when its time is up or its client has gone, whatever its subgraphs still do; their sockets are
 * closed by the same signal.
 */
export function withinTime(execute: PromptExecutor): PromptExecutor {
  return request => {
    const { signal, timeMilliseconds } = request.context as Operation
    if (signal.aborted) return ended(signal, timeMilliseconds)
    const answering = execute(request)
    if (!(answering instanceof Promise)) return answering
    return new Promise((resolve, reject) => {
      const stop = () => resolve(ended(signal, timeMilliseconds))
      signal.addEventListener('abort', stop)
      answering.then(
        answer => {
          signal.removeEventListener('abort', stop)
          resolve(answer)
        },
        error => {
          signal.removeEventListener('abort', stop)
          reject(error)
        },
      )
    })
  }
}

function ended(signal: StopSignal, timeMilliseconds: number): OperationAnswer {
  const timeUp = (signal.reason as Error | undefined)?.name === 'TimeoutError'
  const error = timeUp
    ? new GraphQLError(`The operation took longer than ${timeMilliseconds} ms.`, {
        extensions: { code: 'OPERATION_TIMEOUT', http: { status: 504 } },
      })
    : new GraphQLError('The client has gone.', { extensions: { code: 'OPERATION_ABORTED', http: { status: 499 } } })
  return { errors: [error] }
}
