import type { FetchDataKeyRenamer } from '@apollo/query-planner'
import { type Fields, type ObjectPlace, objectAbove, type Place, setOwn } from './place.js'
import { valueAt } from './rewrites.js'
import type { Types } from './types.js'

export interface InContext {
  /** Variables of the fetch, by name. */
  values: Fields
  places: ObjectPlace[]
}

/**
 * `@fromContext`: arguments whose values stand somewhere above an entity. They are variables of the whole fetch, so that
 * entities of different contexts are fetched apart.
 */
export function byContext(
  places: ObjectPlace[],
  rewrites: readonly FetchDataKeyRenamer[] | undefined,
  types: Types,
): InContext[] {
  if (!rewrites || rewrites.length === 0) return [{ values: {}, places }]
  const groups = new Map<string, InContext>()
  for (const place of places) {
    const values: Fields = {}
    for (const { path, renameKeyTo } of rewrites) {
      const value = contextValue(place, path, types)
      if (value !== undefined) setOwn(values, renameKeyTo, value)
    }
    const key = JSON.stringify(Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1)))
    const group = groups.get(key)
    if (group) group.places.push(place)
    else groups.set(key, { values, places: [place] })
  }
  return [...groups.values()]
}

/** `["..", "... on Order", "currency"]`: as many objects up as there are `..`, then down. */
function contextValue(place: Place, path: readonly string[], types: Types): unknown {
  let here: Place | undefined = place
  let down = 0
  while (path[down] === '..' && here) {
    here = objectAbove(here)
    down++
  }
  return here && valueAt(here.value, path.slice(down), types)
}
