import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { DataProduct } from './data-product-options.js'

export interface ServeOptions {
  /** 0 takes a free one. */
  listenPort: number
  /** Default 127.0.0.1: a product on its own serves its neighbours only where it is told to. */
  host?: string
}

export interface ServedDataProduct {
  readonly url: string
  /** Takes no new requests and lets those under way end. The product stays open: who opened it closes it. */
  close(): Promise<void>
}

/** Longest that a request under way holds up closing. */
const GRACE_MILLISECONDS = 5000

/** Serves a product by itself. Rejects where the address is taken. */
export async function serveDataProduct(product: DataProduct, options: ServeOptions): Promise<ServedDataProduct> {
  const { listenPort, host = '127.0.0.1' } = options
  const server = createAdaptorServer({ fetch: request => product.fetch(request), hostname: host }) as Server
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(listenPort, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeIdleConnections()
      const cut = setTimeout(() => server.closeAllConnections(), GRACE_MILLISECONDS)
      await closed
      clearTimeout(cut)
    },
  }
}
