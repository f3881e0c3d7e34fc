import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A document made for one caller, as JSON of this media type; 304 to who has it already. */
export function sendDocument(request: FastifyRequest, reply: FastifyReply, document: object, type: string) {
  const text = JSON.stringify(document)
  const tag = `"${createHash('sha256').update(`${type}\n${text}`).digest('base64url').slice(0, 22)}"`
  reply.headers({ etag: tag, vary: 'accept, authorization, cookie', 'cache-control': 'private, no-cache' })
  const known = request.headers['if-none-match']?.split(',') ?? []
  if (known.some(one => [tag, '*'].includes(one.trim().replace(/^W\//, '')))) return reply.code(304).send()
  return reply.type(type).send(text)
}
