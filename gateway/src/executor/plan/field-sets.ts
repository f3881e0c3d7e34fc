import { Kind, parse, type SelectionNode, type SelectionSetNode, visit } from 'graphql'

/** `"id owner { name }"`, as in `@key` and `@requires`. */
export function parseFieldSet(text: string): SelectionSetNode {
  const [definition] = parse(`{ ${text} }`, { noLocation: true }).definitions
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new TypeError(`Not a field set: ${text}`)
  return definition.selectionSet
}

/** What a set selects of a field, fragments of any type included; undefined where it does not select it. */
export function below(sets: readonly SelectionSetNode[], fieldName: string): SelectionSetNode[] | undefined {
  let found: SelectionSetNode[] | undefined
  const look = (selection: SelectionNode) => {
    if (selection.kind === Kind.INLINE_FRAGMENT) selection.selectionSet.selections.forEach(look)
    if (selection.kind !== Kind.FIELD || selection.name.value !== fieldName) return
    found ??= []
    if (selection.selectionSet) found.push(selection.selectionSet)
  }
  for (const { selections } of sets) selections.forEach(look)
  return found
}

/** Names of the fields of a set at any depth. */
export function namesIn(set: SelectionSetNode): Set<string> {
  const names = new Set<string>()
  visit(set, { Field: ({ name }) => void names.add(name.value) })
  return names
}
