import type { Part } from './part.js'

/** Every answer carries the id under which the log speaks of its request. */
export function useRequestIds(): Part {
  return {
    arrives(request, reply) {
      reply.header('x-request-id', request.id)
    },
  }
}
