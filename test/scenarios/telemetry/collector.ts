import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Attribute {
  key: string
  value: { stringValue?: string; intValue?: number | string }
}

export interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  attributes: Attribute[]
  status?: { code?: number }
}

/** Takes OTLP over HTTP, as any collector does, and keeps what it was told. */
export class Collector {
  readonly bodies: { path: string; type: string; bytes: Buffer }[] = []
  private server?: Server

  async listen(): Promise<string> {
    const server = createServer(async (incoming, outgoing) => {
      const pieces: Buffer[] = []
      for await (const piece of incoming) pieces.push(piece as Buffer)
      const type = incoming.headers['content-type'] ?? ''
      this.bodies.push({ path: incoming.url ?? '', type, bytes: Buffer.concat(pieces) })
      outgoing.writeHead(200, { 'content-type': type }).end(type.includes('json') ? '{}' : undefined)
    })
    this.server = server
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  get spans(): Span[] {
    return this.bodies.flatMap(({ bytes }) => {
      const { resourceSpans } = JSON.parse(bytes.toString()) as {
        resourceSpans: { scopeSpans: { spans: Span[] }[] }[]
      }
      return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    })
  }

  close(): void {
    this.server?.closeAllConnections()
    this.server?.close()
  }
}

export function attributesOf({ attributes }: Span): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? (value.intValue && Number(value.intValue))]),
  )
}
