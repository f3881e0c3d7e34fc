import { GraphQLError, type GraphQLErrorExtensions } from 'graphql'
import { type Fields, isFields, own, type Path } from './place.js'

/** Where an error of a subgraph is in the client's answer. */
export interface Located {
  /** Every place that what it is about serves. */
  places: Path[]
  /** Where it is about objects as a whole: what was to be fetched of them. */
  fields?: readonly string[]
}

export type Locate = (path: Path | undefined) => Located

const fetchedOf = new WeakMap<GraphQLError, readonly string[]>()

/** Names of the fields that an error about whole objects keeps from them; undefined where it is about something else. */
export const fieldsOf = (error: GraphQLError): readonly string[] | undefined => fetchedOf.get(error)

/** The same error in other words is about the same. */
export function inOtherWords(error: GraphQLError, other: GraphQLError): GraphQLError {
  const fields = fieldsOf(error)
  if (fields) fetchedOf.set(other, fields)
  return other
}

/** What a subgraph answered is no answer to what it was asked. */
export class SubgraphFault extends Error {}

/** Errors of one operation's subgraphs that are told; of what is beyond it is told how many there are. */
const MOST_ERRORS = 1_000
/** What a subgraph says of one error is told at many places: characters of its text, and of its extensions as JSON. */
const LONGEST_MESSAGE = 2_000
const LONGEST_EXTENSIONS = 8_000
/** Steps of a path. No question is that deep. */
const LONGEST_PATH = 200

/**
 * What went wrong with the fetches of one operation, at the client's paths. Its fetches share one bound: how many there
 * are, what was fetched decides.
 */
export class SubgraphErrors {
  private readonly told: GraphQLError[] = []
  /** By subgraph, of those that are heard of. */
  private readonly leftOut = new Map<string, number>()

  /** What a subgraph said, in its own words, with its name; tells whether it said anything. */
  said(subgraph: string, errors: unknown, locate: Locate): boolean {
    if (errors === undefined || errors === null) return false
    if (!Array.isArray(errors)) throw new SubgraphFault('its errors are no list')
    for (const error of errors.slice(0, MOST_ERRORS)) {
      const said: Fields = isFields(error) ? error : {}
      const message = messageIn(own(said, 'message')) ?? `The subgraph "${subgraph}" reports an error.`
      const extensions = {
        code: 'DOWNSTREAM_SERVICE_ERROR',
        ...extensionsIn(own(said, 'extensions')),
        serviceName: subgraph,
      }
      this.tell(subgraph, message, extensions, locate(pathIn(own(said, 'path'))))
    }
    this.leaveOut(subgraph, errors.length - MOST_ERRORS)
    return errors.length > 0
  }

  /** The subgraph could not be asked, or its answer is none. The reason is for the log: it may tell addresses. */
  lost(subgraph: string, error: unknown, locate: Locate): void {
    const fault = error instanceof SubgraphFault
    const message = fault
      ? `The answer of the subgraph "${subgraph}" does not fit the question: ${error.message}.`
      : `The subgraph "${subgraph}" did not answer.`
    const code = fault ? 'SUBGRAPH_ANSWER_INVALID' : 'SUBGRAPH_UNREACHABLE'
    this.tell(subgraph, message, { code, subgraph, serviceName: subgraph }, locate(undefined))
  }

  all(): GraphQLError[] {
    const counts = [...this.leftOut].filter(([, count]) => count > 0)
    return [...this.told, ...counts.map(([subgraph, count]) => leftOutError(subgraph, count))]
  }

  /** The first of each subgraph in any case: one with very many does not silence the others. */
  private tell(
    subgraph: string,
    message: string,
    extensions: GraphQLErrorExtensions,
    { places, fields }: Located,
  ): void {
    const room = Math.max(MOST_ERRORS - this.told.length, this.leftOut.has(subgraph) ? 0 : 1)
    for (const path of places.slice(0, room)) {
      const error = new GraphQLError(message, { path, extensions })
      if (fields) fetchedOf.set(error, fields)
      this.told.push(error)
    }
    if (places.length > 0) this.leaveOut(subgraph, places.length - room)
  }

  private leaveOut(subgraph: string, count: number): void {
    this.leftOut.set(subgraph, (this.leftOut.get(subgraph) ?? 0) + Math.max(0, count))
  }
}

/** Without a path: it is about what is not told. */
function leftOutError(subgraph: string, count: number): GraphQLError {
  return new GraphQLError(`${count} more errors of the subgraph "${subgraph}" are left out.`, {
    extensions: { code: 'SUBGRAPH_ERRORS_LEFT_OUT', subgraph, serviceName: subgraph, count },
  })
}

function messageIn(message: unknown): string | undefined {
  if (typeof message !== 'string' || message === '') return undefined
  return message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message
}

/** `http` sets the status and the headers of the gateway's own answer: that is not for a subgraph to say. */
function extensionsIn(extensions: unknown): Fields {
  if (!isFields(extensions)) return {}
  const { http: _, ...told } = extensions
  if (isShort(told)) return told
  const code = own(told, 'code')
  return typeof code === 'string' && code.length <= 100 ? { code } : {}
}

function isShort(extensions: Fields): boolean {
  try {
    return JSON.stringify(extensions).length <= LONGEST_EXTENSIONS
  } catch {
    // Nested too deeply to be written at all.
    return false
  }
}

function pathIn(path: unknown): Path | undefined {
  if (!Array.isArray(path) || path.length === 0 || path.length > LONGEST_PATH) return undefined
  return path.every(step => typeof step === 'string' || isIndex(step)) ? path : undefined
}

const isIndex = (step: unknown) => Number.isSafeInteger(step) && (step as number) >= 0
