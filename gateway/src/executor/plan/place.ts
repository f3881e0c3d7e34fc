import { ExactNumber } from '../numbers/exact-number.js'

/** A value that was fetched, where it stands in the answer. Nothing is copied: fetches merge into `value` itself. */
export interface Place {
  readonly value: unknown
  /** What it is a field or an item of; undefined for the root. */
  readonly parent: Place | undefined
  /** Response name, or index in a list. */
  readonly key: string | number
}

interface ObjectPlace extends Place {
  readonly value: Fields
}

export type Fields = Record<string, unknown>
export type Path = (string | number)[]
export type PlanPath = readonly (string | number)[]

/** The objects at a path of the plan (`@` for every item of a list). Nulls and what a subgraph invented are passed over. */
export function objectsAt(roots: readonly Fields[], path: PlanPath): Fields[] {
  const found: Fields[] = []
  for (const root of roots) collect(root, path, 0, found)
  return found
}

function collect(value: unknown, path: PlanPath, at: number, found: Fields[]): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    const next = path[at] === '@' ? at + 1 : at
    for (let index = 0; index < value.length; index++) collect(value[index], path, next, found)
  } else if (at === path.length) found.push(value as Fields)
  else collect(own(value as Fields, path[at]!), path, at + 1, found)
}

/**
 * Where the objects at a path stand, for errors and contexts only: an answer without either pays for no place. Every
 * object stands at one place, because what is fetched once for several is copied.
 */
export function placesAt(root: Fields, path: PlanPath): Map<Fields, ObjectPlace> {
  const found = new Map<Fields, ObjectPlace>()
  locate({ value: root, parent: undefined, key: '' }, path, 0, found)
  return found
}

function locate(place: Place, path: PlanPath, at: number, found: Map<Fields, ObjectPlace>): void {
  const { value } = place
  if (Array.isArray(value)) {
    const next = path[at] === '@' ? at + 1 : at
    for (const [key, item] of value.entries()) locate({ value: item, parent: place, key }, path, next, found)
  } else if (isFields(value)) {
    const key = path[at]
    if (key === undefined) found.set(value, place as ObjectPlace)
    else locate({ value: own(value, key), parent: place, key }, path, at + 1, found)
  }
}

/** As clients know it: response names and indices. */
export function pathOf(place: Place, ...below: Path): Path {
  const path: Path = below
  for (let here = place; here.parent; here = here.parent) path.unshift(here.key)
  return path
}

/** The object whose field a place is, or of whose list it is an item. */
export function objectAbove(place: Place): Place | undefined {
  let here = place
  while (typeof here.key === 'number' && here.parent) here = here.parent
  return here.parent
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
}

/**
 * Aliases may be called `constructor` or `__proto__`: only what an object has of its own was fetched. What objects inherit
 * is functions, which no JSON has, and their prototype: of all else it need not be asked whose it is.
 */
export function own(fields: Fields, key: string | number): unknown {
  const value = fields[key]
  if (typeof value !== 'function' && key !== '__proto__') return value
  return Object.hasOwn(fields, key) ? value : undefined
}

export function setOwn(fields: Fields, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(fields, key, OF_ITS_OWN(value))
  else fields[key] = value
}

const OF_ITS_OWN = (value: unknown) => ({ value, enumerable: true, configurable: true, writable: true })
