import { problem } from '@terrane/schema/problems'
import type { FastifyInstance } from 'fastify'
import { GatewayStartError } from './start-error.js'

/** Opens the socket; the address it can be reached at, `http://localhost:4000`. */
export async function listen(app: FastifyInstance, host: string, listenPort: number): Promise<string> {
  try {
    await app.listen({ host, port: listenPort })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new GatewayStartError([
      code === 'EADDRINUSE'
        ? problem('LISTEN_PORT_TAKEN', { host, listenPort })
        : problem('LISTEN_REFUSED', { host, listenPort, reason: message }),
    ])
  }
  const address = app.server.address()
  const taken = typeof address === 'object' && address ? address.port : listenPort
  const shown = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host) ? 'localhost' : host
  return `http://${shown}:${taken}`
}
