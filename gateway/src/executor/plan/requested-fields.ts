import type { FetchNode } from '@apollo/query-planner'
import { Kind, parse, type SelectionSetNode } from 'graphql'
import type { Fields, Path } from './place.js'
import type { RequiredFields } from './required-arguments.js'

/** What a fetch asks of its subgraph: of a root type, or of each entity. */
export interface RequestedFields {
  /** Response names at the top, before the fetch's rewrites. */
  keys: string[]
  /**
   * Takes away what nobody asked for, at any depth: a subgraph answers for its own fields and for nothing else. Throws a
   * `RangeError` where lists are nested as those of no question are.
   */
  restrict(data: Fields): void
  /** A path in the subgraph's answer as the client knows it: the plan may have renamed fields that do not merge. */
  renamed(path: Path): Path
}

export function requestedFields(
  node: Pick<FetchNode, 'operation' | 'requires' | 'outputRewrites'>,
  required: RequiredFields,
): RequestedFields {
  const { definitions } = parse(node.operation, { noLocation: true })
  const operation = definitions.find(one => one.kind === Kind.OPERATION_DEFINITION)
  const whole = new RequestedObject()
  const add = (set: SelectionSetNode, object: RequestedObject) => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const below = object.asks((selection.alias ?? selection.name).value, selection.selectionSet !== undefined)
        if (selection.selectionSet) add(selection.selectionSet, below!)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) add(selection.selectionSet, object)
      else {
        const fragment = definitions.find(
          one => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value,
        )
        if (fragment?.kind === Kind.FRAGMENT_DEFINITION) add(fragment.selectionSet, object)
      }
    }
  }
  if (operation?.kind === Kind.OPERATION_DEFINITION) add(operation.selectionSet, whole)
  const object = node.requires ? (whole.below('_entities') ?? whole) : whole

  const renames = new Map<string | number, string>()
  for (const rewrite of node.outputRewrites ?? [])
    if (rewrite.kind === 'KeyRenamer') renames.set(rewrite.path.at(-1)!, rewrite.renameKeyTo)
  for (const [name, { field }] of required) renames.set(name, field.name.value)
  return {
    keys: object.keys,
    restrict: data => object.restrict(data),
    renamed: path => (renames.size === 0 ? path : path.map(step => renames.get(step) ?? step)),
  }
}

/** No type has lists of lists so deep. */
const MOST_LISTS = 50

interface RequestedField {
  key: string
  index: number
  /** Undefined for a leaf, which is whatever it is. */
  below: RequestedObject | undefined
}

/** What is asked of one object, fragments of all types together. */
class RequestedObject {
  private readonly inOrder: RequestedField[] = []
  private readonly byKey = new Map<string, RequestedField>()

  get keys(): string[] {
    return [...this.byKey.keys()]
  }

  below(key: string): RequestedObject | undefined {
    return this.byKey.get(key)?.below
  }

  asks(key: string, isComposite: boolean): RequestedObject | undefined {
    const known = this.byKey.get(key)
    if (known) return known.below
    const field = { key, index: this.inOrder.length, below: isComposite ? new RequestedObject() : undefined }
    this.inOrder.push(field)
    this.byKey.set(key, field)
    return field.below
  }

  restrict(fields: Fields): void {
    // Nearly all answers have their fields in the order of the question, so that nothing is looked up.
    let next = 0
    for (const key in fields) {
      let field = this.inOrder[next]
      if (field?.key !== key) {
        field = this.byKey.get(key)
        if (field === undefined) {
          delete fields[key]
          continue
        }
      }
      next = field.index + 1
      if (field.below !== undefined) field.below.restrictValue(fields[key], 0)
    }
  }

  private restrictValue(value: unknown, lists: number): void {
    if (typeof value !== 'object' || value === null) return
    if (!Array.isArray(value)) {
      this.restrict(value as Fields)
      return
    }
    if (lists === MOST_LISTS) throw new RangeError('The lists are nested too deeply')
    for (let index = 0; index < value.length; index++) this.restrictValue(value[index], lists + 1)
  }
}
