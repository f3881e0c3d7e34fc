import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { type Fields, own } from './place.js'
import { defaultsOf } from './projections.js'

/** Whether a fragment on this type applies to the root. */
type Applies = (typeName: string) => boolean

/** The variables that decide which root fields of an operation run at all. */
export class RootConditions {
  readonly any: boolean
  private readonly names: ReadonlySet<string>
  private readonly defaults: Fields

  constructor(document: DocumentNode, operation: OperationDefinitionNode) {
    this.names = rootConditionsOf(document, operation)
    this.any = this.names.size > 0
    this.defaults = defaultsOf(operation)
  }

  /** Their values, and a text that tells them apart. */
  of(variables: Fields): { values: Fields; valuesKey: string } {
    const values: Fields = Object.create(null)
    let valuesKey = ''
    for (const name of this.names) {
      values[name] = Object.hasOwn(variables, name) ? variables[name] : this.defaults[name]
      valuesKey += values[name] ? '1' : '0'
    }
    return { values, valuesKey }
  }
}

function rootConditionsOf(document: DocumentNode, operation: OperationDefinitionNode): Set<string> {
  const names = new Set<string>()
  const fragments = fragmentsOf(document)
  const visited = new Set<string>()
  const look = ({ selections }: SelectionSetNode) => {
    for (const selection of selections) {
      for (const { value } of conditionsOn(selection)) if (value?.kind === Kind.VARIABLE) names.add(value.name.value)
      if (selection.kind === Kind.INLINE_FRAGMENT) look(selection.selectionSet)
      if (selection.kind !== Kind.FRAGMENT_SPREAD || visited.has(selection.name.value)) continue
      visited.add(selection.name.value)
      const fragment = fragments.get(selection.name.value)
      if (fragment) look(fragment.selectionSet)
    }
  }
  look(operation.selectionSet)
  return names
}

/**
 * Each root field once per response key, with all that is selected below it, as the specification collects fields;
 * fields that `conditions` leaves out are gone. Apollo's planner makes a fetch of its own for each condition, so that a
 * mutation selected under two conditions would run twice. Goes when the planner collects root fields.
 */
export function withRootFieldsCollected(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  conditions: Fields,
  applies: Applies,
): DocumentNode {
  const fragments = fragmentsOf(document)
  const collected = new Map<string, FieldNode[]>()
  const visited = new Set<string>()
  const collect = ({ selections }: SelectionSetNode) => {
    for (const selection of selections) {
      if (!holds(selection, conditions)) continue
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value
        collected.set(key, [...(collected.get(key) ?? []), selection])
        continue
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (!selection.typeCondition || applies(selection.typeCondition.name.value)) collect(selection.selectionSet)
        continue
      }
      const name = selection.name.value
      const fragment = fragments.get(name)
      if (!fragment || visited.has(name)) continue
      visited.add(name)
      if (applies(fragment.typeCondition.name.value)) collect(fragment.selectionSet)
    }
  }
  collect(operation.selectionSet)
  const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [...collected.values()].map(merged) }
  const definitions = document.definitions.map(one => (one === operation ? { ...one, selectionSet } : one))
  return { ...document, definitions }
}

/** A field of one response key. Other directives than the conditions are those of its first place. */
function merged(fields: readonly FieldNode[]): FieldNode {
  const [first] = fields as [FieldNode]
  const selections = fields.flatMap(({ selectionSet }) => selectionSet?.selections ?? [])
  return {
    ...first,
    directives: first.directives?.filter(one => !isCondition(one)) ?? [],
    // Were all below it under one condition, the planner would put the field itself under it, and not run it.
    ...(first.selectionSet
      ? { selectionSet: { kind: Kind.SELECTION_SET, selections: [TYPENAME, ...selections] } }
      : {}),
  }
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }

const isCondition = ({ name }: DirectiveNode) => name.value === 'skip' || name.value === 'include'

const conditionsOn = ({ directives = [] }: SelectionNode) =>
  directives.filter(isCondition).map(directive => ({
    skips: directive.name.value === 'skip',
    value: directive.arguments?.find(({ name }) => name.value === 'if')?.value,
  }))

function holds(selection: SelectionNode, conditions: Fields): boolean {
  return conditionsOn(selection).every(({ skips, value }) => {
    const given =
      value?.kind === Kind.VARIABLE ? own(conditions, value.name.value) : value?.kind === Kind.BOOLEAN && value.value
    return Boolean(given) !== skips
  })
}

function fragmentsOf({ definitions }: DocumentNode): Map<string, FragmentDefinitionNode> {
  return new Map(
    definitions.flatMap(one => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [])),
  )
}
