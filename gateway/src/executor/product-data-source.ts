import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway'
import type { ProductDecision } from '@terrane/schema/authorisation'
import {
  DENIED_HEADER,
  IDENTITY_HEADER,
  PUBLICATION_HEADER,
  PUBLICATION_ID_HEADER,
} from '@terrane/schema/identity/signed-identity'
import { GraphQLError } from 'graphql'
import type { ProductIdentities } from '../supergraph/product-identities.js'
import type { FetchOutcome, FetchWatch } from '../telemetry/watch.js'
import { wasKept } from './caching/fetch-cache.js'
import type { Operation } from './operation.js'
import type { ReadPublication } from './publication-pins.js'
import { isGone, ofAnother, publicationIn, readsAnother } from './read-publication.js'
import type { StopSignal } from './stop.js'
import { SubgraphUnavailable } from './transport/exchange-errors.js'

type Answer = Awaited<ReturnType<GraphQLDataSource['process']>>

/**
 * What every fetch to a subgraph passes, in this process as over the network: a product gets the signed identity of the
 * caller and the publication to read, a foreign subgraph neither. A subgraph that does not answer costs its fields, each
 * with an error that names it.
 */
export class ProductDataSource implements GraphQLDataSource {
  /** `target` is asked anew for every fetch, because a product may be registered again while the supergraph stands. */
  constructor(
    private readonly subgraph: string,
    private readonly target: () => GraphQLDataSource | undefined,
    private readonly identities: ProductIdentities,
    private readonly onFailure: (subgraph: string, error: unknown) => void,
    private readonly count: (subgraph: string, other: FetchWatch | undefined) => FetchWatch,
  ) {}

  async process(options: GraphQLDataSourceProcessOptions): Promise<Answer> {
    const operation = options.context as Operation
    if (!('incomingRequestContext' in options)) return this.send(options, operation)
    const watch = this.count(this.subgraph, operation.watch?.fetch(this.subgraph))
    let outcome: FetchOutcome = 'failed'
    try {
      const answer = await this.ask(options, operation, watch)
      outcome = answer.errors?.length ? 'errors' : wasKept(answer) ? 'kept' : 'answered'
      operation.repeats?.note(this.subgraph, operation.decisions.get(this.subgraph)?.fingerprint, answer)
      return answer
    } catch (error) {
      if (operation.signal.aborted) outcome = 'aborted'
      operation.signal.throwIfAborted()
      this.onFailure(this.subgraph, error)
      const failed = { errors: [unreachable(this.subgraph, error)] }
      operation.repeats?.note(this.subgraph, undefined, failed)
      return failed
    } finally {
      watch.end(outcome)
    }
  }

  private ask(options: GraphQLDataSourceProcessOptions, operation: Operation, watch: FetchWatch): Promise<Answer> {
    const watched: Operation = { ...operation, fetch: watch }
    const decision = operation.decisions.get(this.subgraph)
    return decision === undefined ? this.send(options, watched) : this.askProduct(options, watched, watch, decision)
  }

  private askProduct(
    options: GraphQLDataSourceProcessOptions,
    operation: Operation,
    watch: FetchWatch,
    decision: ProductDecision,
  ): Promise<Answer> {
    const denied = operation.denied.get(this.subgraph)
    operation.denied.delete(this.subgraph)
    const { fetches, signal: whole, fetchSignal: signal = whole } = operation
    const cached = fetches?.of(decision, options.request, operation, denied)
    const read = (answer: Answer) => publicationIn(answer, this.subgraph)
    const sendFor = async (pinned: ReadPublication | undefined, asking: Operation) => {
      const identity = await this.identities.of(operation.caller, decision)
      const answer = await this.send(options, asking, {
        [IDENTITY_HEADER]: identity,
        ...(denied ? { [DENIED_HEADER]: denied.join() } : {}),
        ...(pinned ? headersFor(pinned) : {}),
      })
      return pinned && readsAnother(answer, this.subgraph, pinned) ? ofAnother(this.subgraph, pinned) : answer
    }
    const asked = (answer: Answer, pinned: ReadPublication | undefined) => {
      if (pinned && isGone(answer, pinned)) operation.pins.lose(this.subgraph)
      return answer
    }
    return operation.pins.through(
      this.subgraph,
      async pinned => {
        if (pinned) watch.pinned?.(pinned.publication)
        if (!cached) return asked(await sendFor(pinned, operation), pinned)
        // Others may wait for it as well: it ends when nobody does any more.
        const send = (until: StopSignal) => sendFor(pinned, { ...operation, signal: until, fetchSignal: until })
        return asked(await cached.ask(pinned, signal, send, read), pinned)
      },
      read,
      cached && (pinned => cached.take(pinned)),
    )
  }

  private send(
    options: GraphQLDataSourceProcessOptions,
    context: Operation,
    headers?: Record<string, string>,
  ): Promise<Answer> {
    const target = this.target()
    if (target === undefined) return Promise.reject(new Error('nobody registered it'))
    // Not what the client sent: a subgraph gets what is meant for it and nothing else.
    const { query, variables, operationName, extensions } = options.request
    const request: GraphQLDataSourceProcessOptions['request'] = { query, variables, operationName, extensions }
    if (headers) request.http = { method: 'POST', url: '/graphql', headers: new Headers(headers) }
    return target.process({ ...options, request, context } as GraphQLDataSourceProcessOptions)
  }
}

const headersFor = ({ publication, publicationId }: ReadPublication) => ({
  [PUBLICATION_HEADER]: String(publication),
  ...(publicationId === undefined ? {} : { [PUBLICATION_ID_HEADER]: publicationId }),
})

/** It is told at every place that the fetch was for. */
function unreachable(subgraph: string, error: unknown): GraphQLError {
  if (!(error instanceof SubgraphUnavailable)) {
    const extensions = { code: 'SUBGRAPH_UNREACHABLE', subgraph }
    return new GraphQLError(`The data product "${subgraph}" did not answer.`, { extensions })
  }
  const retryAfter = error.retryAfterSeconds
  return new GraphQLError(
    `The data product "${subgraph}" is not asked at present, because it did not answer of late. Try again in ${retryAfter} s.`,
    { extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph, retryAfter } },
  )
}
