import type { Part } from './part.js'

/** `/healthz`: the process lives. `/readyz`: it can answer; 503 with what is missing. */
export function useHealth(missing: () => string[]): Part {
  return {
    http(app) {
      app.get('/healthz', async () => ({ status: 'ok' }))
      app.get('/readyz', async (_request, reply) => {
        const waiting = missing()
        if (waiting.length === 0) return { status: 'ready' }
        return reply.code(503).send({ status: 'waiting', for: waiting })
      })
    },
  }
}
