import { type ConstDirectiveNode, type DocumentNode, Kind, type SelectionSetNode } from 'graphql'
import { namesIn, parseFieldSet } from './field-sets.js'

/** What subgraphs must be told: to find an entity, and to compute a field of it. */
export class Requirements {
  /** Names of all fields that anybody must be told, at any depth. */
  readonly taken: ReadonlySet<string>
  private readonly fields = new Map<string, SelectionSetNode>()
  private readonly keys = new Map<string, SelectionSetNode[]>()
  private readonly external = new Set<string>()
  private readonly providing = new Set<string>()
  private readonly computing = new Set<string>()
  private readonly interfaceObjects = new Set<string>()

  constructor(supergraph: DocumentNode) {
    const graphs = graphNames(supergraph)
    const taken = new Set<string>()
    const parsed = new Map<string, SelectionSetNode>()
    /** Nearly all keys are `id`. */
    const take = (text: string): SelectionSetNode => {
      const known = parsed.get(text)
      if (known) return known
      const set = parseFieldSet(text)
      for (const name of namesIn(set)) taken.add(name)
      parsed.set(text, set)
      return set
    }
    this.taken = taken
    for (const type of supergraph.definitions) {
      if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
      const typeName = type.name.value
      for (const directive of named(type.directives, 'join__type')) {
        const key = argument(directive, 'key')
        const of = `${graphs.get(argument(directive, 'graph') ?? '')}/${typeName}`
        if (argument(directive, 'isInterfaceObject') === 'true') this.interfaceObjects.add(of)
        if (key === undefined) continue
        const set = take(key)
        if (argument(directive, 'resolvable') !== 'false') this.keys.set(of, [...(this.keys.get(of) ?? []), set])
      }
      for (const field of type.fields ?? [])
        for (const directive of named(field.directives, 'join__field')) {
          const subgraph = graphs.get(argument(directive, 'graph') ?? '') ?? ''
          const of = `${subgraph}/${typeName}.${field.name.value}`
          const required = argument(directive, 'requires')
          for (const name of contextNames(directive)) taken.add(name)
          if (argument(directive, 'external') === 'true') this.external.add(of)
          if (argument(directive, 'provides') !== undefined) this.providing.add(of)
          if (required === undefined) continue
          this.fields.set(of, take(required))
          this.computing.add(subgraph)
        }
    }
  }

  /** What a subgraph's field is computed of; undefined where it takes nothing but the entity. */
  of(subgraph: string, typeName: string, fieldName: string): SelectionSetNode | undefined {
    return this.fields.get(`${subgraph}/${typeName}.${fieldName}`)
  }

  computes(subgraph: string): boolean {
    return this.computing.has(subgraph)
  }

  /** Of what a field is computed of, the fields that its subgraph has not got by itself. */
  foreign(subgraph: string, typeName: string, fieldName: string): string[] {
    const set = this.of(subgraph, typeName, fieldName)
    if (!set) return []
    return set.selections.flatMap(one =>
      one.kind === Kind.FIELD && this.external.has(`${subgraph}/${typeName}.${one.name.value}`) ? [one.name.value] : [],
    )
  }

  /** What lies below a field may be the subgraph's to tell there, though elsewhere it is not. */
  provides(subgraph: string, typeName: string, fieldName: string): boolean {
    return this.providing.has(`${subgraph}/${typeName}.${fieldName}`)
  }

  /** By which it may be asked for such entities. */
  keysOf(subgraph: string, typeName: string): readonly SelectionSetNode[] {
    return this.keys.get(`${subgraph}/${typeName}`) ?? []
  }

  isInterfaceObject(subgraph: string, typeName: string): boolean {
    return this.interfaceObjects.has(`${subgraph}/${typeName}`)
  }
}

/** Names in the selections of `contextArguments: [{context: "orders__order", selection: "{ currency }", …}]`. */
function contextNames(directive: ConstDirectiveNode): string[] {
  const value = directive.arguments?.find(one => one.name.value === 'contextArguments')?.value
  if (value?.kind !== Kind.LIST) return []
  return value.values.flatMap(one => {
    const selection = one.kind === Kind.OBJECT && one.fields.find(({ name }) => name.value === 'selection')?.value
    return selection && selection.kind === Kind.STRING ? (selection.value.match(/\w+/g) ?? []) : []
  })
}

/** `REVIEWS` → `reviews` */
function graphNames(supergraph: DocumentNode): Map<string, string> {
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
