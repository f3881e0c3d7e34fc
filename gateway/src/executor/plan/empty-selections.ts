import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'

const TYPENAME: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }

/**
 * Where conditions may leave out all that is selected of an object, its type is selected beside it. Apollo's planner moves a
 * condition that all selections share up to the fetch; the object would not be asked for, and be null where it is an empty
 * one. Goes when the planner asks for such objects.
 */
export function withTypesOfEmptyObjects(document: DocumentNode): DocumentNode {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const one of document.definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one)
  const mayBeEmpty = ({ selections }: SelectionSetNode): boolean =>
    selections.every(one => {
      if (one.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include')) return true
      if (one.kind === Kind.FIELD) return false
      const of = one.kind === Kind.FRAGMENT_SPREAD ? fragments.get(one.name.value) : one
      return of !== undefined && mayBeEmpty(of.selectionSet)
    })
  return visit(document, {
    Field: {
      leave: field => {
        const { selectionSet } = field
        if (!selectionSet || !mayBeEmpty(selectionSet)) return undefined
        return { ...field, selectionSet: { ...selectionSet, selections: [...selectionSet.selections, TYPENAME] } }
      },
    },
  })
}
