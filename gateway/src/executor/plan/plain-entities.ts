import { type Fields, own } from './place.js'

/** By the value of one field after the other: a branch for each, at the end the places of the entity. */
type Branch = Map<unknown, Branch | Fields[]>

/**
 * Tells entities apart by their plain values, for the many places where few entities stand: without a representation and
 * without a text as key for any but the first place.
 */
export class PlainEntities {
  private readonly byType = new Map<unknown, Branch>()

  /** The places of this entity so far, to be added to; undefined where a value is not plain. */
  of(entity: Fields, names: readonly string[]): Fields[] | undefined {
    for (const name of names) if (!isPlain(own(entity, name))) return undefined
    let branch = below(this.byType, own(entity, '__typename'))
    const last = names.length - 1
    for (let index = 0; index < last; index++) branch = below(branch, own(entity, names[index]!))
    const value = own(entity, names[last]!)
    const known = branch.get(value) as Fields[] | undefined
    if (known) return known
    const places: Fields[] = []
    branch.set(value, places)
    return places
  }
}

function below(branch: Branch, value: unknown): Branch {
  const known = branch.get(value) as Branch | undefined
  if (known) return known
  const made: Branch = new Map()
  branch.set(value, made)
  return made
}

const isPlain = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null
