import { operationCost, tooCostly } from '@terrane/schema'
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  validate,
} from 'graphql'
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit'
import type { GraphContext } from './context.js'
import type { GraphView } from './graph-view.js'

export interface Operation {
  document: DocumentNode
  operationName?: string | null | undefined
  variables?: Record<string, unknown> | undefined
  context: GraphContext
  /** Ceiling of what it may cost, in values of its answer. */
  costLimit: number
}

/** What a view knows of a document. It goes with the document, of which Apollo Server keeps a bounded number. */
export interface Prepared {
  /** What is wrong with it in this view; it is then never executed. */
  errors: readonly GraphQLError[]
  uses: number
  /** By operation name; `undefined` where it does not compile. */
  compiled: Map<string, Compiled | undefined>
}

interface Compiled {
  query: CompiledQuery['query']
  operation: OperationDefinitionNode
}

/** Compiling takes as long as executing a few times: what is asked once is not compiled. */
const COMPILED_FROM = 2

/**
 * Validates a document against the caller's own view once and executes it there, compiled where it is asked repeatedly.
 * No error names what is not in the view.
 */
export async function executeIn(view: GraphView, operation: Operation): Promise<ExecutionResult> {
  const prepared = prepare(view, operation.document)
  if (prepared.errors.length > 0) return { errors: prepared.errors }
  const costly = costlier(view, operation)
  if (costly) return { errors: [costly] }
  prepared.uses++
  const compiled = prepared.uses >= COMPILED_FROM ? compiledOf(view, prepared, operation) : undefined
  const answer = await (compiled ? executeCompiled(view, compiled, operation) : executePlain(view, operation))
  const { ended } = operation.context.allowance
  // One error instead of one for each row that waited.
  if (!ended) return answer
  const extensions = { ...ended.extensions, http: { status: ended.status } }
  return { errors: [new GraphQLError(ended.message, { extensions })] }
}

function costlier({ schema }: GraphView, { document, operationName, variables, costLimit }: Operation) {
  const asked = getOperationAST(document, operationName)
  return asked ? tooCostly(operationCost(schema, document, asked, variables), costLimit) : undefined
}

/** graphql-js itself: the yardstick that compiled execution is held against. */
export async function executePlain(view: GraphView, operation: Operation): Promise<ExecutionResult> {
  const { document, operationName, variables, context } = operation
  return execute({
    schema: view.schema,
    document,
    contextValue: context,
    operationName: operationName ?? null,
    variableValues: variables ?? {},
    hideSuggestions: true,
  })
}

async function executeCompiled(
  view: GraphView,
  { query, operation }: Compiled,
  asked: Operation,
): Promise<ExecutionResult> {
  const { schema } = view
  const { variables, context } = asked
  const { coerced, errors: wrong } = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, {
    hideSuggestions: true,
  })
  if (!coerced) return { errors: wrong }
  const { errors, ...result } = await query(undefined, context, coerced)
  // graphql-jit leaves a failed item out of its list, and what follows moves up: representations and entities would part.
  if (operation.operation === 'query' && errors?.some(({ path }) => typeof path?.at(-1) === 'number')) {
    return executePlain(view, asked)
  }
  return errors?.length ? { ...result, errors: errors.map(rewrapped) } : result
}

function prepare(view: GraphView, document: DocumentNode): Prepared {
  let prepared = view.prepared.get(document)
  if (!prepared) {
    const errors = validate(view.schema, document, undefined, { maxErrors: 20, hideSuggestions: true })
    prepared = { errors, uses: 0, compiled: new Map() }
    view.prepared.set(document, prepared)
  }
  return prepared
}

function compiledOf(view: GraphView, { compiled }: Prepared, { document, operationName }: Operation) {
  const name = operationName ?? ''
  if (!compiled.has(name)) compiled.set(name, compile(view, document, operationName))
  return compiled.get(name)
}

function compile({ schema }: GraphView, document: DocumentNode, operationName: Operation['operationName']) {
  const operation = document.definitions.find(
    (each): each is OperationDefinitionNode =>
      each.kind === Kind.OPERATION_DEFINITION && (!operationName || each.name?.value === operationName),
  )
  if (!operation || (operation.variableDefinitions?.length && !schema.getType(AS_IT_IS))) return undefined
  const made = compileQuery(schema, withCoercedVariables(document), operationName ?? undefined, {
    disablingCapturingStackErrors: true,
  })
  return isCompiledQuery(made) ? { query: made.query, operation } : undefined
}

/** Federation's scalar for representations: takes any value as it is. */
const AS_IT_IS = '_Any'

/**
 * graphql-jit writes code for every path through a variable's input type: for a `where` with `and`, `or` and `not` that
 * is twelve seconds of it. So variables are coerced by graphql-js, and are compiled as what needs no coercion.
 */
function withCoercedVariables(document: DocumentNode): DocumentNode {
  const type = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: AS_IT_IS } } as const
  return {
    ...document,
    definitions: document.definitions.map(definition =>
      definition.kind === Kind.OPERATION_DEFINITION && definition.variableDefinitions
        ? {
            ...definition,
            variableDefinitions: definition.variableDefinitions.map(({ kind, variable }) => ({ kind, variable, type })),
          }
        : definition,
    ),
  }
}

/**
 * graphql-jit's errors are a class of their own: made graphql-js' again, with path, extensions and cause. What it
 * complains of below a path without a cause (a null where none may be) is our fault and is masked as such.
 */
function rewrapped(error: GraphQLError): GraphQLError {
  const cause = error.originalError ?? (error.path ? new Error(error.message) : undefined)
  return new GraphQLError(error.message, {
    ...(error.path ? { path: error.path } : {}),
    ...(cause ? { originalError: cause } : {}),
    ...(error.extensions ? { extensions: error.extensions } : {}),
  })
}
