import { type DocumentNode, type ExecutionResult, execute, type GraphQLError, validate } from 'graphql'
import type { GraphContext } from './context.js'
import type { GraphView } from './graph-view.js'

export interface Operation {
  document: DocumentNode
  operationName?: string | null | undefined
  variables?: Record<string, unknown> | undefined
  context: GraphContext
}

/** Validates a document against the caller's own view once, then executes it there. No error names what is not in the view. */
export async function executeIn(view: GraphView, operation: Operation): Promise<ExecutionResult> {
  const { document, operationName, variables, context } = operation
  let errors = view.prepared.get(document) as readonly GraphQLError[] | undefined
  if (!errors) {
    errors = validate(view.schema, document, undefined, { maxErrors: 20, hideSuggestions: true })
    view.prepared.set(document, errors)
  }
  if (errors.length > 0) return { errors }
  return execute({
    schema: view.schema,
    document,
    contextValue: context,
    operationName: operationName ?? null,
    variableValues: variables ?? {},
    hideSuggestions: true,
  })
}
