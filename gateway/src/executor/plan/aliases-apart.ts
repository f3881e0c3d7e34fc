import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'
import { isFields, own, setOwn } from './place.js'

/** Client's names for fields, by what they are called while the plan runs. */
export type AliasesApart = ReadonlyMap<string, string>

/**
 * Apollo's planner fetches keys and required fields under their own names, into the object that the client asked for:
 * `id: name` would be overwritten by the key `id`, or be taken for it. So such an alias is another one until all is
 * fetched. `taken`: names of all fields of keys and requirements. Goes when the planner gives what it adds aliases.
 */
export function withAliasesApart(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  rootType: string,
  taken: ReadonlySet<string>,
): { document: DocumentNode; aliases: AliasesApart } {
  const given = new Set<string>()
  visit(document, { Field: ({ alias, name }) => void given.add((alias ?? name).value) })
  const apart = new Map<string, string>()
  const apartOf = (alias: string): string => {
    let name = apart.get(alias)
    if (name) return name
    name = `${alias}__apart`
    while (given.has(name)) name += '_'
    apart.set(alias, name)
    return name
  }
  const field = (one: FieldNode, atRoot: boolean): FieldNode => {
    const alias = one.alias && one.alias.value !== one.name.value ? one.alias : undefined
    // The type's name stands under this one in everything that is fetched.
    if (alias?.value === '__typename') throw refusal(one)
    const selectionSet = one.selectionSet && set(one.selectionSet, false)
    return {
      ...one,
      ...(alias && !atRoot && taken.has(alias.value) ? { alias: { ...alias, value: apartOf(alias.value) } } : {}),
      ...(selectionSet ? { selectionSet } : {}),
    }
  }
  // Root types have neither keys nor requirements.
  const set = (of: SelectionSetNode, atRoot: boolean): SelectionSetNode => ({
    ...of,
    selections: of.selections.map(one => {
      if (one.kind === Kind.FIELD) return field(one, atRoot)
      return one.kind === Kind.INLINE_FRAGMENT ? { ...one, selectionSet: set(one.selectionSet, atRoot) } : one
    }),
  })
  const definitions = document.definitions.map(one => {
    if (one === operation) return { ...one, selectionSet: set(one.selectionSet, true) }
    if (one.kind !== Kind.FRAGMENT_DEFINITION) return one
    return { ...one, selectionSet: set(one.selectionSet, one.typeCondition.name.value === rootType) }
  })
  if (apart.size === 0) return { document, aliases: NONE }
  return { document: { ...document, definitions }, aliases: new Map([...apart].map(([alias, name]) => [name, alias])) }
}

const NONE: AliasesApart = new Map()

/** What the planned question selects of the objects at one place. */
export interface Selected {
  keys: Set<string>
  below: Map<string, Selected>
}

/** The places of a planned question, fragments of all types together. */
export function selectedIn(document: DocumentNode, operation: OperationDefinitionNode['selectionSet']): Selected {
  const into = (selected: Selected, set: SelectionSetNode): Selected => {
    for (const one of set.selections) {
      if (one.kind === Kind.INLINE_FRAGMENT) into(selected, one.selectionSet)
      else if (one.kind === Kind.FRAGMENT_SPREAD) {
        for (const fragment of document.definitions)
          if (fragment.kind === Kind.FRAGMENT_DEFINITION && fragment.name.value === one.name.value)
            into(selected, fragment.selectionSet)
      } else {
        const key = (one.alias ?? one.name).value
        selected.keys.add(key)
        if (!one.selectionSet) continue
        const below = selected.below.get(key) ?? { keys: new Set(), below: new Map() }
        selected.below.set(key, into(below, one.selectionSet))
      }
    }
    return selected
  }
  return into({ keys: new Set(), below: new Map() }, operation)
}

/**
 * All that was fetched, under the client's names. What the plan fetched under such a name goes, also where what the client
 * means by it is missing: a key must not stand in its place.
 */
export function withClientAliases(value: unknown, aliases: AliasesApart, selected: Selected): void {
  if (Array.isArray(value)) for (const item of value) withClientAliases(item, aliases, selected)
  if (!isFields(value)) return
  for (const [name, below] of selected.below) withClientAliases(own(value, name), aliases, below)
  for (const [name, alias] of aliases) {
    if (!selected.keys.has(name)) continue
    if (Object.hasOwn(value, name)) {
      setOwn(value, alias, value[name])
      delete value[name]
    } else if (!selected.keys.has(alias)) delete value[alias]
  }
}

/** An error where the client knows it to be. */
export function atClientAliases(error: GraphQLError, aliases: AliasesApart): GraphQLError {
  if (!error.path?.some(step => aliases.has(step as string))) return error
  const path = error.path.map(step => aliases.get(step as string) ?? step)
  return new GraphQLError(error.message, { path, extensions: error.extensions, originalError: error.originalError })
}

function refusal(field: FieldNode): GraphQLError {
  return new GraphQLError(`The field ${field.name.value} cannot be called __typename here: choose another alias.`, {
    extensions: { code: 'OPERATION_NOT_SUPPORTED', http: { status: 400 } },
  })
}
