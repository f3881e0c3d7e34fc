import type { Exchange, HttpAnswer } from '../http-exchange.js'

/** Tells whoever looks on at a fetch of every attempt: how it ended, and how much went to and fro. */
export function withWatch(exchange: Exchange): Exchange {
  return question => {
    const { watch, body } = question
    const answering = exchange(question)
    if (!watch?.exchanged) return answering
    const sentBytes = Buffer.byteLength(body)
    const answered = ({ status, text }: HttpAnswer) =>
      watch.exchanged?.({ status, sentBytes, answerBytes: Buffer.byteLength(text) })
    answering.then(answered, () => watch.exchanged?.({ sentBytes, answerBytes: 0 }))
    return answering
  }
}
