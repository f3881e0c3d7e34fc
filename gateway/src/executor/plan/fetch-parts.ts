import type { FetchDataRewrite, FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql'
import { below, namesIn } from './field-sets.js'
import type { RequiredFields } from './required-arguments.js'
import type { Requirements } from './requirements.js'

export interface FetchPart {
  node: FetchNode
  /** Whether its field is computed of what the entity fetch tells: then nothing of that may be missing. */
  computes: boolean
}

/**
 * An entity fetch in parts: the fields that take nothing but the entity, and each field that takes more on its own. The
 * planner puts them into one fetch, so that what one of them takes and does not get would cost all of them.
 */
export function partsOf(node: FetchNode, requirements: Requirements): FetchPart[] {
  const document = parse(node.operation, { noLocation: true })
  const computed = new Map<string, { typeName: string; fieldName: string; set: SelectionSetNode }>()
  const types = new Set<string>()
  const requirementOf = (typeName: string, fieldName: string) => requirements.of(node.serviceName, typeName, fieldName)
  // Who knows an interface object only is told of it by the names of its types, and has the interface's keys.
  const keysOf = (typeName: string) => {
    const own = requirements.keysOf(node.serviceName, typeName)
    return own.length > 0 ? own : [...types].flatMap(one => requirements.keysOf(node.serviceName, one))
  }
  eachEntityField(document, (typeName, { name }) => {
    types.add(typeName)
    const set = requirementOf(typeName, name.value)
    if (set) computed.set(`${typeName}.${name.value}`, { typeName, fieldName: name.value, set })
  })
  if (computed.size === 0) return [{ node, computes: false }]
  const taken = [...computed.values()].map(({ set }) => set)
  const part = (keep: (typeName: string, fieldName: string) => boolean, more: SelectionSetNode[]): FetchPart[] => {
    const operation = operationWith(document, keep)
    if (!operation) return []
    const requires = (node.requires ?? []).map(selection =>
      selection.kind === 'InlineFragment'
        ? {
            ...selection,
            selections: only(selection.selections, [
              ...keysIn(selection.selections, keysOf(selection.typeCondition ?? ''), taken),
              ...more,
            ]),
          }
        : selection,
    )
    const used = new Set<string>()
    visit(operation, { Variable: ({ name }) => void used.add(name.value) })
    const variableUsages = (node.variableUsages ?? []).filter(name => used.has(name))
    const asked = { ...node, operation: stripIgnoredCharacters(print(operation)), requires, variableUsages }
    return [{ node: asked, computes: more.length > 0 }]
  }
  return [
    ...part((typeName, fieldName) => !requirementOf(typeName, fieldName), []),
    ...[...computed.values()].flatMap(one =>
      part((typeName, fieldName) => typeName === one.typeName && fieldName === one.fieldName, [one.set]),
    ),
  ]
}

/** Two of its fields take the same field with different arguments: one representation cannot say both. */
export function needsParts(node: FetchNode, required: RequiredFields): boolean {
  const taken = new Map<string, string>()
  let conflict = false
  const look = (selection: QueryPlanSelectionNode) => {
    if (selection.kind === 'Field') {
      const coordinate = required.get(selection.name)?.coordinate
      if (coordinate) {
        if ((taken.get(coordinate) ?? selection.name) !== selection.name) conflict = true
        taken.set(coordinate, selection.name)
      }
    }
    selection.selections?.forEach(look)
  }
  node.requires?.forEach(look)
  return conflict
}

/** What only the planner knows, as subgraphs know it: fetched under an alias, told under its own name. */
export function withOwnNames(node: FetchNode, required: RequiredFields): FetchNode {
  if (required.size === 0) return node
  const document = parse(node.operation, { noLocation: true })
  let changed = false
  const named: DocumentNode = visit(document, {
    Field: field => {
      const own = required.get(field.name.value)?.field
      if (!own) return undefined
      changed = true
      return { ...field, alias: field.alias ?? field.name, name: own.name, arguments: own.arguments ?? [] }
    },
  })
  const renames: FetchDataRewrite[] = []
  const look = (path: string[]) => (selection: QueryPlanSelectionNode) => {
    if (selection.kind === 'InlineFragment') return selection.selections.forEach(look(path))
    selection.selections?.forEach(look([...path, selection.name]))
    const own = required.get(selection.name)?.field
    if (own) renames.push({ kind: 'KeyRenamer', path: [...path, selection.name], renameKeyTo: own.name.value })
  }
  node.requires?.forEach(look([]))
  return {
    ...node,
    ...(changed ? { operation: stripIgnoredCharacters(print(named)) } : {}),
    ...(renames.length > 0 ? { inputRewrites: [...(node.inputRewrites ?? []), ...renames] } : {}),
  }
}

function eachEntityField(document: DocumentNode, take: (typeName: string, field: FieldNode) => void): void {
  operationWith(document, (typeName, _, field) => {
    take(typeName, field)
    return true
  })
}

/** The operation with those fields of its entities that are kept; undefined where none is. */
function operationWith(
  document: DocumentNode,
  keep: (typeName: string, fieldName: string, field: FieldNode) => boolean,
): DocumentNode | undefined {
  const filter = (set: SelectionSetNode, typeName: string): SelectionSetNode | undefined => {
    const selections = set.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return keep(typeName, selection.name.value, selection) ? [selection] : []
      if (selection.kind !== Kind.INLINE_FRAGMENT) return [selection]
      const selectionSet = filter(selection.selectionSet, selection.typeCondition?.name.value ?? typeName)
      return selectionSet ? [{ ...selection, selectionSet }] : []
    })
    return selections.length > 0 ? { ...set, selections } : undefined
  }
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  )
  const entities = operation?.selectionSet.selections[0]
  if (entities?.kind !== Kind.FIELD || !entities.selectionSet) return undefined
  const selectionSet = filter(entities.selectionSet, '')
  if (!selectionSet) return undefined
  const used = new Set(['representations'])
  visit(selectionSet, { Variable: ({ name }) => void used.add(name.value) })
  for (const directive of operation!.directives ?? [])
    visit(directive, { Variable: ({ name }) => void used.add(name.value) })
  return {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        ...operation!,
        variableDefinitions: operation!.variableDefinitions?.filter(one => used.has(one.variable.name.value)) ?? [],
        selectionSet: { kind: Kind.SELECTION_SET, selections: [{ ...entities, selectionSet }] },
      },
    ],
  }
}

/** The keys that a representation has, if possible one that is no requirement as well. */
function keysIn(
  selections: readonly QueryPlanSelectionNode[],
  keys: readonly SelectionSetNode[],
  taken: readonly SelectionSetNode[],
): SelectionSetNode[] {
  const names = new Set(selections.flatMap(one => (one.kind === 'Field' ? [one.name] : [])))
  const whole = keys.filter(key => key.selections.every(one => one.kind !== Kind.FIELD || names.has(one.name.value)))
  const apart = whole.filter(key => [...namesIn(key)].every(name => !below(taken, name)))
  return apart.length > 0 ? apart : whole.slice(0, 1)
}

function only(
  selections: readonly QueryPlanSelectionNode[],
  sets: readonly SelectionSetNode[],
): QueryPlanSelectionNode[] {
  return selections.flatMap((selection): QueryPlanSelectionNode[] => {
    if (selection.kind === 'InlineFragment') return [{ ...selection, selections: only(selection.selections, sets) }]
    if (selection.name === '__typename') return [selection]
    const inner = below(sets, selection.name)
    if (!inner) return []
    return [selection.selections ? { ...selection, selections: only(selection.selections, inner) } : selection]
  })
}
