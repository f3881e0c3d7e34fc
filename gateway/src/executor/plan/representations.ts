import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { writeJson } from '../numbers/write-json.js'
import { type Fields, isFields, own, setOwn } from './place.js'
import { PlainEntities } from './plain-entities.js'
import { compileRewrites, type Rewrite } from './rewrites.js'
import type { Types } from './types.js'

/** Each entity once, with all the objects of the answer that are it. */
export interface Batch {
  representations: Fields[]
  /** By index of the representation. */
  entities: Fields[][]
  /** What cannot be asked for. */
  incomplete: Fields[]
}

/** Applies to this entity, but what it takes was not fetched. */
const INCOMPLETE = Symbol('what a representation takes is missing')

/** What a subgraph must be told to find the entities of a fetch. */
export class Representations {
  private readonly selections: readonly QueryPlanSelectionNode[]
  private readonly rewrite: Rewrite | undefined
  /** By type name: the fields of a representation that is nothing but fields, beside the type's name. */
  private readonly plain = new Map<unknown, readonly string[] | undefined>()

  constructor(
    { requires, inputRewrites }: Pick<FetchNode, 'requires' | 'inputRewrites'>,
    private readonly types: Types,
    /** Whether every fragment that applies must be told wholly; else one is enough to find the entity by. */
    private readonly wholly: boolean,
  ) {
    this.selections = requires ?? []
    this.rewrite = compileRewrites(inputRewrites, types)
  }

  batch(entities: readonly Fields[]): Batch {
    const batch: Batch = { representations: [], entities: [], incomplete: [] }
    const plain = new PlainEntities()
    const others = new Map<string, Fields[]>()
    for (const entity of entities) {
      const names = this.plainFields(own(entity, '__typename'))
      const seen = names && plain.of(entity, names)
      if (seen && seen.length > 0) {
        seen.push(entity)
        continue
      }
      const representation = this.of(entity)
      if (representation === undefined) continue
      if (representation === INCOMPLETE) {
        batch.incomplete.push(entity)
        continue
      }
      const key = seen ? undefined : writeJson(representation)
      const same = seen ?? others.get(key!) ?? []
      if (key !== undefined) others.set(key, same)
      if (same.push(entity) > 1) continue
      batch.representations.push(representation)
      batch.entities.push(same)
    }
    return batch
  }

  /** Undefined for an entity that the fetch is not about. */
  private of(entity: Fields): Fields | undefined | typeof INCOMPLETE {
    let representation: Fields | undefined
    let incomplete = false
    for (const selection of this.selections) {
      if (!applies(selection, entity, this.types)) continue
      const part = select(entity, selection.selections ?? [], this.types)
      if (part === INCOMPLETE) incomplete = true
      else if (representation) mergeFields(representation, part)
      else representation = part
    }
    if (incomplete && (this.wholly || representation === undefined)) return INCOMPLETE
    if (representation === undefined) return undefined
    this.rewrite?.(representation)
    return representation
  }

  private plainFields(typeName: unknown): readonly string[] | undefined {
    let names = this.plain.get(typeName)
    if (names === undefined && !this.plain.has(typeName)) {
      names = this.plainFieldsOf(typeName)
      this.plain.set(typeName, names)
    }
    return names
  }

  private plainFieldsOf(typeName: unknown): readonly string[] | undefined {
    const [selection, another] = this.selections.filter(
      one => one.kind === 'InlineFragment' && one.typeCondition && this.types.covers(one.typeCondition, typeName),
    )
    const fields = selection?.selections ?? []
    if (another || !fields.every(one => one.kind === 'Field' && !one.selections)) return undefined
    const names = fields.flatMap(one => (one.kind === 'Field' ? [one.alias ?? one.name] : []))
    const values = names.filter(name => name !== '__typename')
    return values.length > 0 ? values : undefined
  }
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
