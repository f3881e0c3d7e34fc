/** Dates and times as text, UTC. Every order has several, and `toISOString` makes up a third of writing them down. */
const DAY_MILLISECONDS = 86_400_000
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))
const dates = new Map<number, string>()

/** `2026-03-01` of milliseconds since 1970. */
export function dateOf(at: number): string {
  const day = Math.floor(at / DAY_MILLISECONDS)
  const known = dates.get(day)
  if (known !== undefined) return known
  const date = new Date(at).toISOString().slice(0, 10)
  dates.set(day, date)
  return date
}

/** `13:05:09` of milliseconds since 1970. */
export function timeOf(at: number): string {
  const seconds = Math.floor((at % DAY_MILLISECONDS) / 1000)
  return `${TWO_DIGITS[Math.floor(seconds / 3600)]}:${TWO_DIGITS[Math.floor(seconds / 60) % 60]}:${TWO_DIGITS[seconds % 60]}`
}
