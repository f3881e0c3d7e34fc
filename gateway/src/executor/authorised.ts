import { createHash } from 'node:crypto'
import { allows, type Caller, operationCost, tooCostly } from '@terrane/schema'
import {
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
  print,
  validate,
} from 'graphql'
import type { Data } from '../authorisation/complete-answer.js'
import type { Decided, DecisionPoint } from '../authorisation/decision-point.js'
import { type DeniedPlace, deniedError } from '../authorisation/denied-places.js'
import { type FilteredOperation, filterOperation } from '../authorisation/filter-operation.js'
import { lacking } from '../authorisation/lacking.js'
import { VisibleSchemas } from '../authorisation/visible-schemas.js'
import { BoundedMap } from '../bounded-map.js'
import type { LoadedSupergraph } from '../supergraph/federation.js'
import type { Executor, OperationAnswer, OperationRequest } from './executor.js'
import { incrementalDirectives } from './incremental-delivery.js'
import type { Operation } from './operation.js'

export interface AuthorisedExecutorOptions {
  supergraph: () => LoadedSupergraph
  decisionPoint: DecisionPoint
  policies: Readonly<Record<string, readonly string[]>>
  /** Ceiling of one operation (`GatewayLimits.cost`). */
  costLimit: number
  /** Plans and runs what is left. */
  inner: Executor
}

/** A question of one caller kind to one supergraph, made ready: refused, or filtered. */
type Prepared =
  | { errors: readonly GraphQLError[] }
  | { operation: OperationDefinitionNode; filtered: FilteredOperation; queryHash: string; source?: string }

/**
 * The gateway's half of the enforcement: one decision per operation, the question held against what its caller may know
 * of, what is denied taken out before planning, the rest answered, each loss with its error.
 */
export function authorisedExecutor(options: AuthorisedExecutorOptions): Executor {
  const memories = new WeakMap<LoadedSupergraph, Memory>()

  const attempt = async (request: OperationRequest): Promise<OperationAnswer> => {
    const context = request.context as Operation
    const decided = await options.decisionPoint.decide(context.caller)
    // From here to the planner nothing waits, so that what is enforced and what is planned are of one supergraph.
    const supergraph = options.supergraph()
    const memory = remember(memories, supergraph)
    const schema = VisibleSchemas.of(supergraph).for(decided)
    const prepared = memory.prepare(request, schema, context.caller, decided, options.policies)
    if ('errors' in prepared) return { errors: prepared.errors }

    const { operation, filtered } = prepared
    const given = request.request.variables ?? {}
    const variables = getVariableValues(schema, operation.variableDefinitions ?? [], given, { maxErrors: 10 })
    if (variables.errors) return { errors: variables.errors }
    // By the caller's own schema: what is hidden from him costs as if it did not exist.
    const cost = operationCost(schema, request.document, operation, variables.coerced)
    const costly = tooCostly(cost, options.costLimit)
    if (costly) return { errors: [costly] }

    const places = filtered.deniedPlaces(variables.coerced)
    const answer = filtered.document
      ? await options.inner({
          ...request,
          // What is enforced is what is planned, also where the supergraph was swapped since Apollo Server took the request.
          schema: supergraph.apiSchema,
          document: filtered.document,
          queryHash: prepared.queryHash,
          ...(prepared.source === undefined ? {} : { source: prepared.source }),
          context: {
            ...context,
            decisions: decided.decisions,
            denied: deniedKeys(places, supergraph, decided),
          } satisfies Operation,
        })
      : { data: {} }
    if (operation.operation === 'query' && options.supergraph() !== supergraph) return attempt(request)

    const introspected = filtered.introspection && (await introspect(schema, filtered.introspection, given))
    const deniedIn = (data: unknown) => [...(answer.errors ?? []), ...places.map(place => deniedError(place, data))]
    if (answer.data === undefined) return { ...answer, errors: deniedIn(null) }
    const fetched: Data = answer.data === null ? null : { ...answer.data, ...introspected }
    const data = filtered.complete(fetched, variables.coerced)
    const errors = deniedIn(data)
    return { ...answer, data, ...(errors.length > 0 ? { errors } : {}) }
  }

  return async request => {
    const context = request.context as Operation
    const answer = await attempt(request)
    if (context.pins.size === 0) return answer
    return { ...answer, extensions: { ...answer.extensions, terrane: { publications: context.pins.all() } } }
  }
}

