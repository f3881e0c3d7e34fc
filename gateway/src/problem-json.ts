import type { FastifyReply } from 'fastify'

/** RFC 9457. */
export function problemJson(reply: FastifyReply, status: number, title: string, more: Record<string, unknown> = {}) {
  return reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify({ title, status, ...more }))
}
