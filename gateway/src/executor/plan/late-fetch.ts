import type { FetchDataRewrite, FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql'
import { parseFieldSet } from './field-sets.js'
import type { Requirements } from './requirements.js'

/** A field that its fetch asked for too early: what it is computed of was not told. */
export interface LateField {
  field: FieldNode
  type: GraphQLNamedType
  key: SelectionSetNode
  /** From the objects of the fetch on, in its words. */
  path: readonly string[]
  computedOf: SelectionSetNode
  /** The conditions that it stands under, which are those of the fields and fragments around it. */
  conditions: readonly DirectiveNode[]
}

/** Fields of the same objects that take the same. */
export type AlikeFields = [LateField, ...LateField[]]

/** Asks for fields of entities, as the fetch did that had them. */
export function lateFetch(alike: AlikeFields, node: FetchNode, requirements: Requirements): FetchNode {
  const { requires: _, inputRewrites: __, outputRewrites, contextRewrites: ___, ...rest } = node
  const { serviceName } = node
  const [{ type, key, path, computedOf }] = alike
  const asked = alike
    .map(({ field, conditions }) =>
      conditions.reduceRight((text, condition) => `... ${print(condition)} { ${text} }`, print(field)),
    )
    .join(' ')
  const operation = operationIn(parse(node.operation, { noLocation: true }))
  const entities = parseFieldSet(`_entities(representations: $representations) { ... on ${type.name} { ${asked} } }`)
  const rewrites = outputRewrites && rewritesBelow(path, outputRewrites)
  return {
    ...rest,
    ...written({ ...operation, operation: OperationTypeNode.QUERY }, entities),
    requires: [[TYPENAME, ...key.selections], computedOf.selections].map(selections => ({
      kind: 'InlineFragment',
      typeCondition: type.name,
      selections: selections.flatMap(inPlanWords),
    })),
    // Its subgraph knows an interface object by the interface's name only.
    ...(requirements.isInterfaceObject(serviceName, type.name)
      ? { inputRewrites: [{ kind: 'ValueSetter', path: [`... on ${type.name}`, '__typename'], setValueTo: type.name }] }
      : {}),
    ...(rewrites?.length ? { outputRewrites: rewrites } : {}),
  }
}

/** As plans write what a representation consists of. The planner has the same, and would have to be loaded for it. */
function inPlanWords(node: SelectionNode): QueryPlanSelectionNode[] {
  if (node.kind === Kind.FRAGMENT_SPREAD) return []
  const selections = node.selectionSet?.selections.flatMap(inPlanWords)
  if (node.kind === Kind.FIELD) return [{ kind: 'Field', name: node.name.value, ...(selections ? { selections } : {}) }]
  const on = node.typeCondition?.name.value
  return [{ kind: 'InlineFragment', ...(on === undefined ? {} : { typeCondition: on }), selections: selections ?? [] }]
}

export const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }

export function operationIn({ definitions }: DocumentNode): OperationDefinitionNode {
  return definitions.find((one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION)!
}

const REPRESENTATIONS_NAME = 'representations'
const REPRESENTATIONS = parse('query ($representations: [_Any!]!) { a }', { noLocation: true })

/** An operation with another selection, and of its variables those that are used. */
export function written(
  operation: OperationDefinitionNode,
  selectionSet: SelectionSetNode,
): Pick<FetchNode, 'operation' | 'operationKind' | 'variableUsages'> {
  const used = new Set<string>()
  visit({ ...operation, variableDefinitions: [], selectionSet }, { Variable: ({ name }) => void used.add(name.value) })
  const [representations] = operationIn(REPRESENTATIONS).variableDefinitions!
  const known =
    operation.variableDefinitions?.filter(({ variable }) => variable.name.value !== REPRESENTATIONS_NAME) ?? []
  const variableDefinitions = [representations!, ...known].filter(({ variable }) => used.has(variable.name.value))
  return {
    operation: stripIgnoredCharacters(print({ ...operation, variableDefinitions, selectionSet })),
    operationKind: operation.operation,
    variableUsages: [...used].filter(name => name !== REPRESENTATIONS_NAME),
  }
}

/** Without the types that a rewrite is for. */
const namesIn = ({ path }: FetchDataRewrite) => path.filter(step => !step.startsWith('... on '))

/** A path in a subgraph's answer as it is after the fetch's rewrites. */
export function rewritten(path: readonly string[], rewrites: readonly FetchDataRewrite[]): string[] {
  return path.map((step, index) => {
    const names = path.slice(0, index + 1).filter(one => one !== '@')
    const renamed = rewrites.find(one => one.kind === 'KeyRenamer' && namesIn(one).join() === names.join())
    return step !== '@' && renamed?.kind === 'KeyRenamer' ? renamed.renameKeyTo : step
  })
}

/** The rewrites of what lies below a path, from there on. */
function rewritesBelow(path: readonly string[], rewrites: readonly FetchDataRewrite[]): FetchDataRewrite[] {
  const names = path.filter(one => one !== '@')
  return rewrites.flatMap(one => {
    let left = [...names]
    const below = one.path.filter(step => {
      if (left.length === 0) return true
      if (step === left[0]) left = left.slice(1)
      else if (!step.startsWith('... on ')) left = ['']
      return false
    })
    return left.length === 0 && below.length > 0 ? [{ ...one, path: below }] : []
  })
}
