import type { Caller, ProductDecision } from '@terrane/schema'
import type { GraphQLError } from 'graphql'
import type { TraceHeaders } from '../telemetry/trace-headers.js'
import type { RequestTrace } from '../telemetry/tracing.js'
import type { FetchWatch, OperationWatch } from '../telemetry/watch.js'
import type { KeptAnswer } from './caching/answer-cache.js'
import type { FetchCache } from './caching/fetch-cache.js'
import type { Repeats } from './caching/repeats.js'
import type { ExplainRequest } from './explain/explain-request.js'
import type { Timings } from './explain/timings.js'
import type { PublicationPins } from './publication-pins.js'
import type { StopSignal } from './stop.js'

/** What belongs to one operation and to nobody else; Apollo's `contextValue`. */
export interface Operation {
  /** Also in the answer's `x-request-id` and in the log. */
  requestId: string
  caller: Caller
  /** Aborted when the client goes or the time is up. */
  signal: StopSignal
  /** What subgraphs are asked with: aborted early enough to answer with what has come. Default: `signal`. */
  fetchSignal?: StopSignal | undefined
  /** Milliseconds the whole operation may take. */
  timeMilliseconds: number
  /** By product; complete once the decision point was asked. */
  decisions: ReadonlyMap<string, ProductDecision>
  /** By product the policy keys that the question lost; taken by the first fetch to the product, for its audit. */
  denied: Map<string, string[]>
  pins: PublicationPins
  /** What is found out about answering again; undefined where nobody will. */
  repeats?: Repeats | undefined
  /** What single fetches were answered before; undefined where nobody may be given it. */
  fetches?: FetchCache | undefined
  /** The answer as it is kept; set where it is. */
  kept?: KeptAnswer | undefined
  /** What its caller wants told of it; an error where he asked for something else. */
  explain?: ExplainRequest | GraphQLError | undefined
  /** Of who asked for any. */
  timings?: Timings | undefined
  /** The request's own span; undefined where it is not traced. */
  trace?: RequestTrace | undefined
  /** The request's own, which a fetch sends along that has none of its own. */
  traceHeaders?: TraceHeaders | undefined
  /** Undefined where nobody looks on. */
  watch?: OperationWatch | undefined
  /** To be told where the client has gone. */
  observation?: { abandon(): void } | undefined
  /** Of the one fetch that this context is handed to; a data source sends its headers along. */
  fetch?: FetchWatch | undefined
}
