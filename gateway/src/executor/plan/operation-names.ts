import type { FetchNode } from '@apollo/query-planner'

/**
 * The planner numbers the operations of a plan (`Heavy__reviews__7`), so that no two fetches ever ask the same. Without
 * the number those that do are one question, and may be asked once.
 */
export function withoutNumber(node: FetchNode): FetchNode {
  const { operationName: numbered, operation, operationKind } = node
  const operationName = numbered?.replace(/__\d+$/, '')
  const begin = `${operationKind} ${numbered}`
  if (numbered === undefined || operationName === numbered || !operation.startsWith(begin)) return node
  return { ...node, operationName, operation: `${operationKind} ${operationName}${operation.slice(begin.length)}` }
}
