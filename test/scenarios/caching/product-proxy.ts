import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { IDENTITY_HEADER, NEWS_PATH } from '@terrane/schema'

/** The way to a product in another process, over real sockets: its news can be cut off, and led elsewhere than its data. */
export class ProductProxy {
  /** While it is, no news comes through. */
  deaf = false
  /** How often news was asked for meanwhile. */
  refused = 0
  /** Where news comes from; from `target` like all else without it. */
  newsTarget: string | undefined
  /** Headers of questions that do not get through, as if the product did not know them. */
  readonly unknown = new Set<string>()
  /** While it is, questions get no answer. */
  broken = false
  /** Questions that came by, and the signed identity that each was asked with. */
  readonly asked: { body: string; identity: string | undefined }[] = []
  /** Answers that the product has given, and that are not passed on yet. */
  waiting = 0
  /** Answers to questions with these words wait. */
  private held: { words: string; gate: Promise<void> } | undefined
  private readonly streams = new Set<ServerResponse>()
  private readonly server = createServer((incoming, outgoing) => this.pass(incoming, outgoing))

  private constructor(public target: string) {}

  static async open(target: string): Promise<ProductProxy> {
    const proxy = new ProductProxy(target)
    proxy.server.listen(0, '127.0.0.1')
    await once(proxy.server, 'listening')
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** How many hear news by it. */
  get hearers(): number {
    return this.streams.size
  }

  /** The streams of news break, in the middle of whatever they say. */
  interrupt(): void {
    for (const stream of this.streams) stream.destroy()
  }

  /** From now on answers to questions with these words are on their way until what it returns is called. */
  hold(words: string): () => void {
    let release = () => {}
    const gate = new Promise<void>(resolve => {
      release = resolve
    })
    this.held = { words, gate }
    return () => {
      this.held = undefined
      release()
    }
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }

  private async pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const news = incoming.url === NEWS_PATH
    if (news && this.deaf) {
      this.refused++
      return void outgoing.destroy()
    }
    const pieces: Buffer[] = []
    for await (const piece of incoming) pieces.push(piece as Buffer)
    const body = Buffer.concat(pieces)
    let gate: Promise<void> | undefined
    const { method = 'GET', headers } = incoming
    if (incoming.url === '/graphql') {
      const identity = headers[IDENTITY_HEADER] as string | undefined
      const text = body.toString()
      for (const name of this.unknown) delete headers[name]
      this.asked.push({ body: text, identity })
      if (this.held && text.includes(this.held.words)) gate = this.held.gate
      if (this.broken) {
        await gate
        return void outgoing.destroy()
      }
    }
    const target = new URL(incoming.url!, news ? (this.newsTarget ?? this.target) : this.target)
    const passing = request(target, { method, headers: { ...headers, connection: 'close' } }, async answer => {
      if (gate) {
        this.waiting++
        await gate
        this.waiting--
      }
      outgoing.writeHead(answer.statusCode!, answer.headers)
      if (news) this.streams.add(outgoing)
      answer.on('error', () => outgoing.destroy())
      answer.pipe(outgoing)
    })
    passing.on('error', () => outgoing.destroy())
    outgoing.on('close', () => {
      this.streams.delete(outgoing)
      passing.destroy()
    })
    passing.end(body)
  }
}
