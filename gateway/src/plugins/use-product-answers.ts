import type { Part } from './part.js'

/**
 * What products answer stands under the gateway's own origin, where a session counts. Whatever a product of another process
 * sends, a browser runs no script of it and takes it for nothing but what it is called. A page's own policy stays beside it.
 */
export function useProductAnswers(): Part {
  return {
    leaves(request, reply) {
      if (!request.url.startsWith('/data/')) return
      const own = reply.getHeader('content-security-policy')
      const policies = (own === undefined ? [] : [own]).flat().map(String)
      reply.header('content-security-policy', [...policies, 'sandbox allow-downloads'].join(', '))
      reply.header('x-content-type-options', 'nosniff')
    },
  }
}
