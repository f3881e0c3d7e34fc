import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'
import { type DeniedPlace, isSelected, type Variables } from './denied-places.js'

/** Why a field may not be selected, in words for the one who asks; undefined where it may. */
export type Denial = (typeName: string, fieldName: string) => string | undefined

/** An operation without what its caller may not have, before anyone plans it. */
export interface FilteredOperation {
  /** What is left to plan; undefined where nothing is. The very same document where nothing was denied. */
  document?: DocumentNode
  /** `__schema` and `__type` at the root, to be answered from the caller's own schema. */
  introspection?: DocumentNode
  /** The answer must pass `complete`. */
  changed: boolean
  /** Once per place, with the aliases of the question and `@` for lists. */
  deniedPlaces(variables: Variables): DeniedPlace[]
  /** The answer in the shape of the question: nulls where it was denied, without what was added for the planning. */
  complete(data: Data, variables: Variables): Data
}

export type Data = Record<string, unknown> | null

/** Aliases that begin so are the gateway's own; limits refuse them in questions. */
export const RESERVED_ALIAS = '__terrane'
/** Selected instead of nothing, and where a fragment's type must be known. */
const TYPENAME = `${RESERVED_ALIAS}Typename`

/**
 * Takes what is denied out of one operation of a valid document, wherever it stands: under aliases, in fragments, on
 * interfaces and unions, whatever `@skip` and `@include` say.
 */
export function filterOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  denial: Denial,
): FilteredOperation {
  const root = schema.getRootType(operation.operation)
  if (!root) throw new TypeError(`A valid ${operation.operation} needs its root type in the schema`)
  const question = new Question(schema, document, operation, root, denial)
  const kept = question.keep(operation.selectionSet, root)
  const asked = question.introspection(operation.selectionSet)
  const changed = question.isTouched(operation.selectionSet) || asked.length > 0
  return {
    changed,
    ...(changed ? {} : { document }),
    ...(changed && kept.length > 0 ? { document: documentOf(operation, kept) } : {}),
    ...(asked.length > 0 ? { introspection: documentOf(operation, asked) } : {}),
    deniedPlaces: variables => question.deniedPlaces(variables),
    complete: (data, variables) => (changed ? question.complete(data, variables) : data),
  }
}

