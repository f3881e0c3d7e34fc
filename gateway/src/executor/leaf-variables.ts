import {
  type GraphQLLeafType,
  type GraphQLSchema,
  getNullableType,
  isLeafType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql'

/** Variables of an operation whose variables are scalars and enums, each alone, as most are. */
export type LeafVariables = readonly { readonly name: string; readonly type: GraphQLLeafType }[]

/** Undefined where there is one of another type. */
export function leafVariablesOf(schema: GraphQLSchema, operation: OperationDefinitionNode): LeafVariables | undefined {
  const variables = (operation.variableDefinitions ?? []).map(({ variable, type }) => ({
    name: variable.name.value,
    type: getNullableType(typeFromAST(schema, type)),
  }))
  const isOne = (one: (typeof variables)[number]): one is LeafVariables[number] =>
    isLeafType(one.type) && one.name !== '__proto__'
  return variables.every(isOne) ? variables : undefined
}

/** Undefined where one is missing, is null or does not fit: what comes of that graphql-js knows. */
export function coercedLeaves(
  leaves: LeafVariables,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  const coerced: Record<string, unknown> = {}
  for (const { name, type } of leaves) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    const parsed = value === undefined || value === null ? undefined : parsedBy(type, value)
    if (parsed === undefined) return undefined
    coerced[name] = parsed
  }
  return coerced
}

function parsedBy(type: GraphQLLeafType, value: unknown): unknown {
  try {
    return type.parseValue(value)
  } catch {
    return undefined
  }
}
