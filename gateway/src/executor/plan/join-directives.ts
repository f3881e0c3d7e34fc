import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql'

/** Names in the selections of `contextArguments: [{context: "orders__order", selection: "{ currency }", …}]`. */
export function contextNames(directive: ConstDirectiveNode): string[] {
  const value = directive.arguments?.find(one => one.name.value === 'contextArguments')?.value
  if (value?.kind !== Kind.LIST) return []
  return value.values.flatMap(one => {
    const selection = one.kind === Kind.OBJECT && one.fields.find(({ name }) => name.value === 'selection')?.value
    return selection && selection.kind === Kind.STRING ? (selection.value.match(/\w+/g) ?? []) : []
  })
}

/** `REVIEWS` → `reviews` */
export function graphNames(supergraph: DocumentNode): Map<string, string> {
  const names = new Map<string, string>()
  for (const one of supergraph.definitions)
    if (one.kind === Kind.ENUM_TYPE_DEFINITION)
      for (const value of one.values ?? [])
        for (const directive of named(value.directives, 'join__graph'))
          names.set(value.name.value, argument(directive, 'name') ?? '')
  return names
}

export function named(
  directives: readonly ConstDirectiveNode[] | undefined,
  name: string,
): readonly ConstDirectiveNode[] {
  return directives?.filter(one => one.name.value === name) ?? []
}

/** A string's or an enum value's text; booleans as `true` and `false`. */
export function argument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find(one => one.name.value === name)?.value
  return value && 'value' in value ? String(value.value) : undefined
}
