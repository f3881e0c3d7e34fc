import { GraphQLError } from 'graphql'
import { type Fields, isFields, own, type Path } from './place.js'

/** Where an error of a subgraph is in the client's answer: at every place that what it is about serves. */
export type Locate = (path: Path | undefined) => Path[]

/** What a subgraph answered is no answer to what it was asked. */
export class SubgraphFault extends Error {}

/** What a subgraph said, in its own words, with its name and the client's paths. */
export function toldErrors(subgraph: string, errors: unknown, locate: Locate): GraphQLError[] {
  if (errors === undefined || errors === null) return []
  if (!Array.isArray(errors)) throw new SubgraphFault('its errors are no list')
  return errors.flatMap(error => {
    const told: Fields = isFields(error) ? error : {}
    const message = own(told, 'message')
    const extensions = own(told, 'extensions')
    const said =
      typeof message === 'string' && message !== '' ? message : `The subgraph "${subgraph}" reports an error.`
    const of = isFields(extensions) ? extensions : {}
    return locate(pathIn(own(told, 'path'))).map(
      path =>
        new GraphQLError(said, {
          path,
          extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', ...of, serviceName: subgraph },
        }),
    )
  })
}

/** The subgraph could not be asked, or its answer is none. The reason is for the log: it may tell addresses. */
export function lostErrors(subgraph: string, error: unknown, locate: Locate): GraphQLError[] {
  const fault = error instanceof SubgraphFault
  const message = fault
    ? `The answer of the subgraph "${subgraph}" does not fit the question: ${error.message}.`
    : `The subgraph "${subgraph}" did not answer.`
  const code = fault ? 'SUBGRAPH_ANSWER_INVALID' : 'SUBGRAPH_UNREACHABLE'
  return locate(undefined).map(
    path => new GraphQLError(message, { path, extensions: { code, subgraph, serviceName: subgraph } }),
  )
}

function pathIn(path: unknown): Path | undefined {
  if (!Array.isArray(path) || path.length === 0) return undefined
  return path.every(step => typeof step === 'string' || typeof step === 'number') ? path : undefined
}
