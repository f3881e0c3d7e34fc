import type { PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner'
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type NamedTypeNode,
  type ObjectTypeDefinitionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql'
import { parseFieldSet } from './field-sets.js'
import { argument, named } from './requirements.js'

type FieldsType = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode

/** A part of a subgraph that only the planner knows: the fields it computes of what others computed before. */
interface Stage {
  /** Values of `join__Graph`. */
  graph: string
  of: string
  /** `Product.total` */
  computes: Set<string>
}

/** Names of the planner's subgraphs, and of the ones they are. */
export type StageNames = ReadonlyMap<string, string>

/**
 * Of fields that are computed of computed fields across subgraphs, Apollo's planner forgets what the inner ones take, and
 * makes one fetch of what must be several. So each step of such a chain becomes a subgraph of its own for the planning,
 * with the keys of the one that it is; no two steps can then be one fetch. Goes when the planner follows requirements.
 */
export function withRequirementStages(supergraph: DocumentNode): { document: DocumentNode; stages: StageNames } {
  const types = new SupergraphTypes(supergraph)
  const stages = stagesOf(types)
  if (stages.length === 0) return { document: supergraph, stages: new Map() }
  const parts = stages.map(stage => new StagePart(stage, types))
  const names = new Map<string, string>()
  const definitions = supergraph.definitions.map(one => {
    switch (one.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION:
        return withParts(one, parts, types)
      case Kind.UNION_TYPE_DEFINITION:
      case Kind.SCALAR_TYPE_DEFINITION:
        return { ...one, directives: copied(one.directives, stages) }
      case Kind.INPUT_OBJECT_TYPE_DEFINITION: {
        const fields = one.fields?.map(field => ({ ...field, directives: copied(field.directives, stages) })) ?? []
        return { ...one, directives: copied(one.directives, stages), fields }
      }
      case Kind.ENUM_TYPE_DEFINITION: {
        const values = (one.values ?? []).flatMap(value => {
          const graph = named(value.directives, 'join__graph')[0]
          if (!graph) return [{ ...value, directives: copied(value.directives, stages) }]
          const own = argument(graph, 'name') ?? ''
          const added = stages
            .filter(({ of }) => of === value.name.value)
            .map(stage => {
              const name = `${own}${stage.graph.slice(stage.of.length)}`
              names.set(name, own)
              return {
                ...value,
                name: { ...value.name, value: stage.graph },
                directives: [withText(graph, 'name', Kind.STRING, name)],
              }
            })
          return [value, ...added]
        })
        return { ...one, directives: copied(one.directives, stages), values }
      }
      default:
        return one
    }
  })
  return { document: { ...supergraph, definitions }, stages: names }
}

/** The plan with the subgraphs as they are. */
export function inOwnSubgraphs(plan: QueryPlan, stages: StageNames): QueryPlan {
  if (stages.size === 0) return plan
  const own = <Node extends PlanNode | SubscriptionNode>(node: Node): Node => {
    switch (node.kind) {
      case 'Fetch':
        return { ...node, serviceName: stages.get(node.serviceName) ?? node.serviceName }
      case 'Flatten':
        return { ...node, node: own(node.node) }
      case 'Sequence':
      case 'Parallel':
        return { ...node, nodes: node.nodes.map(own) }
      case 'Condition':
        return {
          ...node,
          ...(node.ifClause ? { ifClause: own(node.ifClause) } : {}),
          ...(node.elseClause ? { elseClause: own(node.elseClause) } : {}),
        }
      default:
        return node
    }
  }
  return plan.node ? { ...plan, node: own(plan.node) } : plan
}

/** The types of a supergraph that have fields, and what its subgraphs say of them. */
class SupergraphTypes {
  readonly all = new Map<string, FieldsType>()
  readonly roots = new Set(['Query', 'Mutation', 'Subscription'])

  constructor(supergraph: DocumentNode) {
    for (const one of supergraph.definitions) {
      if (one.kind === Kind.SCHEMA_DEFINITION || one.kind === Kind.SCHEMA_EXTENSION)
        for (const { type } of one.operationTypes ?? []) this.roots.add(type.name.value)
      if (one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.INTERFACE_TYPE_DEFINITION)
        this.all.set(one.name.value, one)
    }
  }

  field(typeName: string, fieldName: string): FieldDefinitionNode | undefined {
    return this.all.get(typeName)?.fields?.find(({ name }) => name.value === fieldName)
  }

  /** Those that implement an interface, for one subgraph or for any. */
  implementing(typeName: string, graph?: string): FieldsType[] {
    return [...this.all.values()].filter(({ directives }) =>
      named(directives, 'join__implements').some(
        one => argument(one, 'interface') === typeName && (graph === undefined || argument(one, 'graph') === graph),
      ),
    )
  }

  /** Every field of a field set with the type it stands on. */
  eachField(set: SelectionSetNode, typeName: string, take: (typeName: string, fieldName: string) => void): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT)
        this.eachField(selection.selectionSet, selection.typeCondition?.name.value ?? typeName, take)
      if (selection.kind !== Kind.FIELD) continue
      take(typeName, selection.name.value)
      const field = this.field(typeName, selection.name.value)
      if (field && selection.selectionSet) this.eachField(selection.selectionSet, nameOf(field.type), take)
    }
  }
}

