/** Levels of JSON: far beyond what anybody means, and far from what cannot be gone through or written. */
export const DEEPEST = 500

/** Whether lists and objects are no more than so many levels deep. */
export function isNestedWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (levels === 0) return false
  return Object.values(value).every(one => isNestedWithin(one, levels - 1))
}
