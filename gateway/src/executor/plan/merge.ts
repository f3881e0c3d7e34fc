import { type Fields, isFields, own, setOwn } from './place.js'

/**
 * Puts what a fetch brought into the place it was fetched for. Two subgraphs may tell of the same object: what one says
 * is null does not take away what the other knows, and lists of different lengths are not mixed, the first one stays.
 * `copying` for all but the last place of one entity: what later fetches merge into one must not show in another.
 */
export function merge(into: Fields, brought: Fields, copying = false): void {
  for (const key in brought) {
    const value = brought[key]
    if (value === undefined) continue
    const present = own(into, key)
    if (present === undefined) setOwn(into, key, copying ? copyOf(value) : value)
    else if (Array.isArray(present)) mergeItems(present, value, copying)
    else if (isFields(present)) {
      if (isFields(value)) merge(present, value, copying)
    } else if (value !== null) setOwn(into, key, copying ? copyOf(value) : value)
  }
}

function mergeItems(into: unknown[], brought: unknown, copying: boolean): void {
  if (!Array.isArray(brought) || brought.length !== into.length) return
  for (let index = 0; index < into.length; index++) {
    const present = into[index]
    const value = brought[index]
    if (Array.isArray(present)) mergeItems(present, value, copying)
    else if (isFields(present)) {
      if (isFields(value)) merge(present, value, copying)
    } else if (value !== null) into[index] = copying ? copyOf(value) : value
  }
}

function copyOf<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(copyOf) as Value
  if (!isFields(value)) return value
  const copy: Fields = {}
  for (const key in value) setOwn(copy, key, copyOf(value[key]))
  return copy as Value
}
