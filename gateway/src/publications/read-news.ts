import { IDENTITY_HEADER, NEWS_PATH } from '@terrane/schema/identity/signed-identity'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { ProductEndpoint } from '../gateway.js'

/** That a product has a publication in force. */
export interface Announcement {
  product: string
  publication: number
  /** No other publication has the same, whatever home it is in. Products of before do not say it. */
  publicationId?: string
  /** How it is read: the product's software and contracts, as it names them. */
  servedAs?: string
  /** ISO 8601. */
  publishedAt?: string
}

/** Products send a sign of life every two seconds. */
const SILENCE_MILLISECONDS = 7000

/** In characters. One that does not end would take the memory of the gateway of all. */
const LONGEST_EVENT = 64 * 1024

/** What a product says of its publications, until its stream ends. Throws where it is refused, breaks or falls silent. */
export async function* readNews(
  endpoint: ProductEndpoint,
  identity: string,
  signal: AbortSignal,
): AsyncGenerator<Announcement> {
  const silent = new AbortController()
  const fall = () => silent.abort(new Error(`nothing was heard for ${SILENCE_MILLISECONDS} ms`))
  let timer = setTimeout(fall, SILENCE_MILLISECONDS).unref()
  const either = AbortSignal.any([signal, silent.signal])
  try {
    const response = await endpoint.fetch(
      new Request(`http://${endpoint.name}${NEWS_PATH}`, {
        headers: { [IDENTITY_HEADER]: identity, accept: 'text/event-stream' },
        signal: either,
      }),
    )
    if (!response.ok || !response.body) throw new Error(`status ${response.status} for ${NEWS_PATH}`)
    const heard = new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        clearTimeout(timer)
        timer = setTimeout(fall, SILENCE_MILLISECONDS).unref()
        controller.enqueue(piece)
      },
    })
    const events = response.body
      .pipeThrough(heard, { signal: either })
      .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
      .pipeThrough(new EventSourceParserStream({ maxBufferSize: LONGEST_EVENT }))
    for await (const { event, data } of events as unknown as AsyncIterable<{ event?: string; data: string }>) {
      const announcement = event === 'publication' ? announcementIn(endpoint.name, data) : undefined
      if (announcement) yield announcement
    }
  } finally {
    clearTimeout(timer)
  }
}

/** Of its own publications only: no product speaks for another. */
function announcementIn(product: string, text: string): Announcement | undefined {
  const { time, data } = JSON.parse(text) as { time?: unknown; data?: Partial<Record<keyof Announcement, unknown>> }
  const { publication, publicationId, servedAs } = data ?? {}
  if (data?.product !== product || !Number.isSafeInteger(publication)) return undefined
  return {
    product,
    publication: publication as number,
    ...(typeof publicationId === 'string' ? { publicationId } : {}),
    ...(typeof servedAs === 'string' ? { servedAs } : {}),
    ...(typeof time === 'string' ? { publishedAt: time } : {}),
  }
}
