import { useEffect, useState } from 'react'

const STEPS: [seconds: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60, 'second'],
  [3600, 'minute'],
  [86_400, 'hour'],
  [86_400 * 30, 'day'],
  [86_400 * 365, 'month'],
  [Number.POSITIVE_INFINITY, 'year'],
]
const SECONDS: Partial<Record<Intl.RelativeTimeFormatUnit, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  month: 86_400 * 30,
  year: 86_400 * 365,
}
const words = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto', style: 'short' })
const exactly = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })

/** `12 min ago`, `in 3 days`. */
export function relative(at: Date, now = Date.now()): string {
  const seconds = (at.getTime() - now) / 1000
  if (Math.abs(seconds) < 10) return 'just now'
  const [, unit] = STEPS.find(([limit]) => Math.abs(seconds) < limit)!
  return words.format(Math.trunc(seconds / SECONDS[unit]!), unit).replace('.', '')
}

/** A moment as people say it; the exact one on hover. */
export function Ago({ at }: { at: string | null | undefined }) {
  const [, tick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => tick(count => count + 1), 30_000)
    return () => clearInterval(timer)
  }, [])
  if (!at) return <span>never</span>
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return <span>{at}</span>
  return (
    <time dateTime={at} title={exactly.format(date)}>
      {relative(date)}
    </time>
  )
}
