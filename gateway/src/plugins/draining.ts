import { Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Part } from './part.js'

const LOOK_MILLISECONDS = 50

export interface Draining extends Part {
  /** Accepts nothing more, and resolves once nobody is connected, or after so long. */
  drain(app: FastifyInstance, milliseconds: number): Promise<void>
}

/**
 * Lets clients go before a process ends: each is told with its next answer that the connection ends. One that is closed
 * while it is idle may have a request on its way, of which nobody would know whether it was run.
 */
export function draining(): Draining {
  let going = false
  const tell = (_request: FastifyRequest, reply: FastifyReply) => {
    if (going) reply.raw.shouldKeepAlive = false
  }
  return {
    arrives: tell,
    // Who has asked before learns it as well.
    leaves: tell,
    async drain({ server }, milliseconds) {
      going = true
      // An HTTP server's own way would close what is idle as well.
      Server.prototype.close.call(server)
      const connected = () => new Promise<number>(resolve => server.getConnections((_, count) => resolve(count)))
      const until = Date.now() + milliseconds
      while (Date.now() < until && (await connected()) > 0) await sleep(LOOK_MILLISECONDS)
    },
  }
}
