import type { Steps } from '@terrane/schema'
import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  Kind,
  type ObjectFieldNode,
  parse,
  type SelectionSetNode,
  type TypeNode,
  valueFromASTUntyped,
} from 'graphql'
import { directiveNames } from '../supergraph/links.js'

/** One directive's demand. Of several demands each must be met. */
export type Requirement =
  | { kind: 'authenticated' }
  /** Any of the lists, all of its entries. */
  | { kind: 'scopes'; anyOf: string[][] }
  | { kind: 'policies'; anyOf: string[][] }

/**
 * What it takes to select a field, read from the supergraph once: the demands of the field, of the type it stands on and
 * of the type it returns; of every implementation where it stands on an interface, since any of them may answer; and of
 * whatever a subgraph `@requires` to compute it.
 */
export class RequiredRights {
  private readonly fields = new Map<string, Requirement[]>()

  private constructor() {}

  static *of(supergraph: DocumentNode): Steps<RequiredRights> {
    const rights = new RequiredRights()
    const read = yield* readSupergraph(supergraph)
    const closed = new Map<string, Map<string, Requirement>>()

    // Depth first through @requires; a circle adds nothing that is not already on the way.
    const close = (typeName: string, fieldName: string, onTheWay: Set<string>): Map<string, Requirement> => {
      const coordinate = `${typeName}.${fieldName}`
      const known = closed.get(coordinate)
      if (known) return known
      const all = new Map<string, Requirement>()
      const field = read.fields.get(coordinate)
      if (field === undefined || onTheWay.has(coordinate)) return all
      onTheWay.add(coordinate)
      const add = (requirements: Iterable<Requirement>) => {
        for (const requirement of requirements) all.set(JSON.stringify(requirement), requirement)
      }
      add(ownDemands(typeName, field, read))
      for (const required of field.requires)
        eachField(required, typeName, read, (t, f) => add(close(t, f, onTheWay).values()))
      for (const { context, set } of field.takes)
        for (const above of read.contexts.get(context) ?? [])
          eachField(set, above, read, (t, f) => add(close(t, f, onTheWay).values()))
      for (const implementation of read.implementations.get(typeName) ?? [])
        add(close(implementation, fieldName, onTheWay).values())
      onTheWay.delete(coordinate)
      if (onTheWay.size === 0) closed.set(coordinate, all)
      return all
    }

    for (const [coordinate, field] of read.fields) {
      const [typeName, fieldName] = coordinate.split('.') as [string, string]
      const plain = field.requires.length + field.takes.length === 0 && !read.implementations.has(typeName)
      // Nearly all of them are, and nothing but their own demands is asked of those.
      const requirements = plain
        ? distinct(ownDemands(typeName, field, read))
        : [...close(typeName, fieldName, new Set()).values()]
      if (requirements.length > 0) rights.fields.set(coordinate, requirements)
      yield
    }
    return rights
  }

  /** Empty where anyone may select it. */
  of(typeName: string, fieldName: string): readonly Requirement[] {
    return this.fields.get(`${typeName}.${fieldName}`) ?? NONE
  }

  /** Every product that some policy of this supergraph names. */
  products(): Set<string> {
    const policies = [...this.fields.values()].flat().flatMap(one => (one.kind === 'policies' ? one.anyOf.flat() : []))
    return new Set(policies.map(policy => policy.split('/')[0]!))
  }
}

const NONE: readonly Requirement[] = []

/** Of the field, of the type it stands on and of the type it returns. */
function ownDemands(typeName: string, { requirements, returns }: ReadField, { types }: Read): Requirement[] {
  return [...(types.get(typeName) ?? NONE), ...requirements, ...(types.get(returns) ?? NONE)]
}

function distinct(requirements: Requirement[]): Requirement[] {
  if (requirements.length < 2) return requirements
  return [...new Map(requirements.map(one => [JSON.stringify(one), one])).values()]
}

interface ReadField {
  requirements: Requirement[]
  returns: string
  requires: SelectionSetNode[]
  /** Of what stands above it, from each type that has this context. */
  takes: { context: string; set: SelectionSetNode }[]
}

interface Read {
  types: Map<string, Requirement[]>
  fields: Map<string, ReadField>
  /** Interface → object types. */
  implementations: Map<string, string[]>
  /** Name → types whose objects are one. */
  contexts: Map<string, string[]>
}

