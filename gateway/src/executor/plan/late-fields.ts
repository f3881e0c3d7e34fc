import type { FetchNode, PlanNode, QueryPlanSelectionNode, SubscriptionNode } from '@apollo/query-planner'
import {
  type DirectiveNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  Kind,
  parse,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { type LateField, lateFetch, operationIn, rewritten, TYPENAME, written } from './late-fetch.js'
import type { Requirements } from './requirements.js'
import { listsOf } from './types.js'

type Node = PlanNode | SubscriptionNode

/**
 * Of requirements of requirements, and of those behind an interface object, Apollo's planner may make one fetch in which a
 * subgraph is asked to compute a field without being told what of: its answer would be wrong without an error. Such a
 * field is asked for in a fetch of its own, by the entity's key, once what it takes is there (see `rounds.ts`). Goes when
 * the planner plans what it requires.
 */
export function withFieldsLate<Plan extends Node>(
  plan: Plan,
  requirements: Requirements,
  schema: GraphQLSchema,
): { node: Plan; late: PlanNode[] } {
  const late: PlanNode[] = []
  const walk = <One extends Node>(
    node: One,
    at: readonly (string | number)[],
    within: (one: PlanNode) => PlanNode,
  ): One => {
    switch (node.kind) {
      case 'Fetch': {
        const { fetch, fields } = withoutLateFields(withPlainRequires(node, schema), requirements, schema)
        for (const one of fields) {
          const path = [...at, ...rewritten(one.path, node.outputRewrites ?? [])]
          late.push(within({ kind: 'Flatten', path, node: walk(lateFetch(one, node, requirements), path, within) }))
        }
        return fetch as One
      }
      case 'Flatten':
        return { ...node, node: walk(node.node, [...at, ...node.path], within) }
      case 'Sequence':
      case 'Parallel':
        return { ...node, nodes: node.nodes.map(one => walk(one, at, within)) }
      case 'Condition': {
        const under = (clause: 'ifClause' | 'elseClause') => {
          const branch = node[clause]
          if (!branch) return {}
          const { condition } = node
          return { [clause]: walk(branch, at, one => within({ kind: 'Condition', condition, [clause]: one })) }
        }
        return { ...node, ...under('ifClause'), ...under('elseClause') }
      }
      default:
        return node
    }
  }
  const node = walk(plan, [], one => one)
  return { node, late }
}

/** What the planner requires in fragments of fragments is required in fragments of types. */
function withPlainRequires(node: FetchNode, schema: GraphQLSchema): FetchNode {
  if (!node.requires) return node
  const plain = (selection: QueryPlanSelectionNode): QueryPlanSelectionNode[] => {
    if (selection.kind === 'Field') return [selection]
    const { typeCondition, selections } = selection
    const fields = selections.filter(one => one.kind === 'Field')
    const within = selections.filter(one => one.kind === 'InlineFragment')
    return [
      ...(fields.length > 0 ? [{ ...selection, selections: fields }] : []),
      ...within.flatMap(one => {
        const inner = one.typeCondition ?? typeCondition
        if (inner === undefined || typeCondition === undefined || isNamedA(inner, typeCondition, schema))
          return plain({ ...one, ...(inner === undefined ? {} : { typeCondition: inner }) })
        return isNamedA(typeCondition, inner, schema)
          ? plain({ ...one, typeCondition })
          : [{ ...selection, selections: plain(one) }]
      }),
    ]
  }
  return { ...node, requires: node.requires.flatMap(plain) }
}

/** A fetch without the fields it asks for too early; in their places, the key by which they are asked for. */
function withoutLateFields(
  node: FetchNode,
  requirements: Requirements,
  schema: GraphQLSchema,
): { fetch: FetchNode; fields: LateField[] } {
  const { serviceName } = node
  if (!requirements.computes(serviceName)) return { fetch: node, fields: [] }
  const fields: LateField[] = []
  let changed = false

  const isLate = (field: FieldNode, type: GraphQLNamedType, entity: boolean): boolean => {
    const required = requirements.foreign(serviceName, type.name, field.name.value)
    if (required.length === 0) return false
    const told = entity ? toldOf(node, type, schema) : NOTHING
    return !required.every(name => told.has(name))
  }
  interface Around {
    type: GraphQLNamedType
    path: string[]
    conditions: readonly DirectiveNode[]
    provided: boolean
  }
  const keep = (set: SelectionSetNode, around: Around): SelectionSetNode => {
    const { type, path, provided } = around
    const selections = set.selections.flatMap((selection): readonly SelectionNode[] => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection]
      const conditions = [...around.conditions, ...(selection.directives ?? [])]
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const on = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : type
        return [
          { ...selection, selectionSet: keep(selection.selectionSet, { ...around, type: on ?? type, conditions }) },
        ]
      }
      if (!provided && isLate(selection, type, node.requires !== undefined && path.length === 0)) {
        changed = true
        const [key] = requirements.keysOf(serviceName, type.name)
        // Who cannot be asked for the entity cannot be asked for the field: it is an error.
        if (!key) return []
        fields.push({ field: selection, type, key, path, conditions: [...around.conditions] })
        return [TYPENAME, ...key.selections]
      }
      if (!selection.selectionSet) return [selection]
      const field = 'getFields' in type ? type.getFields()[selection.name.value] : undefined
      if (!field) return [selection]
      const below = {
        type: getNamedType(field.type) as GraphQLNamedType,
        path: [...path, (selection.alias ?? selection.name).value, ...listsOf(field.type)],
        conditions,
        provided: provided || requirements.provides(serviceName, type.name, selection.name.value),
      }
      return [{ ...selection, selectionSet: keep(selection.selectionSet, below) }]
    })
    return { ...set, selections: selections.length > 0 ? selections : [TYPENAME] }
  }

  const document = parse(node.operation, { noLocation: true })
  const operation = operationIn(document)
  const root = { type: schema.getRootType(operation.operation)!, path: [], conditions: [], provided: false }
  const selectionSet = node.requires
    ? {
        ...operation.selectionSet,
        selections: operation.selectionSet.selections.map(entities =>
          entities.kind === Kind.FIELD && entities.selectionSet
            ? { ...entities, selectionSet: keep(entities.selectionSet, root) }
            : entities,
        ),
      }
    : keep(operation.selectionSet, root)
  if (!changed) return { fetch: node, fields }
  return { fetch: { ...node, ...written(operation, selectionSet) }, fields }
}

const NOTHING: ReadonlySet<string> = new Set()

/** What an entity fetch tells its subgraph about the objects of a type. */
function toldOf({ requires = [] }: FetchNode, type: GraphQLNamedType, schema: GraphQLSchema): Set<string> {
  const told = new Set<string>()
  for (const fragment of requires) {
    if (fragment.kind !== 'InlineFragment') continue
    const condition = schema.getType(fragment.typeCondition ?? type.name)
    // An interface object is told of by the names of its types.
    if (condition && (isA(type, condition, schema) || isA(condition, type, schema)))
      for (const one of fragment.selections) if (one.kind === 'Field') told.add(one.name)
  }
  return told
}

function isA(type: GraphQLNamedType, condition: GraphQLNamedType, schema: GraphQLSchema): boolean {
  return (
    type === condition || ('getInterfaces' in type && isAbstractType(condition) && schema.isSubType(condition, type))
  )
}

function isNamedA(typeName: string, condition: string, schema: GraphQLSchema): boolean {
  const [type, of] = [schema.getType(typeName), schema.getType(condition)]
  return type !== undefined && of !== undefined && isA(type, of, schema)
}
