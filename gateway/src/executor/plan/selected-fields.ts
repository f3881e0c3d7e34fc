import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

/** A selection set and the type it is about, as the question has it. */
export interface SelectedSet {
  set: SelectionSetNode
  on: GraphQLCompositeType
}

/** What a question asks for under one response key of an object. */
export interface SelectedField {
  key: string
  name: string
  /** However it was asked for, the caller may not have it. */
  denied: boolean
  below: SelectedSet[]
}

/** Which `@skip` and `@include` hold, by variable. */
export type Conditions = Readonly<Record<string, unknown>>

/** Whether a field of a type is withheld from the caller. */
export type Denied = (typeName: string, fieldName: string) => boolean

/** The selection sets of one question, its conditions known. */
export class Selections {
  private readonly fragments = new Map<string, FragmentDefinitionNode>()

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly conditions: Conditions,
    private readonly denied: Denied,
  ) {
    for (const one of document.definitions)
      if (one.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(one.name.value, one)
  }

  /** By response key, in the question's order: what it asks of an object of this type. */
  fieldsOf(
    type: GraphQLCompositeType,
    sets: readonly SelectedSet[],
    into = new Map<string, SelectedField>(),
  ): Map<string, SelectedField> {
    for (const { set, on } of sets)
      for (const selection of set.selections) {
        if (!this.holds(selection)) continue
        if (selection.kind === Kind.FIELD) this.takeField(selection, on, into)
        else {
          const part = this.fragment(selection, on)
          if (part.condition === undefined || this.isA(type, part.condition)) this.fieldsOf(type, [part], into)
        }
      }
    return into
  }

  /** What is asked of an object that is only known to be of this type may depend on what it really is. */
  dependOnType(type: GraphQLCompositeType, sets: readonly SelectedSet[]): boolean {
    return sets.some(({ set, on }) =>
      set.selections.some(selection => {
        if (selection.kind === Kind.FIELD || !this.holds(selection)) return false
        const part = this.fragment(selection, on)
        return part.condition && !this.isA(type, part.condition) ? this.selects(part) : this.dependOnType(type, [part])
      }),
    )
  }

  /** Whether its conditions leave anything of it. */
  private selects({ set, on }: SelectedSet): boolean {
    return set.selections.some(
      one => this.holds(one) && (one.kind === Kind.FIELD || this.selects(this.fragment(one, on))),
    )
  }

  isA(type: GraphQLCompositeType, condition: GraphQLCompositeType): boolean {
    if (type === condition) return true
    return isAbstractType(condition) && 'getInterfaces' in type && this.schema.isSubType(condition, type)
  }

  private takeField(field: FieldNode, parent: GraphQLCompositeType, into: Map<string, SelectedField>): void {
    const name = field.name.value
    const key = field.alias?.value ?? name
    const denied = this.denied(parent.name, name)
    const known = into.get(key) ?? { key, name, denied, below: [] }
    into.set(key, known)
    // Two fragments may share a key, one through an interface that is denied, the other plainly: that one was fetched.
    if (denied) return
    known.denied = false
    const declared = 'getFields' in parent ? parent.getFields()[name] : undefined
    if (field.selectionSet && declared)
      known.below.push({ set: field.selectionSet, on: getNamedType(declared.type) as GraphQLCompositeType })
  }

  private fragment(
    selection: Exclude<SelectionNode, FieldNode>,
    on: GraphQLCompositeType,
  ): SelectedSet & { condition: GraphQLCompositeType | undefined } {
    const part = selection.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(selection.name.value)! : selection
    const named = part.typeCondition && this.schema.getType(part.typeCondition.name.value)
    const condition = isCompositeType(named) ? named : undefined
    return { set: part.selectionSet, on: condition ?? on, condition }
  }

  private holds(selection: SelectionNode): boolean {
    return (selection.directives ?? []).every(({ name, arguments: given }) => {
      const skips = name.value === 'skip'
      if (!skips && name.value !== 'include') return true
      const value = given?.find(one => one.name.value === 'if')?.value
      const holds =
        value?.kind === Kind.VARIABLE ? this.conditions[value.name.value] : value?.kind === Kind.BOOLEAN && value.value
      return skips ? !holds : !!holds
    })
  }
}
