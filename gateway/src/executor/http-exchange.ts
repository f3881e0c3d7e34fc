import type { Dispatcher } from 'undici'

export interface HttpAnswer {
  status: number
  text: string
}

export interface HttpQuestion {
  path: string
  headers: Record<string, string>
  body: string
  /** Ends the exchange, and with it the socket's work. */
  signal?: AbortSignal | undefined
  /** Largest answer that is read. */
  answerBytes: number
}

/** One POST and its whole answer as text, without the streams that nobody reads piece by piece. */
export function exchange(dispatcher: Dispatcher, question: HttpQuestion): Promise<HttpAnswer> {
  const { path, headers, body, signal, answerBytes } = question
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const pieces: Buffer[] = []
    let bytes = 0
    let status = 0
    let control: Dispatcher.DispatchController | undefined
    const stop = () => {
      control?.abort(asError(signal?.reason))
      end(() => reject(signal?.reason))
    }
    const end = (settle: () => void) => {
      signal?.removeEventListener('abort', stop)
      settle()
    }
    signal?.addEventListener('abort', stop, { once: true })
    dispatcher.dispatch(
      { path, method: 'POST', headers, body },
      {
        onRequestStart: controller => {
          control = controller
          if (signal?.aborted) stop()
        },
        onResponseStart: (_, code) => {
          status = code
        },
        onResponseData: (controller, piece) => {
          bytes += piece.byteLength
          if (bytes > answerBytes) controller.abort(new Error(`its answer is larger than ${answerBytes} bytes`))
          else pieces.push(piece)
        },
        onResponseEnd: () => {
          const text = pieces.length === 1 ? pieces[0]!.toString() : Buffer.concat(pieces).toString()
          end(() => resolve({ status, text }))
        },
        onResponseError: (_, error) => end(() => reject(error)),
      },
    )
  })
}

const asError = (reason: unknown) => (reason instanceof Error ? reason : new Error('The client has gone.'))
