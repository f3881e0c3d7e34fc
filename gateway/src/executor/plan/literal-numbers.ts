import {
  type ASTNode,
  BREAK,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type OperationDefinitionNode,
  parseType,
  print,
  TypeInfo,
  type ValueNode,
  type VariableDefinitionNode,
  type VariableNode,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { ExactNumber, numberOf } from '../numbers/exact-number.js'
import { type Fields, setOwn } from './place.js'

/** A question that can be planned without a number being rounded: what Apollo's planner would round is in `given`. */
export interface LiteralsApart {
  document: DocumentNode
  /** The values of its variables, of the client's. */
  given: (variables: Fields) => Fields
}

/**
 * Apollo's planner reads literals of custom scalars as JavaScript's values and writes those again: numbers beyond doubles
 * are others then. Such literals become variables, and such defaults are given as if they were values. Goes when the
 * planner writes literals as they are.
 */
export function withNumbersApart(
  schema: GraphQLSchema,
  document: DocumentNode,
  { variableDefinitions = [] }: OperationDefinitionNode,
): LiteralsApart {
  if (!has(document, isRounded)) return { document, given: variables => variables }
  const names = new Set(variableDefinitions.map(({ variable }) => variable.name.value))
  const definitions = new Map<string, VariableDefinitionNode>()
  const values: Fields = {}
  const types = new TypeInfo(schema)
  /** False where nothing below is to be looked at any more. */
  const apart = (node: ValueNode): VariableNode | false | undefined => {
    // At a list it tells the type of the items.
    const type = node.kind === Kind.LIST ? types.getParentInputType() : types.getInputType()
    if (!type || !isWholly(type, node)) return undefined
    if (!has(node, isRounded) || has(node, isVariable)) return false
    // Of fields that are one their arguments are the same.
    const key = `${type} ${print(node)}`
    const known = definitions.get(key)
    if (known) return known.variable
    const variable = variableCalled(unusedName(names))
    definitions.set(key, { kind: Kind.VARIABLE_DEFINITION, variable, type: parseType(String(type)) })
    setOwn(values, variable.name.value, jsonOf(node))
    return variable
  }
  const defaults: Fields = {}
  for (const { variable, defaultValue } of variableDefinitions)
    if (defaultValue && has(defaultValue, isRounded)) setOwn(defaults, variable.name.value, jsonOf(defaultValue))
  const replaced: DocumentNode = visit(
    document,
    visitWithTypeInfo(types, {
      VariableDefinition: () => false,
      IntValue: apart,
      FloatValue: apart,
      ListValue: apart,
      ObjectValue: apart,
    }),
  )
  const declared = [...definitions.values()]
  return {
    document: visit(replaced, {
      OperationDefinition: one => ({ ...one, variableDefinitions: [...(one.variableDefinitions ?? []), ...declared] }),
    }),
    given: variables => ({ ...defaults, ...variables, ...values }),
  }
}

/** Whether a literal is all of a custom scalar's value, or the one item of a list of them. */
function isWholly(type: GraphQLInputType, { kind }: ValueNode): boolean {
  const scalar = getNamedType(type)
  if (!isScalarType(scalar) || isSpecifiedScalarType(scalar)) return false
  return !isListType(getNullableType(type)) || kind !== Kind.LIST
}

function jsonOf(node: ValueNode): unknown {
  if (node.kind === Kind.INT || node.kind === Kind.FLOAT) return numberOf(node.value)
  if (node.kind === Kind.LIST) return node.values.map(jsonOf)
  if (node.kind !== Kind.OBJECT) return valueFromASTUntyped(node)
  const fields: Fields = {}
  for (const { name, value } of node.fields) setOwn(fields, name.value, jsonOf(value))
  return fields
}

const isRounded = (node: ASTNode) =>
  (node.kind === Kind.INT || node.kind === Kind.FLOAT) && numberOf(node.value) instanceof ExactNumber
const isVariable = (node: ASTNode) => node.kind === Kind.VARIABLE

function has(node: ASTNode, is: (node: ASTNode) => boolean): boolean {
  let found = false
  visit(node, {
    enter: one => {
      found ||= is(one)
      return found ? BREAK : undefined
    },
  })
  return found
}

const variableCalled = (value: string): VariableNode => ({ kind: Kind.VARIABLE, name: { kind: Kind.NAME, value } })

function unusedName(taken: Set<string>): string {
  let number = 0
  while (taken.has(`literal_${number}`)) number++
  taken.add(`literal_${number}`)
  return `literal_${number}`
}
