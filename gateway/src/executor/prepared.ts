import { createHash } from 'node:crypto'
import type { Caller } from '@terrane/schema/authorisation'
import { type OperationCost, operationCosts } from '@terrane/schema/graph/operation-cost'
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  print,
  type VariableNode,
  validate,
} from 'graphql'
import type { Decided } from '../authorisation/decision-point.js'
import { type FilteredOperation, filterOperation } from '../authorisation/filter-operation.js'
import { lacking, type Rights } from '../authorisation/lacking.js'
import type { RequiredRights } from '../authorisation/required-rights.js'
import type { LoadedSupergraph } from '../supergraph/federation.js'
import { nullableConditionsOf } from './coerced-variables.js'
import type { OperationRequest } from './executor.js'
import { incrementalDirectives } from './incremental-delivery.js'
import { type LeafVariables, leafVariablesOf } from './leaf-variables.js'
import { infiniteLiterals } from './numbers/number-literals.js'
import type { Operation } from './operation.js'
import { BYTES_PER_ENTRY, bytesOfDocument, bytesOfText, type PlanMemoryOf } from './plan/plan-memory.js'
import type { AnswerProjection } from './plan/projection.js'
import { Projections } from './plan/projections.js'

/** A question of one caller kind to one supergraph, made ready: refused, or filtered. */
export type Prepared = { errors: readonly GraphQLError[] } | PreparedOperation

export interface PreparedOperation {
  /** Of the supergraph, the question, the caller's decision and what else of the caller it was prepared for. */
  key: string
  /** Whether its last answer was kept, to be given again. */
  repeatable?: boolean
  operation: OperationDefinitionNode
  nullableConditions: readonly VariableNode[]
  leafVariables: LeafVariables | undefined
  filtered: FilteredOperation
  cost: (variables: Readonly<Record<string, unknown>>) => OperationCost
  /** Of what is left of the question. */
  queryHash: string
  source?: string
  /** Of the whole question, where something was taken out of it. */
  projections?: Projections
}

/** What is remembered about one supergraph. Every key holds the decisions it was made for. */
export class PreparedOperations {
  private readonly prepared: PlanMemoryOf<Prepared>
  private readonly projections: PlanMemoryOf<AnswerProjection>
  private readonly rightsKeys = new WeakMap<Caller, string>()

  constructor(
    private readonly supergraph: Pick<LoadedSupergraph, 'apiSchema' | 'memory'> & {
      rights: Pick<RequiredRights, 'of'>
    },
    private readonly policies: Rights['policies'],
    /** Tells its keys from those of another supergraph. */
    private readonly name: string,
  ) {
    this.prepared = supergraph.memory.of('questions')
    this.projections = supergraph.memory.of('projections')
  }

  of(request: OperationRequest, schema: GraphQLSchema, caller: Caller, decided: Decided): Prepared {
    const { operationName } = request.request
    // A hash, a hash, a name or none (which the empty name is not), and JSON: no two questions run into one another.
    const name = operationName === undefined ? '' : `=${operationName}`
    const key = `${request.queryHash} ${decided.fingerprint} ${name} ${this.rightsKeyOf(caller)}`
    const known = this.prepared.get(key)
    if (known) return known
    const validated = (request.context as Operation).watch?.phase('validate')
    const prepared = this.prepare(request, schema, caller, decided, `${this.name} ${key}`)
    this.prepared.set(key, prepared, bytesOf(prepared, request.document))
    validated?.()
    return prepared
  }

  /** What of a caller the graph's own directives ask about. */
  private rightsKeyOf(caller: Caller): string {
    const known = this.rightsKeys.get(caller)
    if (known !== undefined) return known
    const key = JSON.stringify([caller.authenticated, caller.roles, caller.scopes])
    this.rightsKeys.set(caller, key)
    return key
  }

  private prepare(
    request: OperationRequest,
    schema: GraphQLSchema,
    caller: Caller,
    decided: Decided,
    key: string,
  ): Prepared {
    const { document, queryHash } = request
    const incremental = incrementalDirectives(schema, document)
    if (incremental.length > 0) return { errors: incremental.slice(0, 20) }
    const errors = validate(schema, document, undefined, { maxErrors: 20 })
    if (errors.length > 0) return { errors: errors.map(refused) }
    const infinite = infiniteLiterals(document)
    if (infinite.length > 0) return { errors: infinite.slice(0, 20) }
    const operation = getOperationAST(document, request.request.operationName)
    if (!operation) return { errors: [new GraphQLError(missingOperation(request.request.operationName))] }
    // Validation passes over an operation whose root type is not there at all: nothing to hold its fields against.
    if (!schema.getRootType(operation.operation)) return { errors: [refused(missingRoot(operation))] }
    if (operation.operation === 'subscription') return { errors: [notStreamed(operation)] }
    const { apiSchema, rights } = this.supergraph
    const { decisions, unreachable } = decided
    const lacks = (typeName: string, fieldName: string) =>
      lacking(rights.of(typeName, fieldName), { caller, decisions, unreachable, policies: this.policies })
    const filtered = filterOperation(apiSchema, document, operation, lacks)
    // By the caller's own schema: what is hidden from him costs as if it did not exist.
    const cost = operationCosts(schema, document, operation)
    const nullableConditions = nullableConditionsOf(document, operation)
    const leafVariables = leafVariablesOf(schema, operation)
    const whole = { key, operation, nullableConditions, leafVariables, filtered, cost, queryHash }
    if (!filtered.changed) return whole
    const source = print(filtered.document)
    const projections = new Projections(
      apiSchema,
      document,
      operation,
      this.projections,
      (typeName, fieldName) => !fieldName.startsWith('__') && lacks(typeName, fieldName) !== undefined,
    )
    return { ...whole, source, queryHash: hashOf(source), projections }
  }
}

/** Errors hold the document as well. */
function bytesOf(prepared: Prepared, document: DocumentNode): number {
  const whole = BYTES_PER_ENTRY + bytesOfDocument(document)
  if ('errors' in prepared || prepared.filtered.document === document) return whole
  return whole + bytesOfDocument(prepared.filtered.document) + bytesOfText(prepared.source)
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

export const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
