import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'
import { type DeniedPlace, isSelected, type Variables } from './denied-places.js'
import { type Denial, keyOf, Question, TYPENAME } from './question.js'

/** An operation without what its caller may not have, before anyone plans it. */
export interface FilteredOperation {
  /** What is left to plan, no more than a type's name where nothing is. The very same document where nothing was taken out. */
  document: DocumentNode
  /** `__schema` and `__type` at the root, to be answered from the caller's own schema. */
  introspection?: DocumentNode
  changed: boolean
  /** Once per place, with the aliases of the question and `@` for lists. */
  deniedPlaces(variables: Variables): DeniedPlace[]
}

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
  const question = new Question(schema, document, operation, denial)
  const filter = new OperationFilter(question)
  const kept = filter.keep(operation.selectionSet, question.root)
  const asked = filter.introspection(operation.selectionSet)
  const changed = question.touched.has(operation.selectionSet) || asked.length > 0
  return {
    changed,
    document: changed ? documentOf(operation, kept.length > 0 ? kept : [TYPENAME_FIELD]) : document,
    ...(asked.length > 0 ? { introspection: documentOf(operation, asked) } : {}),
    deniedPlaces: variables => filter.deniedPlaces(variables),
  }
}

class OperationFilter {
  constructor(private readonly question: Question) {}

  /** What may be planned of a selection set. Named fragments are written out: a place is allowed by where it stands. */
  keep(set: SelectionSetNode, parent: GraphQLCompositeType): SelectionNode[] {
    const kept: SelectionNode[] = []
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const field = this.keepField(set, selection, parent)
        if (field) kept.push(field)
        continue
      }
      const part = this.question.fragmentOf(selection, parent)
      const selections = this.keep(part.set, part.on)
      if (this.question.touched.has(part.set)) this.question.touched.add(set)
      if (selections.length > 0)
        kept.push({
          kind: Kind.INLINE_FRAGMENT,
          ...(part.condition ? { typeCondition: { kind: Kind.NAMED_TYPE, name: name(part.condition) } } : {}),
          ...(selection.directives ? { directives: selection.directives } : {}),
          selectionSet: { kind: Kind.SELECTION_SET, selections },
        })
    }
    // Which of the fragments applied decides which nulls stand in the answer.
    if (this.question.touched.has(set) && isAbstractType(parent) && kept.length > 0) kept.unshift(TYPENAME_FIELD)
    return kept
  }

  private keepField(set: SelectionSetNode, field: FieldNode, parent: GraphQLCompositeType): FieldNode | undefined {
    const fieldName = field.name.value
    if (fieldName === '__typename') return field
    if (fieldName === '__schema' || fieldName === '__type') return undefined
    if (this.question.denial(parent.name, fieldName) !== undefined) {
      this.question.touched.add(set)
      return undefined
    }
    if (!field.selectionSet) return field
    const returned = this.question.returnedBy(parent, fieldName)
    const selections = this.keep(field.selectionSet, returned)
    if (this.question.touched.has(field.selectionSet)) this.question.touched.add(set)
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
      const part = this.question.fragmentOf(selection, this.question.root)
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
        const fragment = this.question.fragment(spread.name.value)
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
      if (!this.question.touched.has(set)) return
      for (const selection of set.selections) {
        if (!isSelected(selection, variables)) continue
        if (selection.kind !== Kind.FIELD) {
          const part = this.question.fragmentOf(selection, parent)
          walk(part.set, part.on, path)
          continue
        }
        const fieldName = selection.name.value
        if (fieldName.startsWith('__')) continue
        const here = [...path, keyOf(selection)]
        const reason = this.question.denial(parent.name, fieldName)
        if (reason !== undefined) {
          const key = JSON.stringify(here)
          if (!places.has(key)) places.set(key, { path: here, coordinate: `${parent.name}.${fieldName}`, reason })
        } else if (selection.selectionSet) {
          const type = this.question.typeOf(parent, fieldName)
          walk(selection.selectionSet, this.question.returnedBy(parent, fieldName), [...here, ...listsOf(type)])
        }
      }
    }
    walk(this.question.operation.selectionSet, this.question.root, [])
    return [...places.values()]
  }
}

const name = (value: string) => ({ kind: Kind.NAME, value }) as const
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
