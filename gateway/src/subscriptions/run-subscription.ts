import type { Caller } from '@terrane/schema'
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  subscribe,
  validate,
} from 'graphql'
import type { DecisionPoint } from '../authorisation/decision-point.js'
import { VisibleSchemas } from '../authorisation/visible-schemas.js'
import { unfitVariables } from '../executor/coerced-variables.js'
import { incrementalDirectives } from '../executor/incremental-delivery.js'
import { rounded } from '../executor/numbers/rounded.js'
import { refused } from '../executor/prepared.js'
import type { GatewayLimits } from '../gateway.js'
import { measure } from '../plugins/use-limits.js'
import type { LoadedSupergraph } from '../supergraph/federation.js'
import type { Flow } from './flow.js'
import { type Feed, publicationStream } from './publication-stream.js'
import { type Standing, type Subscriber, standingOf, undecided } from './standing.js'
import type { Announced, SubscriptionContext } from './subscription-type.js'

export interface SubscriptionOptions {
  supergraph: () => LoadedSupergraph
  decisionPoint: DecisionPoint
  feed: Feed
  limits: GatewayLimits
}

/** One subscription as it came over HTTP. */
export interface SubscriptionRequest {
  document: DocumentNode
  operation: OperationDefinitionNode
  variables: Readonly<Record<string, unknown>> | undefined
}

/**
 * What a subscription answers, one result after another; the only one, where it cannot be run. It is held against the
 * schema that its caller may know of when it begins; whether he may hear an event is decided at that event.
 */
export async function runSubscription(
  options: SubscriptionOptions,
  request: SubscriptionRequest,
  subscriber: Subscriber,
  flow: Flow,
): Promise<AsyncIterable<ExecutionResult>> {
  const { document, operation, variables } = request
  const schema = await schemaFor(options, subscriber.caller)
  try {
    measure(document, options.limits)
  } catch (error) {
    if (error instanceof GraphQLError) return only({ errors: [error] })
    throw error
  }
  const incremental = incrementalDirectives(schema, document)
  if (incremental.length > 0) return only({ errors: incremental.slice(0, 20) })
  const errors = validate(schema, document, undefined, { maxErrors: 20 })
  if (errors.length > 0) return only({ errors: errors.map(refused) })
  const unfit = variables && unfitVariables(variables)
  if (unfit) return only({ errors: [unfit] })

  const standing = (announced: Announced): Promise<Standing> => standingOf(subscriber, announced, options.decisionPoint)
  const contextValue: SubscriptionContext = {
    async publications(announced, after) {
      const now = await standing(announced)
      if (now === 'unknown') throw undecided(announced)
      if ('refused' in now) throw now.refused
      const { feed } = options
      return publicationStream({ feed, announced, after, flow, standing: () => standing(announced) })
    },
  }
  const answer = await subscribe({
    schema,
    document,
    contextValue,
    ...(variables ? { variableValues: rounded(variables) } : {}),
    ...(operation.name ? { operationName: operation.name.value } : {}),
  })
  return Symbol.asyncIterator in answer ? answer : only(answer)
}

/** What he may know of. Of a product that comes in while it is being decided, nothing is: then it is decided anew. */
async function schemaFor(options: SubscriptionOptions, caller: Caller): Promise<GraphQLSchema> {
  const supergraph = options.supergraph()
  const decided = await options.decisionPoint.decide(caller)
  if (options.supergraph() !== supergraph) return schemaFor(options, caller)
  return VisibleSchemas.of(supergraph).for(decided)
}

async function* only({ errors, ...rest }: ExecutionResult): AsyncGenerator<ExecutionResult> {
  yield errors ? { errors: errors.map(withoutStatus), ...rest } : rest
}

/** A stream has begun by then: the status that an error would give an answer says nothing in it. */
function withoutStatus(error: GraphQLError): GraphQLError {
  const { http: _, ...extensions } = error.extensions
  return Object.assign(error, { extensions })
}
