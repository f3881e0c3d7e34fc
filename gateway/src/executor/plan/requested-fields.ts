import type { FetchNode } from '@apollo/query-planner'
import { Kind, parse, type SelectionSetNode } from 'graphql'
import type { Fields, Path } from './place.js'
import type { RequiredFields } from './required-arguments.js'

/** What a fetch asks of its subgraph, at the top: of a root type, or of each entity. */
export interface RequestedFields {
  /** Response names of the fetch, before its rewrites. */
  keys: string[]
  /** Takes away what nobody asked for: a subgraph answers for its own fields and for nothing else. */
  restrict(data: Fields): void
  /** A path in the subgraph's answer as the client knows it: the plan may have renamed fields that do not merge. */
  renamed(path: Path): Path
}

export function requestedFields(
  node: Pick<FetchNode, 'operation' | 'requires' | 'outputRewrites'>,
  required: RequiredFields,
): RequestedFields {
  const { definitions } = parse(node.operation, { noLocation: true })
  const operation = definitions.find(one => one.kind === Kind.OPERATION_DEFINITION)
  const names = new Set<string>()
  const walk = (set: SelectionSetNode, depth: number) => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        if (depth === 0) names.add((selection.alias ?? selection.name).value)
        else if (selection.selectionSet) walk(selection.selectionSet, depth - 1)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.selectionSet, depth)
      else {
        const fragment = definitions.find(
          one => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value,
        )
        if (fragment?.kind === Kind.FRAGMENT_DEFINITION) walk(fragment.selectionSet, depth)
      }
    }
  }
  if (operation?.kind === Kind.OPERATION_DEFINITION) walk(operation.selectionSet, node.requires ? 1 : 0)

  const renames = new Map<string | number, string>()
  for (const rewrite of node.outputRewrites ?? [])
    if (rewrite.kind === 'KeyRenamer') renames.set(rewrite.path.at(-1)!, rewrite.renameKeyTo)
  for (const [name, { field }] of required) renames.set(name, field.name.value)
  return {
    keys: [...names],
    restrict: data => {
      for (const key in data) if (!names.has(key)) delete data[key]
    },
    renamed: path => (renames.size === 0 ? path : path.map(step => renames.get(step) ?? step)),
  }
}
