import {
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql'
import { namesIn, parseFieldSet } from './field-sets.js'
import { argument, contextNames, named } from './join-directives.js'

type FieldsType = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode

/**
 * Of fields that are computed of computed fields across subgraphs, Apollo's planner forgets what the inner ones take, and
 * makes one fetch of what must be several. So for the planning such a field takes nothing but its entity's key, and what
 * it takes is selected beside it, down to what is not computed. It is fetched once that is there (`late-fields.ts`). Goes
 * when the planner follows requirements.
 */
export class RequirementChains {
  private readonly types = new Map<string, FieldsType>()
  /** By `Product.total` of those computed of computed fields: what they take, by subgraph (a value of `join__Graph`). */
  private readonly chained = new Map<string, Map<string, SelectionSetNode>>()
  private readonly roots = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' }
  private readonly taken = new Map<string, readonly SelectionNode[]>()

  constructor(private readonly supergraph: DocumentNode) {
    for (const one of supergraph.definitions) {
      if (one.kind === Kind.SCHEMA_DEFINITION || one.kind === Kind.SCHEMA_EXTENSION)
        for (const { operation, type } of one.operationTypes ?? []) this.roots[operation] = type.name.value
      if (one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.INTERFACE_TYPE_DEFINITION)
        this.types.set(one.name.value, one)
    }
    this.findChains()
  }

  isChained(graph: string, typeName: string, fieldName: string): boolean {
    return this.chained.get(`${typeName}.${fieldName}`)?.has(graph) ?? false
  }

  /** The supergraph as the planner gets it. */
  unchained(): DocumentNode {
    if (this.chained.size === 0) return this.supergraph
    const definitions = this.supergraph.definitions.map(one => {
      if (one.kind !== Kind.OBJECT_TYPE_DEFINITION && one.kind !== Kind.INTERFACE_TYPE_DEFINITION) return one
      const fields = one.fields?.map(field => {
        const graphs = this.chained.get(`${one.name.value}.${field.name.value}`)
        if (!graphs) return field
        // Were nothing required, an interface would have the field where each of its types has it.
        const directives = field.directives?.map(of =>
          of.name.value === 'join__field' && graphs.has(argument(of, 'graph') ?? '')
            ? withRequires(of, this.keyOf(one, argument(of, 'graph')!)!)
            : of,
        )
        return { ...field, ...(directives ? { directives } : {}) }
      })
      return { ...one, ...(fields ? { fields } : {}) }
    })
    return { ...this.supergraph, definitions }
  }

  /** A question with what its chained fields take. */
  withAllTaken(document: DocumentNode): DocumentNode {
    if (this.chained.size === 0) return document
    const definitions = document.definitions.map(one => {
      if (one.kind !== Kind.OPERATION_DEFINITION && one.kind !== Kind.FRAGMENT_DEFINITION) return one
      const typeName = one.kind === Kind.OPERATION_DEFINITION ? this.roots[one.operation] : one.typeCondition.name.value
      return { ...one, selectionSet: this.withTaken(one.selectionSet, typeName) }
    })
    return { ...document, definitions }
  }

  private withTaken(set: SelectionSetNode, typeName: string, within: readonly string[] = []): SelectionSetNode {
    const added = new Map<string, SelectionNode>()
    const selections = set.selections.map(selection => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const on = selection.typeCondition?.name.value ?? typeName
        return { ...selection, selectionSet: this.withTaken(selection.selectionSet, on, within) }
      }
      const taken = this.takenBy(typeName, selection.name.value, within)
      const conditions = selection.directives?.filter(({ name }) => CONDITIONS.has(name.value)) ?? []
      if (taken.length > 0)
        added.set([selection.name.value, ...conditions.map(print)].join(' '), under(conditions, taken))
      const field = selection.selectionSet && this.field(typeName, selection.name.value)
      return field
        ? { ...selection, selectionSet: this.withTaken(selection.selectionSet!, nameOf(field.type), within) }
        : selection
    })
    return added.size > 0 || selections.some((one, index) => one !== set.selections[index])
      ? { ...set, selections: [...selections, ...added.values()] }
      : set
  }

  /** What a field takes where it is chained, and what that takes. `within`: what it is itself taken for. */
  private takenBy(typeName: string, fieldName: string, within: readonly string[]): readonly SelectionNode[] {
    const coordinate = `${typeName}.${fieldName}`
    const known = this.taken.get(coordinate)
    if (known) return known
    const taken = this.meanings(typeName, fieldName).flatMap(on => {
      const meant = `${on}.${fieldName}`
      // What takes itself has no value.
      if (within.includes(meant)) return []
      const sets = [...(this.chained.get(meant)?.values() ?? [])]
      return sets.map(set => onType(on === typeName ? undefined : on, this.withTaken(set, on, [...within, meant])))
    })
    if (within.length === 0) this.taken.set(coordinate, taken)
    return taken
  }

  /** The types for which a field may be computed: its own, those that implement it, and interfaces that are objects. */
  private meanings(typeName: string, fieldName: string): string[] {
    const own = this.types.get(typeName)
    const others = [...this.types.values()].filter(
      one =>
        one.interfaces?.some(({ name }) => name.value === typeName) ||
        own?.interfaces?.some(({ name }) => name.value === one.name.value),
    )
    return [typeName, ...others.map(({ name }) => name.value)].filter(one => this.field(one, fieldName))
  }

  private field(typeName: string, fieldName: string): FieldDefinitionNode | undefined {
    return this.types.get(typeName)?.fields?.find(({ name }) => name.value === fieldName)
  }

  /** The key by which a subgraph can be asked for entities of a type. */
  private keyOf(type: FieldsType, graph: string): string | undefined {
    return named(type.directives, 'join__type')
      .filter(one => argument(one, 'graph') === graph && argument(one, 'resolvable') !== 'false')
      .flatMap(one => argument(one, 'key') ?? [])[0]
  }

  private findChains(): void {
    const computed = new Map<string, Map<string, SelectionSetNode>>()
    // Names of what the planner itself asks for, so that it must know what that takes.
    const asked = new Set<string>()
    // Nearly all are `id`.
    const keys = new Set<string>()
    for (const [typeName, type] of this.types) {
      for (const one of named(type.directives, 'join__type')) {
        const key = argument(one, 'key')
        if (key !== undefined) keys.add(key)
      }
      for (const field of type.fields ?? []) {
        for (const one of named(field.directives, 'join__field')) {
          for (const name of contextNames(one)) asked.add(name)
          const requires = argument(one, 'requires')
          const graph = argument(one, 'graph')
          if (requires === undefined || graph === undefined) continue
          const coordinate = `${typeName}.${field.name.value}`
          const sets = computed.get(coordinate) ?? new Map<string, SelectionSetNode>()
          computed.set(coordinate, sets.set(graph, parseFieldSet(requires)))
          // The planner alone knows where the context is, and without a key nobody can be asked for one field.
          if (contextNames(one).length > 0 || !this.keyOf(type, graph)) asked.add(field.name.value)
        }
      }
    }
    for (const key of keys) for (const name of namesIn(parseFieldSet(key))) asked.add(name)
    const takesComputed = (set: SelectionSetNode, typeName: string): boolean =>
      set.selections.some(selection => {
        if (selection.kind === Kind.FRAGMENT_SPREAD) return false
        if (selection.kind === Kind.INLINE_FRAGMENT)
          return takesComputed(selection.selectionSet, selection.typeCondition?.name.value ?? typeName)
        const name = selection.name.value
        if (this.meanings(typeName, name).some(one => computed.has(`${one}.${name}`))) return true
        const field = selection.selectionSet && this.field(typeName, name)
        return field !== undefined && takesComputed(selection.selectionSet!, nameOf(field.type))
      })
    for (const [coordinate, sets] of computed) {
      const [typeName = '', fieldName = ''] = coordinate.split('.')
      if (asked.has(fieldName)) continue
      for (const [graph, set] of sets)
        if (takesComputed(set, typeName)) {
          const chained = this.chained.get(coordinate) ?? new Map()
          this.chained.set(coordinate, chained.set(graph, set))
        }
    }
  }
}

const CONDITIONS: ReadonlySet<string> = new Set(['skip', 'include'])

/** Selections in fragments, one for each condition: two of the same name cannot stand at one. */
function under(conditions: readonly DirectiveNode[], selections: readonly SelectionNode[]): SelectionNode {
  const [first, ...others] = conditions
  const within = others.length > 0 ? [under(others, selections)] : selections
  return {
    kind: Kind.INLINE_FRAGMENT,
    ...(first ? { directives: [first] } : {}),
    selectionSet: { kind: Kind.SELECTION_SET, selections: within },
  }
}

function onType(typeName: string | undefined, selectionSet: SelectionSetNode): SelectionNode {
  return {
    kind: Kind.INLINE_FRAGMENT,
    ...(typeName === undefined
      ? {}
      : { typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: typeName } } }),
    selectionSet,
  }
}

function withRequires(directive: ConstDirectiveNode, set: string): ConstDirectiveNode {
  const given = directive.arguments?.map(one =>
    one.name.value === 'requires' ? { ...one, value: { kind: Kind.STRING, value: set } as const } : one,
  )
  return { ...directive, ...(given ? { arguments: given } : {}) }
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type)
}
