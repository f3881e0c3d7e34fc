import type { FetchNode } from '@apollo/query-planner'
import {
  type GraphQLNamedType,
  type GraphQLOutputType,
  getNamedType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql'
import type { Subgraphs } from '../fetch.js'
import type { Path } from '../place.js'
import { listsOf } from '../types.js'

/** A field that a fetch brings into the answer. */
export interface Brought {
  fetch: string
  subgraph: string
  /** `users.@.name`, under the client's names. */
  path: string
  typeName: string
  fieldName: string
}

interface Bringing extends Pick<Subgraphs, 'schema' | 'required'> {
  id: string
  at: string[]
  renamed(path: Path): Path
}

/** Everything that stands in a fetch's operation, where it lands; what was only fetched to be required is left out. */
export function broughtBy(node: FetchNode, { id, at, renamed, schema, required }: Bringing): Brought[] {
  const { definitions } = parse(node.operation, { noLocation: true })
  const brought: Brought[] = []
  const fragments = new Map(
    definitions.flatMap(one => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [])),
  )
  const typeNamed = (name: string | undefined, otherwise: GraphQLNamedType) =>
    (name === undefined ? undefined : schema.getType(name)) ?? otherwise

  const walk = (set: SelectionSetNode, type: GraphQLNamedType, path: string[]) => {
    for (const selection of set.selections) {
      if (selection.kind !== Kind.FIELD) {
        const part = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value)! : selection
        walk(part.selectionSet, typeNamed(part.typeCondition?.name.value, type), path)
        continue
      }
      const fieldName = selection.name.value
      const responseName = selection.alias?.value ?? fieldName
      const field = 'getFields' in type ? type.getFields()[fieldName] : undefined
      if (!field || required.has(responseName)) continue
      const here = [...path, ...renamed([responseName]).map(String)]
      brought.push({ fetch: id, subgraph: node.serviceName, path: here.join('.'), typeName: type.name, fieldName })
      if (selection.selectionSet)
        walk(selection.selectionSet, getNamedType(field.type as GraphQLOutputType), [...here, ...listsOf(field.type)])
    }
  }
  for (const one of definitions) {
    if (one.kind !== Kind.OPERATION_DEFINITION) continue
    const root = schema.getRootType(one.operation)!
    if (!node.requires) walk(one.selectionSet, root, at)
    else
      for (const entities of one.selectionSet.selections)
        if (entities.kind === Kind.FIELD && entities.selectionSet) walk(entities.selectionSet, root, at)
  }
  return brought
}
