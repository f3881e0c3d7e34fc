import { collectSubFields } from '@graphql-tools/utils'
import { type FieldNode, type GraphQLObjectType, type GraphQLResolveInfo, getNamedType } from 'graphql'
import type { DatasetNames } from './names.js'

/** What a client asks for below a field, by response key: fragments opened, `@skip` and `@include` obeyed. */
export type Selection = Map<string, FieldNode[]>

/** Below the field that is being resolved. `type` where it is abstract (`_entities`). */
export function selectionOf(info: GraphQLResolveInfo, type?: GraphQLObjectType): Selection {
  return below(info, type ?? (getNamedType(info.returnType) as GraphQLObjectType), info.fieldNodes)
}

function below(info: GraphQLResolveInfo, type: GraphQLObjectType, nodes: readonly FieldNode[]): Selection {
  return collectSubFields(info.schema, info.fragments, info.variableValues, type, nodes as FieldNode[]).fields
}

/** Below the fields of this name; they may stand under several response keys. */
export function selectionBelow(
  info: GraphQLResolveInfo,
  parent: GraphQLObjectType,
  from: Selection,
  name: string,
): Selection {
  const nodes = [...from.values()].flat().filter(node => node.name.value === name)
  const field = parent.getFields()[name]
  if (nodes.length === 0 || !field) return new Map()
  return below(info, getNamedType(field.type) as GraphQLObjectType, nodes)
}

export function fieldNames(selection: Selection): Set<string> {
  return new Set([...selection.values()].map(nodes => nodes[0]!.name.value))
}

/** The properties behind selected fields of a row, in the contract's order; those of the key always among them. */
export function propertiesOf(names: DatasetNames, ...selections: Selection[]): string[] {
  const wanted = new Set(names.key.map(key => key.property.name))
  for (const selection of selections) {
    for (const field of fieldNames(selection)) {
      const property = names.byField(field)
      if (property) wanted.add(property.property.name)
      else for (const needed of names.needs(field)) wanted.add(needed)
    }
  }
  return names.dataset.properties.map(property => property.name).filter(name => wanted.has(name))
}
