import { type ConstDirectiveNode, type DocumentNode, Kind, type SelectionSetNode } from 'graphql'
import { parseFieldSet } from './field-sets.js'

/** What subgraphs must be told: to find an entity, and to compute a field of it. */
export class Requirements {
  private readonly fields = new Map<string, SelectionSetNode>()
  private readonly keys = new Map<string, SelectionSetNode[]>()

  constructor(supergraph: DocumentNode) {
    const graphs = graphNames(supergraph)
    for (const type of supergraph.definitions) {
      if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
      const typeName = type.name.value
      for (const directive of named(type.directives, 'join__type')) {
        const key = argument(directive, 'key')
        if (key === undefined) continue
        const of = `${graphs.get(argument(directive, 'graph') ?? '')}/${typeName}`
        this.keys.set(of, [...(this.keys.get(of) ?? []), parseFieldSet(key)])
      }
      for (const field of type.fields ?? [])
        for (const directive of named(field.directives, 'join__field')) {
          const required = argument(directive, 'requires')
          if (required === undefined) continue
          const graph = graphs.get(argument(directive, 'graph') ?? '')
          this.fields.set(`${graph}/${typeName}.${field.name.value}`, parseFieldSet(required))
        }
    }
  }

  /** What a subgraph's field is computed of; undefined where it takes nothing but the entity. */
  of(subgraph: string, typeName: string, fieldName: string): SelectionSetNode | undefined {
    return this.fields.get(`${subgraph}/${typeName}.${fieldName}`)
  }

  keysOf(subgraph: string, typeName: string): readonly SelectionSetNode[] {
    return this.keys.get(`${subgraph}/${typeName}`) ?? []
  }
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
