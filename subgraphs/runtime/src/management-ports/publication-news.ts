import type { ManagedProduct } from './port.js'
import { publicationEventText } from './run-events.js'

/** The mesh takes a stream that is silent for longer for broken. */
const BEAT_MILLISECONDS = 2000

/**
 * What the mesh itself hears of the product, and tells on to those who may know: the publication in force, then each that
 * follows, as CloudEvents. Numbers and times alone, never data.
 */
export class PublicationNews {
  /** Ends one stream each. */
  private readonly streams = new Set<() => void>()

  constructor(
    private readonly managed: ManagedProduct,
    private readonly servedAs: string,
  ) {}

  stream(): ReadableStream<Uint8Array> {
    const encode = new TextEncoder()
    let leave = () => {}
    return new ReadableStream({
      start: controller => {
        const send = (text: string) => {
          if (this.streams.has(leave)) controller.enqueue(encode.encode(text))
        }
        let turn: Promise<unknown> = Promise.resolve()
        let last = 0
        const tell = () => {
          turn = turn
            .then(async () => {
              const inForce = await this.inForce()
              if (!inForce || inForce.number <= last) return
              last = inForce.number
              const { number: publication, createdAt: time } = inForce
              const { servedAs } = this
              send(publicationEventText(this.managed, { publication, time, publicationId: inForce.id, servedAs }))
            })
            // The store is away: whoever comes back is told of what is in force then.
            .catch(() => leave())
        }
        // Another process of the product may have published: looked at with every beat.
        const beat = setInterval(() => {
          tell()
          turn = turn.then(() => send(': \n\n'))
        }, BEAT_MILLISECONDS).unref()
        const unsubscribe = this.managed.onPublication(tell)
        leave = () => {
          if (!this.streams.delete(leave)) return
          clearInterval(beat)
          unsubscribe()
          // A reader that left has closed it already.
          try {
            controller.close()
          } catch {}
        }
        this.streams.add(leave)
        send(': connected\n\n')
        tell()
      },
      cancel: () => leave(),
    })
  }

  async close(): Promise<void> {
    for (const leave of this.streams) leave()
  }

  private async inForce() {
    const { publications } = this.managed
    const number = await publications.current()
    return (await publications.list()).find(manifest => manifest.number === number)
  }
}