/** One per subgraph and step: what is computed of computed fields, and those. */
function stagesOf(types: SupergraphTypes): Stage[] {
  const computed = new Map<string, { coordinate: string; graph: string; takes: Set<string> }[]>()
  for (const [typeName, { fields = [] }] of types.all)
    for (const field of fields) {
      const applied = named(field.directives, 'join__field')
      // What one operation takes from here and another one from there is planned from there.
      if (applied.some(one => argument(one, 'overrideLabel') !== undefined || has(one, 'contextArguments'))) continue
      for (const directive of applied) {
        const requires = argument(directive, 'requires')
        if (requires === undefined) continue
        const coordinate = `${typeName}.${field.name.value}`
        const takes = new Set<string>()
        types.eachField(parseFieldSet(requires), typeName, (of, name) => {
          takes.add(`${of}.${name}`)
          for (const one of types.implementing(of)) takes.add(`${one.name.value}.${name}`)
        })
        const graph = argument(directive, 'graph') ?? ''
        computed.set(coordinate, [...(computed.get(coordinate) ?? []), { coordinate, graph, takes }])
      }
    }
  const all = [...computed.values()].flat()
  const chained = all.filter(({ takes }) => [...takes].some(one => computed.has(one)))
  const inner = new Set(chained.flatMap(({ takes }) => [...takes].filter(one => computed.has(one))))
  const steps = new Map<string, number>()
  const stepOf = (coordinate: string): number => {
    const known = steps.get(coordinate)
    if (known !== undefined) return known
    // Should it come back here, it is planned as it was before.
    steps.set(coordinate, 0)
    const below = (computed.get(coordinate) ?? []).flatMap(({ takes }) =>
      [...takes].filter(one => computed.has(one)).map(stepOf),
    )
    const step = 1 + Math.max(0, ...below)
    steps.set(coordinate, step)
    return step
  }
  const stages = new Map<string, Stage>()
  for (const { coordinate, graph: of } of [...chained, ...all.filter(one => inner.has(one.coordinate))]) {
    const graph = `${of}__step_${stepOf(coordinate)}`
    const stage = stages.get(graph) ?? { graph, of, computes: new Set() }
    stage.computes.add(coordinate)
    stages.set(graph, stage)
  }
  return [...stages.values()]
}

/** Which fields a stage has: whole values, and of entities what it takes to find them and to compute. */
class StagePart {
  readonly graph: string
  readonly of: string
  private readonly needed = new Set<string>()
  /** Fields of interfaces that not all of its types have there. */
  private readonly partial = new Set<string>()

  constructor(
    private readonly stage: Stage,
    private readonly types: SupergraphTypes,
  ) {
    this.graph = stage.graph
    this.of = stage.of
    const need = (set: string, typeName: string) =>
      types.eachField(parseFieldSet(set), typeName, (of, name) => this.needed.add(`${of}.${name}`))
    for (const [typeName, type] of types.all) {
      for (const one of this.appliedTo(type.directives, 'join__type')) {
        const key = argument(one, 'key')
        if (key !== undefined) need(key, typeName)
      }
      for (const field of type.fields ?? [])
        if (stage.computes.has(`${typeName}.${field.name.value}`))
          for (const one of this.appliedTo(field.directives, 'join__field'))
            for (const name of ['requires', 'provides']) {
              const set = argument(one, name)
              if (set !== undefined) need(set, name === 'requires' ? typeName : nameOf(field.type))
            }
    }
    for (let before = -1; before !== this.partial.size; ) {
      before = this.partial.size
      for (const [typeName, type] of types.all)
        if (this.isInterface(type))
          for (const { name } of type.fields ?? [])
            if (types.implementing(typeName, this.of).some(one => !this.has(one, name.value)))
              this.partial.add(`${typeName}.${name.value}`)
    }
  }

  appliedTo(directives: readonly ConstDirectiveNode[] | undefined, name: string): ConstDirectiveNode[] {
    return named(directives, name).filter(one => argument(one, 'graph') === this.of)
  }

