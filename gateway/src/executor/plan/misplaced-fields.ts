import type { FetchNode } from '@apollo/query-planner'
import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  Kind,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
} from 'graphql'
import type { Requirements } from './requirements.js'

/**
 * Of requirements that require one another across two subgraphs Apollo's planner may make one fetch, in which a subgraph
 * is asked to compute a field without being told what of. Its answer would be wrong without an error: such a field is not
 * asked for, so that it is an error. Goes when the planner plans what it requires.
 */
export function withoutMisplacedFields(node: FetchNode, requirements: Requirements, schema: GraphQLSchema): FetchNode {
  if (!requirements.computes(node.serviceName)) return node
  const told = new Set<string>()
  for (const { selections } of node.requires ?? [])
    for (const selection of selections ?? []) if (selection.kind === 'Field') told.add(selection.name)
  let misplaced = false

  const isMisplaced = (field: FieldNode, type: GraphQLNamedType, entity: boolean): boolean => {
    const required = requirements.foreign(node.serviceName, type.name, field.name.value)
    return required.length > 0 && !(entity && required.every(name => told.has(name)))
  }
  const keep = (set: SelectionSetNode, type: GraphQLNamedType, depth: number, provided: boolean): SelectionSetNode => {
    const selections = set.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection]
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const on = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : type
        return [{ ...selection, selectionSet: keep(selection.selectionSet, on ?? type, depth, provided) }]
      }
      if (!provided && isMisplaced(selection, type, node.requires !== undefined && depth === 0)) {
        misplaced = true
        return []
      }
      if (!selection.selectionSet) return [selection]
      const field = 'getFields' in type ? type.getFields()[selection.name.value] : undefined
      if (!field) return [selection]
      const provides = provided || requirements.provides(node.serviceName, type.name, selection.name.value)
      const of = getNamedType(field.type) as GraphQLNamedType
      return [{ ...selection, selectionSet: keep(selection.selectionSet, of, depth + 1, provides) }]
    })
    return { ...set, selections: selections.length > 0 ? selections : [TYPENAME] }
  }

  const document = parse(node.operation, { noLocation: true })
  const definitions = document.definitions.map(one => {
    if (one.kind !== Kind.OPERATION_DEFINITION) return one
    const root = schema.getRootType(one.operation)!
    if (!node.requires) return { ...one, selectionSet: keep(one.selectionSet, root, 0, false) }
    const selections = one.selectionSet.selections.map(entities =>
      entities.kind === Kind.FIELD && entities.selectionSet
        ? { ...entities, selectionSet: keep(entities.selectionSet, root, 0, false) }
        : entities,
    )
    return { ...one, selectionSet: { ...one.selectionSet, selections } }
  })
  return misplaced ? { ...node, operation: stripIgnoredCharacters(print({ ...document, definitions })) } : node
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }
