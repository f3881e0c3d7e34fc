import type { FetchNode, PlanNode, QueryPlanSelectionNode, SubscriptionNode } from '@apollo/query-planner'
import {
  type DirectiveNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  Kind,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { below } from './field-sets.js'
import { type AlikeFields, type LateField, lateFetch, operationIn, rewritten, TYPENAME, written } from './late-fetch.js'
import type { PlanPath } from './place.js'
import type { Requirements } from './requirements.js'
import { listsOf } from './types.js'

type Node = PlanNode | SubscriptionNode

/** A part of a plan, and the fetches of what it asks for too early. */
export interface PlanPart {
  node: Node
  late: PlanNode[]
}

/**
 * Of requirements of requirements, and of those behind an interface object, Apollo's planner may make one fetch in which a
 * subgraph is asked to compute a field without being told what of: its answer would be wrong without an error. Such a
 * field is asked for in a fetch of its own, by the entity's key, once what it takes is there (see `rounds.ts`). Goes when
 * the planner plans what it requires. One part after the other, as mutations are.
 */
export function withFieldsLate(plan: Node, requirements: Requirements, schema: GraphQLSchema): PlanPart[] {
  return partsOf(plan).map(part => {
    const late: PlanNode[] = []
    const node = withoutLate(part, late, requirements, schema) ?? NOTHING_LEFT
    return { node, late }
  })
}

/** Each root fetch of a mutation, with all that is fetched for it before the next one. */
function partsOf(plan: Node): Node[] {
  if (plan.kind !== 'Sequence') return [plan]
  const parts: PlanNode[][] = []
  for (const node of plan.nodes) {
    const last = parts.at(-1)
    if (!last || (node.kind === 'Fetch' && node.operationKind === 'mutation')) parts.push([node])
    else last.push(node)
  }
  return parts.map(nodes => ({ kind: 'Sequence', nodes }))
}

const NOTHING_LEFT: PlanNode = { kind: 'Sequence', nodes: [] }

function withoutLate(
  plan: Node,
  late: PlanNode[],
  requirements: Requirements,
  schema: GraphQLSchema,
): Node | undefined {
  type Within = (one: PlanNode) => PlanNode
  const fetched = (fetch: FetchNode, at: PlanPath, within: Within, own?: AlikeFields): FetchNode | undefined => {
    const { left, fields } = withoutLateFields(withPlainRequires(fetch, schema), requirements, schema, own)
    for (const alike of alikeOf(fields)) {
      const path = [...at, ...rewritten(alike[0].path, fetch.outputRewrites ?? [])]
      const node = fetched(lateFetch(alike, fetch, requirements), path, within, alike)
      if (node) late.push(within({ kind: 'Flatten', path, node }))
    }
    return left
  }
  const walk = (node: PlanNode, at: PlanPath, within: Within): PlanNode | undefined => {
    switch (node.kind) {
      case 'Fetch':
        return fetched(node, at, within)
      case 'Flatten': {
        const inner = walk(node.node, [...at, ...node.path], within)
        return inner && { ...node, node: inner }
      }
      case 'Sequence':
      case 'Parallel': {
        const nodes = node.nodes.flatMap(one => walk(one, at, within) ?? [])
        return nodes.length > 0 ? { ...node, nodes } : undefined
      }
      case 'Condition': {
        const { condition } = node
        const under = (clause: 'ifClause' | 'elseClause') => {
          const branch = node[clause]
          const inner = branch && walk(branch, at, one => within({ kind: 'Condition', condition, [clause]: one }))
          return inner ? { [clause]: inner } : {}
        }
        return { kind: 'Condition', condition, ...under('ifClause'), ...under('elseClause') }
      }
      default:
        return node
    }
  }
  return plan.kind === 'Subscription' ? plan : walk(plan, [], one => one)
}

/** Those of the same objects that take the same. */
function alikeOf(fields: readonly LateField[]): AlikeFields[] {
  const alike = new Map<string, AlikeFields>()
  for (const one of fields) {
    const key = [one.type.name, ...one.path, ...one.computedOf.selections.map(print)].join(' ')
    alike.get(key)?.push(one) ?? alike.set(key, [one])
  }
  return [...alike.values()]
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

/**
 * A fetch without the fields it asks for too early; in their places, the key by which they are asked for. Undefined where
 * nothing is left of it. `own`: the fields that a late fetch is for.
 */
function withoutLateFields(
  node: FetchNode,
  requirements: Requirements,
  schema: GraphQLSchema,
  own?: AlikeFields,
): { left: FetchNode | undefined; fields: LateField[] } {
  const { serviceName } = node
  if (!requirements.computes(serviceName)) return { left: node, fields: [] }
  const fields: LateField[] = []
  let changed = false

  const isLate = (field: FieldNode, { type, provided }: Around, entity: boolean): boolean => {
    if (entity && own?.some(one => one.type === type && one.field.name.value === field.name.value)) return false
    if (requirements.isChained(serviceName, type.name, field.name.value)) return true
    const required = requirements.foreign(serviceName, type.name, field.name.value)
    if (required.length === 0) return false
    const told = entity ? toldOf(node, type, schema) : NOTHING
    return !required.every(name => told.has(name) || below(provided, name))
  }
  interface Around {
    type: GraphQLNamedType
    path: string[]
    conditions: readonly DirectiveNode[]
    /** What the subgraph knows here, though not of every such object. */
    provided: readonly SelectionSetNode[]
  }
  const keep = (set: SelectionSetNode, around: Around): SelectionSetNode => {
    const { type, path, provided } = around
    const selections = set.selections.flatMap((selection): readonly SelectionNode[] => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection]
      const conditions = [...around.conditions, ...(selection.directives ?? [])]
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const on = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : type
        const selectionSet = keep(selection.selectionSet, { ...around, type: on ?? type, conditions })
        return selectionSet.selections.length > 0 ? [{ ...selection, selectionSet }] : []
      }
      const entity = node.requires !== undefined && path.length === 0
      if (isLate(selection, around, entity)) {
        changed = true
        const keys = requirements.keysOf(serviceName, type.name)
        const told = entity ? toldOf(node, type, schema) : NOTHING
        const known = keys.find(({ selections }) =>
          selections.every(one => one.kind === Kind.FIELD && told.has(one.name.value)),
        )
        const key = known ?? keys[0]
        // Who cannot be asked for the entity cannot be asked for the field: it is an error.
        if (!key) return []
        const computedOf = requirements.of(serviceName, type.name, selection.name.value)!
        fields.push({ field: selection, type, key, path, computedOf, conditions: [...around.conditions] })
        return known ? [] : [TYPENAME, ...key.selections]
      }
      const types = requirements.chainedBelow(serviceName, type.name, selection.name.value)
      if (types.length > 0)
        return keep({ ...set, selections: types.map(one => fragmentOn(one, selection)) }, around).selections
      if (!selection.selectionSet) return [selection]
      const field = 'getFields' in type ? type.getFields()[selection.name.value] : undefined
      if (!field) return [selection]
      const inner = {
        type: getNamedType(field.type) as GraphQLNamedType,
        path: [...path, (selection.alias ?? selection.name).value, ...listsOf(field.type)],
        conditions,
        provided: [
          ...(below(provided, selection.name.value) ?? []),
          ...requirements.provided(serviceName, type.name, selection.name.value),
        ],
      }
      return [{ ...selection, selectionSet: orTypename(keep(selection.selectionSet, inner)) }]
    })
    return { ...set, selections }
  }

  const document = parse(node.operation, { noLocation: true })
  const operation = operationIn(document)
  const root = { type: schema.getRootType(operation.operation)!, path: [], conditions: [], provided: [] }
  if (!node.requires) {
    const selectionSet = orTypename(keep(operation.selectionSet, root))
    return { left: changed ? { ...node, ...written(operation, selectionSet) } : node, fields }
  }
  const selections = operation.selectionSet.selections.flatMap((entities): readonly SelectionNode[] => {
    if (entities.kind !== Kind.FIELD || !entities.selectionSet) return [entities]
    const selectionSet = keep(entities.selectionSet, root)
    return selectionSet.selections.length > 0 ? [{ ...entities, selectionSet }] : []
  })
  if (!changed) return { left: node, fields }
  if (selections.length === 0) return { left: undefined, fields }
  return { left: { ...node, ...written(operation, { ...operation.selectionSet, selections }) }, fields }
}

const fragmentOn = (typeName: string, field: FieldNode): InlineFragmentNode => ({
  kind: Kind.INLINE_FRAGMENT,
  typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: typeName } },
  selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
})

const orTypename = (set: SelectionSetNode): SelectionSetNode =>
  set.selections.length > 0 ? set : { ...set, selections: [TYPENAME] }

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