  hasType(type: FieldsType): boolean {
    return !this.types.roots.has(type.name.value) && this.appliedTo(type.directives, 'join__type').length > 0
  }

  computes(typeName: string, fieldName: string): boolean {
    return this.stage.computes.has(`${typeName}.${fieldName}`)
  }

  has(type: FieldsType, fieldName: string): boolean {
    const field = type.fields?.find(({ name }) => name.value === fieldName)
    if (!field || !this.hasType(type) || this.types.roots.has(nameOf(field.type))) return false
    const coordinate = `${type.name.value}.${fieldName}`
    if (this.stage.computes.has(coordinate)) return true
    const applied = named(field.directives, 'join__field')
    const there = this.appliedTo(field.directives, 'join__field')
    if (applied.length > 0 && there.length === 0) return false
    if (this.isInterface(type)) return !this.partial.has(coordinate)
    if (there.some(one => has(one, 'requires'))) return false
    return (
      this.needed.has(coordinate) || !this.isEntity(type) || there.some(one => argument(one, 'external') === 'true')
    )
  }

  private isEntity(type: FieldsType): boolean {
    return this.appliedTo(type.directives, 'join__type').some(
      one => argument(one, 'key') !== undefined && argument(one, 'resolvable') !== 'false',
    )
  }

  private isInterface(type: FieldsType): boolean {
    return (
      type.kind === Kind.INTERFACE_TYPE_DEFINITION &&
      !this.appliedTo(type.directives, 'join__type').some(one => argument(one, 'isInterfaceObject') === 'true')
    )
  }
}

function withParts(type: FieldsType, parts: readonly StagePart[], types: SupergraphTypes): FieldsType {
  const here = parts.filter(part => part.hasType(type))
  if (here.length === 0) return type
  const typeName = type.name.value
  const graphs = [...new Set(named(type.directives, 'join__type').flatMap(one => argument(one, 'graph') ?? []))]
  const fields = type.fields?.map(field => {
    const fieldName = field.name.value
    const applied = named(field.directives, 'join__field')
    const having = here.filter(part => part.has(type, fieldName))
    // An interface of the subgraph itself lacks what one of its types has in a stage only.
    const without = new Set(
      parts
        .filter(part => types.implementing(typeName, part.of).some(one => part.computes(one.name.value, fieldName)))
        .map(({ of }) => of),
    )
    if (applied.length === 0 && having.length === here.length && without.size === 0) return field
    const before = applied.length > 0 ? applied : graphs.map(graph => joinField(graph))
    const after = before.flatMap(one => {
      const graph = argument(one, 'graph')
      const moved = parts.some(part => part.of === graph && part.computes(typeName, fieldName))
      const own = moved || without.has(graph ?? '') ? [] : [one]
      return [
        ...own,
        ...having.filter(({ of }) => of === graph).map(part => withText(one, 'graph', Kind.ENUM, part.graph)),
      ]
    })
    const others = field.directives?.filter(one => !applied.includes(one)) ?? []
    return { ...field, directives: [...others, ...(after.length > 0 ? after : [joinField()])] }
  })
  return { ...type, directives: copied(type.directives, here), ...(fields ? { fields } : {}) } as FieldsType
}

/** What is said of a subgraph holds for its stages too. */
function copied(
  directives: readonly ConstDirectiveNode[] | undefined,
  stages: readonly { graph: string; of: string }[],
): ConstDirectiveNode[] {
  return (directives ?? []).flatMap(one => [
    one,
    ...(one.name.value.startsWith('join__')
      ? stages
          .filter(({ of }) => argument(one, 'graph') === of)
          .map(({ graph }) => withText(one, 'graph', Kind.ENUM, graph))
      : []),
  ])
}

function joinField(graph?: string): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'join__field' },
    arguments:
      graph === undefined
        ? []
        : [
            {
              kind: Kind.ARGUMENT,
              name: { kind: Kind.NAME, value: 'graph' },
              value: { kind: Kind.ENUM, value: graph },
            },
          ],
  }
}

function withText(
  directive: ConstDirectiveNode,
  name: string,
  kind: Kind.STRING | Kind.ENUM,
  value: string,
): ConstDirectiveNode {
  const given = directive.arguments?.map(one => (one.name.value === name ? { ...one, value: { kind, value } } : one))
  return { ...directive, ...(given ? { arguments: given } : {}) }
}

const has = (directive: ConstDirectiveNode, name: string) =>
  directive.arguments?.some(one => one.name.value === name && one.value.kind !== Kind.NULL) ?? false

function nameOf(type: TypeNode): string {
  let named = type
  while (named.kind !== Kind.NAMED_TYPE) named = named.type
  return (named as NamedTypeNode).name.value
}
