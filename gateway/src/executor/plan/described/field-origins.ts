import {
  type DocumentNode,
  type GraphQLNamedType,
  getNamedType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import type { Subgraphs } from '../fetch.js'
import { listsOf } from '../types.js'
import type { FieldOrigin } from './description.js'
import type { Brought } from './fields-brought.js'

/** Every field of the question with the fetches that bring it. `__typename` comes of all of them and is not told. */
export function fieldOrigins(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { schema, types }: Pick<Subgraphs, 'schema' | 'types'>,
  brought: readonly Brought[],
): FieldOrigin[] {
  const byPath = new Map<string, Brought[]>()
  for (const one of brought) byPath.set(one.path, [...(byPath.get(one.path) ?? []), one])
  const origins = new Map<string, FieldOrigin>()
  const fragments = new Map(
    document.definitions.flatMap(one =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  )

  const walk = (set: SelectionSetNode, type: GraphQLNamedType, path: string[]) => {
    for (const selection of set.selections) {
      if (selection.kind !== Kind.FIELD) {
        const part = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value)! : selection
        const condition = part.typeCondition?.name.value
        walk(part.selectionSet, (condition === undefined ? undefined : schema.getType(condition)) ?? type, path)
        continue
      }
      const fieldName = selection.name.value
      const field = 'getFields' in type ? type.getFields()[fieldName] : undefined
      if (!field) continue
      const here = [...path, selection.alias?.value ?? fieldName]
      const key = `${here.join('.')} ${type.name}`
      if (!origins.has(key)) {
        // A fetch may ask an interface's objects each by its own type, or an object by its interface.
        const from = (byPath.get(here.join('.')) ?? []).filter(
          one =>
            one.fieldName === fieldName &&
            (types.covers(type.name, one.typeName) || types.covers(one.typeName, type.name)),
        )
        origins.set(key, {
          path: here.join('.'),
          coordinate: `${type.name}.${fieldName}`,
          fetches: [...new Set(from.map(({ fetch }) => fetch))],
          subgraphs: [...new Set(from.map(({ subgraph }) => subgraph))],
        })
      }
      if (selection.selectionSet)
        walk(selection.selectionSet, getNamedType(field.type), [...here, ...listsOf(field.type)])
    }
  }
  walk(operation.selectionSet, schema.getRootType(operation.operation)!, [])
  return [...origins.values()]
}
