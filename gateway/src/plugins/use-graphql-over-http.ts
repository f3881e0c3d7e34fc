import type { GraphQLError } from 'graphql'
import { INCREMENTAL_DELIVERY_UNSUPPORTED } from '../executor/incremental-delivery.js'
import type { Part } from './part.js'

/** Refused before anything is run. */
const NOT_RUN = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT'])

/**
 * What GraphQL over HTTP asks of a server beyond what Apollo Server does by itself. Who says that he takes
 * `application/json`, and not `application/graphql-response+json`, is told by 200 of a question that cannot be run: he may
 * take any other status for one of a proxy. And who waits for parts is told in JSON that there are none.
 */
export function useGraphqlOverHttp(): Part {
  return {
    graphql: {
      async requestDidStart({ request }) {
        const accept = request.http?.headers.get('accept')
        return {
          async willSendResponse({ errors, response: { http } }) {
            if (!errors?.length) return
            if (isToldBy200(accept, errors)) http.status = 200
            if (mediaTypes(accept).includes('multipart/mixed') && errors.some(isIncremental))
              http.headers.set('content-type', 'application/json; charset=utf-8')
          },
        }
      },
    },
  }
}

/** Whether an answer with these errors has the status 200 for who sends this `accept`. */
export function isToldBy200(accept: string | undefined, errors: readonly GraphQLError[]): boolean {
  if (!errors.every(isNotRun)) return false
  const accepted = mediaTypes(accept)
  return accepted.includes('application/json') && !accepted.includes('application/graphql-response+json')
}

const mediaTypes = (accept: string | undefined) =>
  (accept ?? '').split(',').map(type => type.split(';')[0]!.trim().toLowerCase())
const isNotRun = ({ extensions }: GraphQLError) => NOT_RUN.has(String(extensions.code))
const isIncremental = ({ extensions }: GraphQLError) => extensions.code === INCREMENTAL_DELIVERY_UNSUPPORTED