class Question {
  private readonly fragments = new Map<string, FragmentDefinitionNode>()
  /** Selection sets with something denied in or below them. */
  private readonly touched = new Set<SelectionSetNode>()

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    private readonly root: GraphQLObjectType,
    private readonly denial: Denial,
  ) {
    for (const one of document.definitions)
      if (one.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(one.name.value, one)
  }

  isTouched(set: SelectionSetNode): boolean {
    return this.touched.has(set)
  }

  /** What may be planned of a selection set. Named fragments are written out: a place is allowed by where it stands. */
  keep(set: SelectionSetNode, parent: GraphQLCompositeType): SelectionNode[] {
    const kept: SelectionNode[] = []
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const field = this.keepField(set, selection, parent)
        if (field) kept.push(field)
        continue
      }
      const part = this.fragmentOf(selection, parent)
      const selections = this.keep(part.set, part.on)
      if (this.touched.has(part.set)) this.touched.add(set)
      if (selections.length > 0)
        kept.push({
          kind: Kind.INLINE_FRAGMENT,
          ...(part.condition ? { typeCondition: { kind: Kind.NAMED_TYPE, name: name(part.condition) } } : {}),
          ...(selection.directives ? { directives: selection.directives } : {}),
          selectionSet: { kind: Kind.SELECTION_SET, selections },
        })
    }
    // Which of the fragments applied decides which nulls stand in the answer.
    if (this.touched.has(set) && isAbstractType(parent) && kept.length > 0) kept.unshift(TYPENAME_FIELD)
    return kept
  }

  private keepField(set: SelectionSetNode, field: FieldNode, parent: GraphQLCompositeType): FieldNode | undefined {
    const fieldName = field.name.value
    if (fieldName === '__typename') return field
    if (fieldName === '__schema' || fieldName === '__type') return undefined
    if (this.denial(parent.name, fieldName) !== undefined) {
      this.touched.add(set)
      return undefined
    }
    if (!field.selectionSet) return field
    const returned = this.returnedBy(parent, fieldName)
    const selections = this.keep(field.selectionSet, returned)
    if (this.touched.has(field.selectionSet)) this.touched.add(set)
    // Where all below was denied the place itself must still be fetched: as many nulls as there are rows.
    return {
      ...field,
      selectionSet: { kind: Kind.SELECTION_SET, selections: selections.length > 0 ? selections : [TYPENAME_FIELD] },
    }
  }

  /** Only the root's `__schema` and `__type`, through fragments. */
  introspection(set: SelectionSetNode): SelectionNode[] {
    return set.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD)
        return selection.name.value === '__schema' || selection.name.value === '__type' ? [this.inlined(selection)] : []
      const part = this.fragmentOf(selection, this.root)
      const selections = this.introspection(part.set)
      if (selections.length === 0) return []
      return [
        {
          kind: Kind.INLINE_FRAGMENT,
          ...(selection.directives ? { directives: selection.directives } : {}),
          selectionSet: { kind: Kind.SELECTION_SET, selections },
        },
      ]
    })
  }

  private inlined(field: FieldNode): FieldNode {
    const written: FieldNode = visit(field, {
      FragmentSpread: spread => {
        const fragment = this.fragments.get(spread.name.value)!
        return {
          kind: Kind.INLINE_FRAGMENT,
          typeCondition: fragment.typeCondition,
          ...(spread.directives ? { directives: spread.directives } : {}),
          selectionSet: fragment.selectionSet,
        }
      },
    })
    return written
  }

  deniedPlaces(variables: Variables): DeniedPlace[] {
    const places = new Map<string, DeniedPlace>()
    const walk = (set: SelectionSetNode, parent: GraphQLCompositeType, path: readonly string[]) => {
      if (!this.touched.has(set)) return
      for (const selection of set.selections) {
        if (!isSelected(selection, variables)) continue
        if (selection.kind !== Kind.FIELD) {
          const part = this.fragmentOf(selection, parent)
          walk(part.set, part.on, path)
          continue
        }
        const fieldName = selection.name.value
        if (fieldName.startsWith('__')) continue
        const here = [...path, keyOf(selection)]
        const reason = this.denial(parent.name, fieldName)
        if (reason !== undefined) {
          const key = JSON.stringify(here)
          if (!places.has(key)) places.set(key, { path: here, coordinate: `${parent.name}.${fieldName}`, reason })
        } else if (selection.selectionSet) {
          const type = this.typeOf(parent, fieldName)
          walk(selection.selectionSet, this.returnedBy(parent, fieldName), [...here, ...listsOf(type)])
        }
      }
    }
    walk(this.operation.selectionSet, this.root, [])
    return [...places.values()]
  }

  complete(data: Data, variables: Variables): Data {
    if (data === null) return null
    const completed = this.completeObject(
      [{ set: this.operation.selectionSet, parent: this.root }],
      this.root,
      data,
      variables,
    )
    return completed === BUBBLES ? null : completed
  }

  private completeObject(
    sets: Selected[],
    type: GraphQLCompositeType,
    data: Record<string, unknown>,
    variables: Variables,
  ): Record<string, unknown> | typeof BUBBLES {
    const runtime = isObjectType(type) ? type : this.schema.getType(String(data[TYPENAME]))
    const grouped = new Map<string, { field: FieldNode; parent: GraphQLCompositeType }[]>()
    for (const { set, parent } of sets)
      this.collect(set, parent, isObjectType(runtime) ? runtime : undefined, variables, grouped)
    const completed: Record<string, unknown> = Object.create(null)
    for (const [key, fields] of grouped) {
      const value = this.completeField(key, fields, data, variables)
      if (value === BUBBLES) return BUBBLES
      completed[key] = value
    }
    return completed
  }

  private completeField(
    key: string,
    fields: { field: FieldNode; parent: GraphQLCompositeType }[],
    data: Record<string, unknown>,
    variables: Variables,
  ): unknown {
    const { field, parent } = fields[0]!
    const fieldName = field.name.value
    const value = Object.hasOwn(data, key) ? data[key] : null
    if (fieldName.startsWith('__')) return value
    const type = this.typeOf(parent, fieldName)
    // Two fragments may share a key, one through an interface that is denied, the other plainly: that one was fetched.
    const allowed = fields.filter(one => this.denial(one.parent.name, one.field.name.value) === undefined)
    if (allowed.length === 0) return isNonNullType(type) ? BUBBLES : null
    const below = allowed.flatMap(one =>
      one.field.selectionSet
        ? [{ set: one.field.selectionSet, parent: this.returnedBy(one.parent, one.field.name.value) }]
        : [],
    )
    if (!below.some(one => this.touched.has(one.set))) return value
    return this.completeValue(below, type, value, variables)
  }

  private completeValue(below: Selected[], type: GraphQLOutputType, value: unknown, variables: Variables): unknown {
    if (isNonNullType(type)) {
      const inner = this.completeValue(below, type.ofType, value, variables)
      return inner === null ? BUBBLES : inner
    }
    if (value === null || value === undefined) return null
    if (isListType(type)) {
      if (!Array.isArray(value)) return null
      const items = value.map(item => this.completeValue(below, type.ofType, item, variables))
      return items.includes(BUBBLES) ? null : items
    }
    const object = this.completeObject(below, type as GraphQLCompositeType, value as Record<string, unknown>, variables)
    return object === BUBBLES ? null : object
  }

  private collect(
    set: SelectionSetNode,
    parent: GraphQLCompositeType,
    runtime: GraphQLObjectType | undefined,
    variables: Variables,
    into: Map<string, { field: FieldNode; parent: GraphQLCompositeType }[]>,
  ): void {
    for (const selection of set.selections) {
      if (!isSelected(selection, variables)) continue
      if (selection.kind === Kind.FIELD) {
        const key = keyOf(selection)
        into.set(key, [...(into.get(key) ?? []), { field: selection, parent }])
        continue
      }
      const part = this.fragmentOf(selection, parent)
      if (part.condition === undefined || part.on === parent || this.applies(part.on, runtime))
        this.collect(part.set, part.on, runtime, variables, into)
    }
  }

  private applies(condition: GraphQLCompositeType, runtime: GraphQLObjectType | undefined): boolean {
    if (runtime === undefined) return false
    return condition === runtime || (isAbstractType(condition) && this.schema.isSubType(condition, runtime))
  }

  private fragmentOf(
    selection: Exclude<SelectionNode, FieldNode>,
    parent: GraphQLCompositeType,
  ): { set: SelectionSetNode; on: GraphQLCompositeType; condition?: string } {
    const source = selection.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(selection.name.value)! : selection
    const condition = source.typeCondition?.name.value
    const on = condition === undefined ? parent : this.schema.getType(condition)
    if (!isCompositeType(on)) throw new TypeError(`A valid fragment is on a composite type, not on ${condition}`)
    return { set: source.selectionSet, on, ...(condition === undefined ? {} : { condition }) }
  }

  private typeOf(parent: GraphQLCompositeType, fieldName: string): GraphQLOutputType {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[fieldName] : undefined
    if (!field) throw new TypeError(`A valid document does not select ${parent.name}.${fieldName}`)
    return field.type
  }

  private returnedBy(parent: GraphQLCompositeType, fieldName: string): GraphQLCompositeType {
    return getNamedType(this.typeOf(parent, fieldName)) as GraphQLCompositeType
  }
}

interface Selected {
  set: SelectionSetNode
  parent: GraphQLCompositeType
}

/** A null that its place does not allow: it goes to the next place above. */
const BUBBLES = Symbol('null where none may be')

const name = (value: string) => ({ kind: Kind.NAME, value }) as const
const keyOf = (field: FieldNode) => field.alias?.value ?? field.name.value
const TYPENAME_FIELD: FieldNode = { kind: Kind.FIELD, alias: name(TYPENAME), name: name('__typename') }

function listsOf(type: GraphQLOutputType): string[] {
  if (isNonNullType(type)) return listsOf(type.ofType)
  return isListType(type) ? ['@', ...listsOf(type.ofType)] : []
}

/** One operation, with those of its variables that are still used. */
function documentOf(operation: OperationDefinitionNode, selections: SelectionNode[]): DocumentNode {
  const used = new Set<string>()
  const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections }
  visit(selectionSet, { Variable: variable => void used.add(variable.name.value) })
  for (const directive of operation.directives ?? [])
    visit(directive, { Variable: one => void used.add(one.name.value) })
  return {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        ...operation,
        variableDefinitions: operation.variableDefinitions?.filter(one => used.has(one.variable.name.value)) ?? [],
        selectionSet,
      },
    ],
  }
}
