import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { type Fields, isFields, type ObjectPlace, own, setOwn } from './place.js'
import { compileRewrites } from './rewrites.js'
import type { Types } from './types.js'

/** Applies to this entity, but what it takes was not fetched. */
export const INCOMPLETE = Symbol('what a representation takes is missing')

/** What a subgraph must be told to find an entity; undefined for an entity that this fetch is not about. */
export type Represent = (entity: Fields) => Fields | undefined | typeof INCOMPLETE

export function compileRepresentation(
  { requires, inputRewrites }: Pick<FetchNode, 'requires' | 'inputRewrites'>,
  types: Types,
): Represent {
  const selections = requires ?? []
  const rewrite = compileRewrites(inputRewrites, types)
  return entity => {
    let representation: Fields | undefined
    let incomplete = false
    for (const selection of selections) {
      if (!applies(selection, entity, types)) continue
      const part = select(entity, selection.selections ?? [], types)
      if (part === INCOMPLETE) incomplete = true
      else if (representation) mergeFields(representation, part)
      else representation = part
    }
    if (representation === undefined) return incomplete ? INCOMPLETE : undefined
    rewrite?.(representation)
    return representation
  }
}

/** Each entity once, with all the places that it stands at. */
export interface Batch {
  representations: Fields[]
  /** By index of the representation. */
  places: ObjectPlace[][]
  /** Places that cannot be asked for. */
  incomplete: ObjectPlace[]
}

export function batchOf(places: readonly ObjectPlace[], represent: Represent): Batch {
  const batch: Batch = { representations: [], places: [], incomplete: [] }
  const known = new Map<string, ObjectPlace[]>()
  for (const place of places) {
    const representation = represent(place.value)
    if (representation === undefined) continue
    if (representation === INCOMPLETE) {
      batch.incomplete.push(place)
      continue
    }
    const key = JSON.stringify(representation)
    const same = known.get(key)
    if (same) {
      same.push(place)
      continue
    }
    const first = [place]
    known.set(key, first)
    batch.representations.push(representation)
    batch.places.push(first)
  }
  return batch
}

function applies(selection: QueryPlanSelectionNode, entity: Fields, types: Types): boolean {
  if (selection.kind === 'Field' || selection.typeCondition === undefined) return true
  return types.covers(selection.typeCondition, own(entity, '__typename'))
}

function select(
  fields: Fields,
  selections: readonly QueryPlanSelectionNode[],
  types: Types,
): Fields | typeof INCOMPLETE {
  const selected: Fields = {}
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      const name = selection.alias ?? selection.name
      const value = selectValue(own(fields, name), selection.selections, types)
      if (value === INCOMPLETE) return INCOMPLETE
      setOwn(selected, name, value)
    } else if (applies(selection, fields, types)) {
      const part = select(fields, selection.selections, types)
      if (part === INCOMPLETE) return INCOMPLETE
      mergeFields(selected, part)
    }
  }
  return selected
}

function selectValue(value: unknown, selections: readonly QueryPlanSelectionNode[] | undefined, types: Types): unknown {
  if (value === undefined) return INCOMPLETE
  if (!selections) return value
  if (Array.isArray(value)) {
    const items = value.map(item => selectValue(item, selections, types))
    return items.includes(INCOMPLETE) ? INCOMPLETE : items
  }
  return isFields(value) ? select(value, selections, types) : null
}

/** Two fragments of the plan may take different parts of the same object. */
function mergeFields(into: Fields, part: Fields): void {
  for (const key of Object.keys(part)) {
    const present = own(into, key)
    const value = part[key]
    if (isFields(present) && isFields(value)) mergeFields(present, value)
    else if (Array.isArray(present) && Array.isArray(value))
      for (const [index, item] of value.entries()) {
        const there = present[index]
        if (isFields(there) && isFields(item)) mergeFields(there, item)
      }
    else setOwn(into, key, value)
  }
}
