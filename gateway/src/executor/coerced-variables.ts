import {
  type ASTNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  type VariableNode,
  visit,
} from 'graphql'
import { coercedLeaves, type LeafVariables } from './leaf-variables.js'
import { DEEPEST, isNestedWithin } from './nesting.js'
import { hasInfinite } from './numbers/infinite.js'
import { rounded } from './numbers/rounded.js'

/** An operation whose variables are coerced. */
interface Asked {
  operation: OperationDefinitionNode
  nullableConditions: readonly VariableNode[]
  leafVariables: LeafVariables | undefined
}

/** As graphql-js does it, which knows doubles only; a condition that is null though it may not be is refused before anything is fetched. */
export function coercedVariables(
  schema: GraphQLSchema,
  { operation, nullableConditions, leafVariables }: Asked,
  given: Record<string, unknown>,
): ReturnType<typeof getVariableValues> {
  const doubles = rounded(given)
  const coerced = leafVariables && coercedLeaves(leafVariables, doubles)
  if (coerced) return { coerced }
  const values = getVariableValues(schema, operation.variableDefinitions ?? [], doubles, { maxErrors: 10 })
  if (!values.coerced) return values
  const isNull = nullableConditions.filter(({ name }) => values.coerced[name.value] === null)
  return isNull.length > 0 ? { errors: isNull.slice(0, 10).map(nullCondition) } : values
}

/**
 * Whoever reads, writes or compares variables goes down in them by calling himself, and writes them as JSON. Those too that
 * no operation declares: they are part of what is asked.
 */
export function unfitVariables(given: Readonly<Record<string, unknown>>): GraphQLError | undefined {
  if (!Object.values(given).every(value => isNestedWithin(value, DEEPEST)))
    return unfit(`The variables are nested more than ${DEEPEST} levels deep.`)
  const infinite = Object.keys(given).find(name => hasInfinite(given[name]))
  return infinite === undefined
    ? undefined
    : unfit(`A number in the variable "$${infinite.slice(0, 100)}" is too large.`)
}

const unfit = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } })

/** In the words of graphql-js. */
const nullCondition = (variable: VariableNode) =>
  new GraphQLError('Argument "if" of non-null type "Boolean!" must not be null.', { nodes: variable })

/** Variables of conditions that can be null: by their type they may, and what is not given has a default. */
export function nullableConditionsOf(document: DocumentNode, operation: OperationDefinitionNode): VariableNode[] {
  const nullable = new Set<string>()
  for (const { variable, type } of operation.variableDefinitions ?? [])
    if (type.kind !== Kind.NON_NULL_TYPE) nullable.add(variable.name.value)
  if (nullable.size === 0) return []
  const found: VariableNode[] = []
  const visited = new Set<string>()
  const look = (node: ASTNode): void =>
    void visit(node, {
      Directive: ({ name, arguments: given }) => {
        if (name.value !== 'skip' && name.value !== 'include') return
        for (const { value } of given ?? [])
          if (value.kind === Kind.VARIABLE && nullable.has(value.name.value)) found.push(value)
      },
      FragmentSpread: ({ name }) => {
        if (visited.has(name.value)) return
        visited.add(name.value)
        for (const one of document.definitions)
          if (one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name.value) look(one)
      },
    })
  look(operation)
  return found
}
