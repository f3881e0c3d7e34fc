import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { isSelected, type Variables } from './denied-places.js'
import { keyOf, type Question, TYPENAME } from './question.js'

export type Data = Record<string, unknown> | null

interface Selected {
  set: SelectionSetNode
  parent: GraphQLCompositeType
}

/** A null that its place does not allow: it goes to the next place above. */
const BUBBLES = Symbol('null where none may be')

type Fields = Map<string, { field: FieldNode; parent: GraphQLCompositeType }[]>

/** The answer to what was left of a question, in the shape of the whole: nulls where it was denied, in its order. */
export class AnswerCompletion {
  constructor(private readonly question: Question) {}

  complete(data: Data, variables: Variables): Data {
    if (data === null) return null
    const completed = this.completeObject(
      [{ set: this.question.operation.selectionSet, parent: this.question.root }],
      this.question.root,
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
    const runtime = isObjectType(type) ? type : this.question.schema.getType(String(data[TYPENAME]))
    const grouped: Fields = new Map()
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
    const type = this.question.typeOf(parent, fieldName)
    // Two fragments may share a key, one through an interface that is denied, the other plainly: that one was fetched.
    const allowed = fields.filter(one => this.question.denial(one.parent.name, one.field.name.value) === undefined)
    if (allowed.length === 0) return isNonNullType(type) ? BUBBLES : null
    const below = allowed.flatMap(one =>
      one.field.selectionSet
        ? [{ set: one.field.selectionSet, parent: this.question.returnedBy(one.parent, one.field.name.value) }]
        : [],
    )
    if (!below.some(one => this.question.touched.has(one.set))) return value
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
    into: Fields,
  ): void {
    for (const selection of set.selections) {
      if (!isSelected(selection, variables)) continue
      if (selection.kind === Kind.FIELD) {
        const key = keyOf(selection)
        into.set(key, [...(into.get(key) ?? []), { field: selection, parent }])
        continue
      }
      const part = this.question.fragmentOf(selection, parent)
      if (part.condition === undefined || part.on === parent || this.applies(part.on, runtime))
        this.collect(part.set, part.on, runtime, variables, into)
    }
  }

  private applies(condition: GraphQLCompositeType, runtime: GraphQLObjectType | undefined): boolean {
    if (runtime === undefined) return false
    return condition === runtime || (isAbstractType(condition) && this.question.schema.isSubType(condition, runtime))
  }
}
