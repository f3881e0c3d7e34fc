import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

/** Why a field may not be selected, in words for the one who asks; undefined where it may. */
export type Denial = (typeName: string, fieldName: string) => string | undefined

/** Aliases that begin so are the gateway's own; limits refuse them in questions. */
export const RESERVED_ALIAS = '__terrane'
/** Selected instead of nothing, and where a fragment's type must be known. */
export const TYPENAME = `${RESERVED_ALIAS}Typename`

/** One operation of a valid document, and what is denied in it. */
export class Question {
  /** Selection sets with something denied in or below them. */
  readonly touched = new Set<SelectionSetNode>()
  readonly root: GraphQLObjectType
  private readonly fragments = new Map<string, FragmentDefinitionNode>()

  constructor(
    readonly schema: GraphQLSchema,
    document: DocumentNode,
    readonly operation: OperationDefinitionNode,
    readonly denial: Denial,
  ) {
    const root = schema.getRootType(operation.operation)
    if (!root) throw new TypeError(`A valid ${operation.operation} needs its root type in the schema`)
    this.root = root
    for (const one of document.definitions)
      if (one.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(one.name.value, one)
  }

  fragment(name: string): FragmentDefinitionNode {
    return this.fragments.get(name)!
  }

  fragmentOf(
    selection: Exclude<SelectionNode, FieldNode>,
    parent: GraphQLCompositeType,
  ): { set: SelectionSetNode; on: GraphQLCompositeType; condition?: string } {
    const source = selection.kind === Kind.FRAGMENT_SPREAD ? this.fragment(selection.name.value) : selection
    const condition = source.typeCondition?.name.value
    const on = condition === undefined ? parent : this.schema.getType(condition)
    if (!isCompositeType(on)) throw new TypeError(`A valid fragment is on a composite type, not on ${condition}`)
    return { set: source.selectionSet, on, ...(condition === undefined ? {} : { condition }) }
  }

  typeOf(parent: GraphQLCompositeType, fieldName: string): GraphQLOutputType {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[fieldName] : undefined
    if (!field) throw new TypeError(`A valid document does not select ${parent.name}.${fieldName}`)
    return field.type
  }

  returnedBy(parent: GraphQLCompositeType, fieldName: string): GraphQLCompositeType {
    return getNamedType(this.typeOf(parent, fieldName)) as GraphQLCompositeType
  }
}

export const keyOf = (field: FieldNode) => field.alias?.value ?? field.name.value
