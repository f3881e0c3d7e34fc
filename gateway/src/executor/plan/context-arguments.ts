import type { FetchDataKeyRenamer } from '@apollo/query-planner'
import { writeJson } from '../numbers/write-json.js'
import { type Fields, objectAbove, type Place, type PlanPath, placesAt, setOwn } from './place.js'
import { valueAt } from './rewrites.js'
import type { Types } from './types.js'

export interface InContext {
  /** Variables of the fetch, by name. */
  values: Fields
  objects: Fields[]
}

/**
 * `@fromContext`: arguments whose values stand somewhere above an entity. They are variables of the whole fetch, so that
 * entities of different contexts are fetched apart.
 */
export function byContext(
  fetched: Fields,
  objects: Fields[],
  path: PlanPath,
  rewrites: readonly FetchDataKeyRenamer[],
  types: Types,
): InContext[] {
  const places = placesAt(fetched, path)
  const groups = new Map<string, InContext>()
  for (const object of objects) {
    const values: Fields = {}
    for (const { path, renameKeyTo } of rewrites)
      setOwn(values, renameKeyTo, contextValue(places.get(object), path, types))
    const key = writeJson(values)
    const group = groups.get(key)
    if (group) group.objects.push(object)
    else groups.set(key, { values, objects: [object] })
  }
  return [...groups.values()]
}

/** `["..", "... on Order", "currency"]`: as many objects up as there are `..`, then down. */
function contextValue(place: Place | undefined, path: readonly string[], types: Types): unknown {
  let here = place
  let down = 0
  while (path[down] === '..' && here) {
    here = objectAbove(here)
    down++
  }
  return here && valueAt(here.value, path.slice(down), types)
}
