import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { freePort } from '../processes/processes.js'

/** The way to the real Redis: can be cut, held up, and spoiled. */
export class RedisProxy {
  private readonly sockets = new Set<Socket>()
  private readonly server = createServer(socket => this.join(socket))
  private held = false
  /** Comes instead of what Redis answers next. */
  spoilt?: string
  /** Connections are taken, and closed at once. */
  slams = false
  /** Connections that it has taken. */
  taken = 0
  /** What was written under, or is about to be: others use the same Redis. */
  readonly names = new Set<string>()

  private constructor(
    private readonly target: URL,
    private readonly listenPort: number,
  ) {}

  static async open(url: string): Promise<RedisProxy> {
    const proxy = new RedisProxy(new URL(url), await freePort())
    await proxy.mend()
    return proxy
  }

  get url(): string {
    return `redis://127.0.0.1:${this.listenPort}`
  }

  /** Nobody answers there any more. */
  async cut(): Promise<void> {
    const closed = once(this.server, 'close')
    this.server.close()
    for (const socket of this.sockets) socket.destroy()
    await closed
  }

  /** There again, at the same place. */
  async mend(): Promise<void> {
    this.server.listen(this.listenPort, '127.0.0.1')
    await once(this.server, 'listening')
  }

  /** Answers stay on their way. */
  hold(): void {
    this.held = true
    for (const socket of this.sockets) socket.pause()
  }

  release(): void {
    this.held = false
    for (const socket of this.sockets) socket.resume()
  }

  private join(inner: Socket): void {
    this.taken++
    if (this.slams) {
      inner.destroy()
      return
    }
    let said = ''
    inner.on('data', piece => {
      said += piece.toString('latin1')
      for (const [, name] of said.matchAll(/\r\nSET\r\n\$\d+\r\n(\S+)\r\n/g)) this.names.add(name!)
      // As long as what a name stands in, which may come in two pieces.
      said = said.slice(-500)
    })
    const outer = connect(Number(this.target.port || 6379), this.target.hostname)
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      this.sockets.add(from)
      from.on('data', piece => to.write(from === outer ? this.answer(piece) : piece))
      from.on('error', () => undefined)
      from.on('close', () => {
        this.sockets.delete(from)
        to.destroy()
      })
      if (this.held) from.pause()
    }
  }

  private answer(piece: Buffer): Buffer | string {
    const { spoilt = piece } = this
    delete this.spoilt
    return spoilt
  }
}