function* readSupergraph(supergraph: DocumentNode): Steps<Read> {
  const names = directiveNames(supergraph)
  const read: Read = { types: new Map(), fields: new Map(), implementations: new Map(), contexts: new Map() }
  const requirementsOf = (directives: readonly ConstDirectiveNode[] = []): Requirement[] =>
    directives.flatMap((directive): Requirement[] => {
      const name = directive.name.value
      if (names.authorisation.authenticated.has(name)) return [{ kind: 'authenticated' }]
      if (names.authorisation.requiresScopes.has(name)) return [{ kind: 'scopes', anyOf: listsIn(directive, 'scopes') }]
      if (names.authorisation.policy.has(name)) return [{ kind: 'policies', anyOf: listsIn(directive, 'policies') }]
      return []
    })

  for (const definition of supergraph.definitions) {
    yield
    if (!('name' in definition) || definition.name === undefined) continue
    const typeName = definition.name.value
    if ('directives' in definition) {
      const demanded = requirementsOf(definition.directives as readonly ConstDirectiveNode[])
      read.types.set(typeName, [...(read.types.get(typeName) ?? []), ...demanded])
      for (const directive of definition.directives ?? []) {
        const context = names.context.has(directive.name.value) ? textIn(directive.arguments, 'name') : undefined
        if (context !== undefined) read.contexts.set(context, [...(read.contexts.get(context) ?? []), typeName])
      }
    }
    const isObject = definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION
    const isInterface =
      definition.kind === Kind.INTERFACE_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_EXTENSION
    if (!isObject && !isInterface) continue
    if (isObject)
      for (const implemented of definition.interfaces ?? [])
        read.implementations.set(implemented.name.value, [
          ...(read.implementations.get(implemented.name.value) ?? []),
          typeName,
        ])
    for (const field of definition.fields ?? []) {
      const joins = (field.directives ?? []).filter(directive => names.joinField.has(directive.name.value))
      read.fields.set(`${typeName}.${field.name.value}`, {
        requirements: requirementsOf(field.directives),
        returns: namedType(field.type),
        requires: joins.flatMap(directive => fieldSetsIn(textIn(directive.arguments, 'requires'))),
        takes: joins.flatMap(takenIn),
      })
    }
  }
  return read
}

/** Anything but lists of lists of texts is a demand that nobody meets. */
function listsIn(directive: ConstDirectiveNode, argument: string): string[][] {
  const node = directive.arguments?.find(one => one.name.value === argument)?.value
  const value: unknown = node && valueFromASTUntyped(node)
  if (!Array.isArray(value)) return []
  return value.flatMap(list =>
    Array.isArray(list) && list.length > 0 && list.every(entry => typeof entry === 'string') ? [list as string[]] : [],
  )
}

/** `contextArguments: [{context: "orders__order", selection: "{ currency }", …}]`, or without braces `... on Order { … }`. */
function takenIn(directive: ConstDirectiveNode): ReadField['takes'] {
  const value = directive.arguments?.find(one => one.name.value === 'contextArguments')?.value
  if (value?.kind !== Kind.LIST) return []
  return value.values.flatMap(one => {
    const context = one.kind === Kind.OBJECT ? textIn(one.fields, 'context') : undefined
    if (one.kind !== Kind.OBJECT || context === undefined) return []
    return fieldSetsIn(textIn(one.fields, 'selection')).map(set => ({ context, set }))
  })
}

function textIn(from: readonly (ArgumentNode | ObjectFieldNode)[] | undefined, name: string): string | undefined {
  const value = from?.find(one => one.name.value === name)?.value
  return value?.kind === Kind.STRING ? value.value : undefined
}

function fieldSetsIn(text = ''): SelectionSetNode[] {
  const set = text.trim()
  if (set === '') return []
  const document = parse(set.startsWith('{') ? set : `{${set}}`, { noLocation: true })
  return document.definitions.flatMap(one => (one.kind === Kind.OPERATION_DEFINITION ? [one.selectionSet] : []))
}

function eachField(
  set: SelectionSetNode,
  typeName: string,
  read: Read,
  visit: (typeName: string, fieldName: string) => void,
): void {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      visit(typeName, selection.name.value)
      const returns = read.fields.get(`${typeName}.${selection.name.value}`)?.returns
      if (selection.selectionSet && returns) eachField(selection.selectionSet, returns, read, visit)
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      eachField(selection.selectionSet, selection.typeCondition?.name.value ?? typeName, read, visit)
    }
  }
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type)
}
