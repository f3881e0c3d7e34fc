import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql'
import { namesIn, parseFieldSet } from './field-sets.js'
import { argument, contextNames, graphNames, named } from './join-directives.js'
import { RequirementChains } from './requirement-chains.js'

/** What subgraphs must be told: to find an entity, and to compute a field of it. */
export class Requirements {
  /** Names of all fields that anybody must be told, at any depth. */
  readonly taken: ReadonlySet<string>
  private readonly fields = new Map<string, SelectionSetNode>()
  private readonly keys = new Map<string, SelectionSetNode[]>()
  private readonly external = new Set<string>()
  private readonly providing = new Map<string, SelectionSetNode[]>()
  private readonly computing = new Set<string>()
  private readonly interfaceObjects = new Set<string>()
  private readonly chained = new Set<string>()
  private readonly implementing = new Map<string, string[]>()

  constructor(supergraph: DocumentNode, chains = new RequirementChains(supergraph)) {
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
      for (const directive of named(type.directives, 'join__implements')) {
        const of = `${graphs.get(argument(directive, 'graph') ?? '')}/${argument(directive, 'interface')}`
        this.implementing.set(of, [...(this.implementing.get(of) ?? []), typeName])
      }
      for (const field of type.fields ?? [])
        for (const directive of named(field.directives, 'join__field')) {
          const graph = argument(directive, 'graph') ?? ''
          const subgraph = graphs.get(graph) ?? ''
          const of = `${subgraph}/${typeName}.${field.name.value}`
          const required = argument(directive, 'requires')
          for (const name of contextNames(directive)) taken.add(name)
          if (argument(directive, 'external') === 'true') this.external.add(of)
          const provided = argument(directive, 'provides')
          if (provided !== undefined) this.providing.set(of, [parseFieldSet(provided)])
          if (required === undefined) continue
          this.fields.set(of, take(required))
          this.computing.add(subgraph)
          if (chains.isChained(graph, typeName, field.name.value)) this.chained.add(of)
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

  /** Whether it is computed of what is computed itself: then no plan tells its subgraph that. */
  isChained(subgraph: string, typeName: string, fieldName: string): boolean {
    return this.chained.has(`${subgraph}/${typeName}.${fieldName}`)
  }

  /** Where it is chained for some of its types there, those that an interface has in a subgraph. */
  chainedBelow(subgraph: string, typeName: string, fieldName: string): readonly string[] {
    const below = this.implementing.get(`${subgraph}/${typeName}`) ?? []
    return below.some(one => this.isChained(subgraph, one, fieldName)) ? below : []
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
  provided(subgraph: string, typeName: string, fieldName: string): readonly SelectionSetNode[] {
    return this.providing.get(`${subgraph}/${typeName}.${fieldName}`) ?? []
  }

  /** By which it may be asked for such entities. */
  keysOf(subgraph: string, typeName: string): readonly SelectionSetNode[] {
    return this.keys.get(`${subgraph}/${typeName}`) ?? []
  }

  isInterfaceObject(subgraph: string, typeName: string): boolean {
    return this.interfaceObjects.has(`${subgraph}/${typeName}`)
  }
}
