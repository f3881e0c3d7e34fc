import { isFields, setOwn } from '../plan/place.js'
import { ExactNumber } from './exact-number.js'

/** With doubles for exact numbers, for whoever only knows those; the very same value where it has none. */
export function rounded<Value>(value: Value): Value {
  if (value instanceof ExactNumber) return Number(value.text) as Value
  if (Array.isArray(value)) {
    const items = value.map(rounded)
    return items.every((item, index) => Object.is(item, value[index])) ? value : (items as Value)
  }
  if (!isFields(value)) return value
  let copy: Record<string, unknown> | undefined
  for (const key of Object.keys(value)) {
    const one = rounded(value[key])
    if (Object.is(one, value[key])) continue
    copy ??= { ...value }
    setOwn(copy, key, one)
  }
  return (copy ?? value) as Value
}
