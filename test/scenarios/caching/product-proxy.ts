import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { IDENTITY_HEADER, NEWS_PATH } from '@terrane/schema'

/** The way to a product in another process, over real sockets: its news can be cut off, and led elsewhere than its data. */
export class ProductProxy {
  /** While it is, no news comes through. */
  deaf = false
  /** Where news comes from; from `target` like all else without it. */
  newsTarget: string | undefined
  /** Questions that passed, by who may be told apart by his `terrane-identity`. */
  readonly asked: { body: string; identity: string | undefined }[] = []
  /** Answers to questions wait for it. */
  private gate: Promise<void> = Promise.resolve()
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

  /** From now on questions are on their way until it is called. */
  hold(): () => void {
    let release = () => {}
    this.gate = new Promise(resolve => {
      release = resolve
    })
    return release
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }

  private async pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const news = incoming.url === NEWS_PATH
    if (news && this.deaf) return void outgoing.destroy()
    const pieces: Buffer[] = []
    for await (const piece of incoming) pieces.push(piece as Buffer)
    const body = Buffer.concat(pieces)
    const { method = 'GET', headers } = incoming
    if (incoming.url === '/graphql') {
      const identity = headers[IDENTITY_HEADER] as string | undefined
      this.asked.push({ body: body.toString(), identity })
      await this.gate
    }
    const target = new URL(incoming.url!, news ? (this.newsTarget ?? this.target) : this.target)
    const passing = request(target, { method, headers: { ...headers, connection: 'close' } }, answer => {
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
