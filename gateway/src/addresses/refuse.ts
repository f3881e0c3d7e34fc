import type { Caller } from '@terrane/schema'
import type { FastifyReply } from 'fastify'
import { problemJson } from '../problem-json.js'
import type { Product } from '../supergraph/products.js'
import { readJson } from '../supergraph/read-body.js'
import type { Forwarded } from './forward.js'

/**
 * 403 for whoever lacks a grant, signed in or not (401 is for a token that does not hold): with what it takes, and how to
 * come by it. Credentials may help a visitor, which the header says too (RFC 9110 §11.6.1).
 */
export function refuse(
  reply: FastifyReply,
  caller: Caller,
  product: Product,
  { title, ...members }: { title: string; [member: string]: unknown },
) {
  if (!caller.authenticated) reply.header('www-authenticate', 'Bearer')
  const signIn = 'Sign in at /auth/login, or send a bearer token. Who then still lacks the grant asks for it'
  const ask = `in the marketplace or with mutation { mesh { requestAccess } }; ${product.info.address} says whose product it is.`
  const hint = caller.authenticated ? `Ask for the grant ${ask}` : `${signIn} ${ask}`
  return problemJson(reply, 403, title, { code: 'FORBIDDEN', ...members, hint })
}

/** What the product says of its own refusal. */
export async function refusalOf({ body }: Forwarded): Promise<{ title: string; [member: string]: unknown }> {
  const said = body === null ? {} : ((await readJson({ body }).catch(() => ({}))) as object)
  return { title: 'Not allowed', ...said }
}
