import type { ApolloServerPlugin } from '@apollo/server'
import type { FastifyInstance } from 'fastify'
import { withExact } from '../executor/numbers/read-json.js'
import type { Operation } from '../executor/operation.js'

/** Bodies of a route are read as everywhere, but numbers in their `variables` stay what they are, whatever their length. */
export function readVariablesExactly(route: FastifyInstance): void {
  // The defaults of Fastify, which refuse what is to poison prototypes.
  const read = route.getDefaultJsonParser('error', 'error')
  route.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) =>
    read(request, body, (error, value) => (error ? done(error) : done(null, withExact(value, body, 'variables')))),
  )
}

/** The same of variables in an address. */
export function exactVariablesOfAddresses(): ApolloServerPlugin<Operation> {
  return {
    async requestDidStart({ request }) {
      const { http, variables } = request
      const text = http?.method === 'GET' ? new URLSearchParams(http.search).get('variables') : null
      if (text === null || !variables) return
      Object.assign(request, withExact({ variables }, `{"variables":${text}}`, 'variables'))
    },
  }
}
