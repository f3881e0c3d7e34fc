import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  Kind,
  print,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql'
import { parseFieldSet } from './field-sets.js'

/** A field that only the planner knows: another field with the arguments that some `@requires` gives it, or with none. */
export interface RequiredField {
  /** `Product.price` */
  coordinate: string
  field: FieldNode
}

export type RequiredFields = ReadonlyMap<string, RequiredField>

/**
 * Apollo's planner tells fields apart by their response names: a required `price(currency: "USD")` would be the client's
 * own `price(currency: "EUR")`, or another requirement's. So each becomes a field of its own without arguments for the
 * planning, and what it was when it is fetched. Goes when the planner gives required fields aliases.
 */
export function withRequiredFields(supergraph: DocumentNode): { document: DocumentNode; required: RequiredFields } {
  const types = new Map(
    supergraph.definitions.flatMap(one =>
      one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.INTERFACE_TYPE_DEFINITION
        ? [[one.name.value, one] as const]
        : [],
    ),
  )
  const required = new Map<string, RequiredField>()
  const byMeaning = new Map<string, string>()
  /** By type. */
  const added = new Map<string, FieldDefinitionNode[]>()

  const add = (typeName: string, original: FieldDefinitionNode, field: FieldNode): string => {
    const meaning = `${typeName}.${print({ ...field, selectionSet: undefined })}`
    const known = byMeaning.get(meaning)
    if (known) return known
    const name = `${field.name.value}__required_${required.size}`
    byMeaning.set(meaning, name)
    required.set(name, { coordinate: `${typeName}.${field.name.value}`, field })
    const implementing = [...types.values()].filter(({ interfaces }) =>
      interfaces?.some(one => one.name.value === typeName),
    )
    for (const type of [types.get(typeName)!, ...implementing]) {
      const own = type.fields?.find(one => one.name.value === original.name.value) ?? original
      const directives = (own.directives ?? []).map(one => withOwnFields(one, type.name.value))
      added.set(type.name.value, [
        ...(added.get(type.name.value) ?? []),
        {
          ...own,
          name: { kind: Kind.NAME, value: name },
          arguments: [],
          directives,
        },
      ])
    }
    return name
  }
  const rewrite = (set: SelectionSetNode, typeName: string): SelectionSetNode => ({
    ...set,
    selections: set.selections.map(selection => {
      if (selection.kind === Kind.INLINE_FRAGMENT)
        return {
          ...selection,
          selectionSet: rewrite(selection.selectionSet, selection.typeCondition?.name.value ?? typeName),
        }
      if (selection.kind !== Kind.FIELD) return selection
      const original = types.get(typeName)?.fields?.find(one => one.name.value === selection.name.value)
      if (!original) return selection
      const selectionSet = selection.selectionSet && rewrite(selection.selectionSet, nameOf(original.type))
      const name = original.arguments?.length ? add(typeName, original, selection) : selection.name.value
      return {
        kind: Kind.FIELD,
        name: { kind: Kind.NAME, value: name },
        ...(selectionSet ? { selectionSet } : {}),
      } satisfies FieldNode
    }),
  })

  /** What the field of the directive requires, with arguments turned into fields. */
  const withOwnFields = (directive: ConstDirectiveNode, typeName: string): ConstDirectiveNode => {
    const requires = directive.arguments?.find(({ name }) => name.value === 'requires')
    if (directive.name.value !== 'join__field' || requires?.value.kind !== Kind.STRING) return directive
    const set = rewrite(parseFieldSet(requires.value.value), typeName)
    const value = { ...requires.value, value: set.selections.map(print).join(' ') }
    return { ...directive, arguments: directive.arguments?.map(one => (one === requires ? { ...one, value } : one)) }
  }

  // Most fields require nothing: a visit of the whole document takes ten times as long.
  const requiring = (field: FieldDefinitionNode) =>
    field.directives?.some(one => one.arguments?.some(({ name }) => name.value === 'requires')) ?? false
  const definitions = supergraph.definitions.map(one => {
    if (one.kind !== Kind.OBJECT_TYPE_DEFINITION && one.kind !== Kind.INTERFACE_TYPE_DEFINITION) return one
    if (!one.fields?.some(requiring)) return one
    const fields = one.fields.map(field =>
      requiring(field)
        ? { ...field, directives: field.directives!.map(each => withOwnFields(each, one.name.value)) }
        : field,
    )
    return { ...one, fields }
  })
  if (required.size === 0) return { document: supergraph, required }
  const addTo = <Type extends { name: { value: string }; fields?: readonly FieldDefinitionNode[] }>(type: Type) => ({
    ...type,
    fields: [...(type.fields ?? []), ...(added.get(type.name.value) ?? [])],
  })
  const withAdded = definitions.map(one =>
    one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.INTERFACE_TYPE_DEFINITION ? addTo(one) : one,
  )
  return { document: { ...supergraph, definitions: withAdded }, required }
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type)
}
