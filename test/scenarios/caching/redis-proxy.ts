import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** The way to the real Redis: can be cut, and held up. What was written by it can be looked at and changed. */
export class RedisProxy {
  private readonly sockets = new Set<Socket>()
  private readonly server = createServer(socket => this.join(socket))
  private held = false
  private listenPort = 0

  private constructor(private readonly target: URL) {}

  static async open(url: string): Promise<RedisProxy> {
    const proxy = new RedisProxy(new URL(url))
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
    this.listenPort = (this.server.address() as AddressInfo).port
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
    const outer = connect(Number(this.target.port || 6379), this.target.hostname)
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      this.sockets.add(from)
      from.on('data', piece => to.write(piece))
      from.on('error', () => undefined)
      from.on('close', () => {
        this.sockets.delete(from)
        to.destroy()
      })
      if (this.held) from.pause()
    }
  }
}
