/** Whether a number in it was beyond what a double holds (`1e999`): JSON has no word for what is left of it. */
export function hasInfinite(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(hasInfinite)
}