/** What the denied places took and the caller lacks, by the product whose grant it is. */
function deniedKeys(
  places: DeniedPlace[],
  { rights }: LoadedSupergraph,
  { decisions }: Decided,
): Map<string, string[]> {
  const keys = new Map<string, Set<string>>()
  for (const { coordinate } of places) {
    const [type = '', field = ''] = coordinate.split('.')
    const policies = rights.of(type, field).flatMap(one => (one.kind === 'policies' ? one.anyOf.flat() : []))
    for (const policy of policies) {
      const product = policy.split('/')[0]!
      const decision = decisions.get(product)
      if (!decision || allows(decision, policy)) continue
      keys.set(product, (keys.get(product) ?? new Set()).add(policy))
    }
  }
  return new Map([...keys].map(([product, of]) => [product, [...of]]))
}

function remember(memories: WeakMap<LoadedSupergraph, Memory>, supergraph: LoadedSupergraph): Memory {
  const known = memories.get(supergraph) ?? new Memory(supergraph)
  memories.set(supergraph, known)
  return known
}

/** What is remembered about one supergraph. Every key holds the decisions it was made for. */
class Memory {
  private readonly prepared = new BoundedMap<string, Prepared>(1000)

  constructor(private readonly supergraph: LoadedSupergraph) {}

  prepare(
    request: OperationRequest,
    schema: GraphQLSchema,
    caller: Caller,
    decided: Decided,
    policies: AuthorisedExecutorOptions['policies'],
  ): Prepared {
    const { authenticated, roles, scopes } = caller
    const key = hashOf(
      JSON.stringify([
        request.queryHash,
        request.request.operationName,
        decided.fingerprint,
        authenticated,
        roles,
        scopes,
      ]),
    )
    const known = this.prepared.get(key)
    if (known) return known
    const prepared = this.prepareAnew(request, schema, caller, decided, policies)
    this.prepared.set(key, prepared)
    return prepared
  }

  private prepareAnew(
    request: OperationRequest,
    schema: GraphQLSchema,
    caller: Caller,
    decided: Decided,
    policies: AuthorisedExecutorOptions['policies'],
  ): Prepared {
    const incremental = incrementalDirectives(schema, request.document)
    if (incremental.length > 0) return { errors: incremental.slice(0, 20) }
    const errors = validate(schema, request.document, undefined, { maxErrors: 20 })
    if (errors.length > 0) return { errors: errors.map(refused) }
    const operation = getOperationAST(request.document, request.request.operationName)
    if (!operation) return { errors: [new GraphQLError(missingOperation(request.request.operationName))] }
    // Validation passes over an operation whose root type is not there at all: nothing to hold its fields against.
    if (!schema.getRootType(operation.operation)) return { errors: [refused(missingRoot(operation))] }
    if (operation.operation === 'subscription') return { errors: [notStreamed(operation)] }
    const { decisions, unreachable } = decided
    const rights = { caller, decisions, unreachable, policies }
    const filtered = filterOperation(this.supergraph.apiSchema, request.document, operation, (typeName, fieldName) =>
      lacking(this.supergraph.rights.of(typeName, fieldName), rights),
    )
    if (!filtered.changed || !filtered.document) return { operation, filtered, queryHash: request.queryHash }
    const source = print(filtered.document)
    return { operation, filtered, source, queryHash: hashOf(source) }
  }
}

/** As Apollo Server says it for a question that does not fit the schema. */
export function refused(error: GraphQLError): GraphQLError {
  const { message, nodes, source, positions } = error
  const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } }
  return new GraphQLError(message, {
    ...(nodes ? { nodes } : {}),
    ...(source ? { source } : {}),
    ...(positions ? { positions } : {}),
    extensions,
  })
}

function notStreamed(operation: OperationDefinitionNode): GraphQLError {
  return new GraphQLError('Subscriptions are answered as event streams: ask with `accept: text/event-stream`.', {
    nodes: operation,
    extensions: { code: 'SUBSCRIPTION_NOT_STREAMED', http: { status: 406 } },
  })
}

/** In the words of graphql-js. */
function missingRoot(operation: OperationDefinitionNode): GraphQLError {
  return new GraphQLError(`Schema is not configured to execute ${operation.operation} operation.`, { nodes: operation })
}

function missingOperation(name: string | undefined): string {
  return name === undefined
    ? 'Must provide operation name if query contains multiple operations.'
    : `Unknown operation named "${name}".`
}

async function introspect(
  schema: GraphQLSchema,
  document: DocumentNode,
  variableValues: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const { data, errors } = await execute({ schema, document, variableValues, rootValue: {} })
  if (errors?.[0]) throw errors[0]
  return data ?? {}
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
