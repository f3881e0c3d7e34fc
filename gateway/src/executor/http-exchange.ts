import type { Dispatcher } from 'undici'
import type { FetchWatch } from '../telemetry/watch.js'
import type { StopSignal } from './stop.js'
import { decodeBody } from './transport/decode.js'
import { AnswerRefused, NoAnswer } from './transport/exchange-errors.js'

export interface HttpAnswer {
  status: number
  text: string
  /** As the header says it: seconds, or a date. */
  retryAfter?: string
}

export interface HttpQuestion {
  path: string
  /** Names and values in turn. */
  headers: readonly string[]
  body: string
  /** Ends the exchange, and with it the socket's work. */
  signal?: StopSignal | undefined
  /** Whether asking twice does no more than asking once. */
  idempotent: boolean
  /** Told of every attempt. */
  watch?: FetchWatch | undefined
}

export type Exchange = (question: HttpQuestion) => Promise<HttpAnswer>

/**
 * One POST and its whole answer as text, without the streams that nobody reads piece by piece; redirects are not
 * followed. `answerBytes`: largest answer that is taken, as it comes and decoded. Rejects with `NoAnswer` before an
 * answer began, `AnswerRefused` for one that is not taken, and else what broke it.
 */
export function exchange(dispatcher: Dispatcher, question: HttpQuestion, answerBytes: number): Promise<HttpAnswer> {
  const { path, headers, signal, watch } = question
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const body = Buffer.from(question.body)
    const pieces: Buffer[] = []
    let bytes = 0
    let status = 0
    let encoding: string | undefined
    let retryAfter: string | undefined
    let control: Dispatcher.DispatchController | undefined
    const stop = () => {
      // First: the connection that is broken off hereby is none that gave no answer, and is not tried again.
      failed(signal?.reason)
      control?.abort(asError(signal?.reason))
    }
    let over = false
    const end = () => {
      over = true
      signal?.removeEventListener('abort', stop)
    }
    const answered = (whole: Buffer) => {
      if (over) return
      end()
      watch?.exchanged?.({ status, sentBytes: body.length, answerBytes: whole.length })
      const text = whole.toString()
      resolve(retryAfter === undefined ? { status, text } : { status, text, retryAfter })
    }
    const failed = (reason: unknown) => {
      if (over) return
      end()
      watch?.exchanged?.({ sentBytes: body.length, answerBytes: 0 })
      reject(reason)
    }
    signal?.addEventListener('abort', stop)
    dispatcher.dispatch(
      { path, method: 'POST', headers: headers as string[], body },
      {
        onRequestStart: controller => {
          control = controller
          if (signal?.aborted) stop()
        },
        onResponseStart: (controller, code, head) => {
          // What is announced first (103) is no answer.
          if (code < 200) return
          status = code
          encoding = headerOf(head['content-encoding'])
          retryAfter = headerOf(head['retry-after'])
          if (Number(head['content-length']) > answerBytes) controller.abort(tooLarge(answerBytes))
        },
        onResponseData: (controller, piece) => {
          bytes += piece.byteLength
          if (bytes > answerBytes) controller.abort(tooLarge(answerBytes))
          else pieces.push(piece)
        },
        onResponseEnd: () => {
          const whole = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
          if (encoding === undefined || encoding === 'identity' || whole.length === 0) answered(whole)
          else decodeBody(whole, encoding, answerBytes).then(answered, failed)
        },
        onResponseError: (_, error) => failed(status === 0 && isLost(error) ? new NoAnswer(error) : error),
      },
    )
  })
}

/** Not one that took too long: its work may still be under way. */
const isLost = (error: Error & { code?: unknown }) => error.code !== 'UND_ERR_HEADERS_TIMEOUT'

const tooLarge = (bytes: number) => new AnswerRefused(`its answer is larger than ${bytes} bytes`)

const headerOf = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(', ') : value)

const asError = (reason: unknown) => (reason instanceof Error ? reason : new Error('The client has gone.'))
