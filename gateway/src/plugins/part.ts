import type { ApolloServerPlugin } from '@apollo/server'
import type { FastifyInstance } from 'fastify'
import type { Operation } from '../executor/operation.js'
import type { Observer } from '../telemetry/observation.js'

/**
 * One part of the server: it may stand before Apollo (`http`), inside it (`graphql`), or look on at every operation
 * whichever way it is answered (`observer`). The order in `server.ts` is the order in which they see a request.
 */
export interface Part {
  http?: (app: FastifyInstance) => void | Promise<void>
  graphql?: ApolloServerPlugin<Operation>
  observer?: Observer
}
