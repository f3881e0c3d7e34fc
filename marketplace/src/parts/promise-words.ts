import { number } from './numbers'

/** What comes of a promise that is broken, in one and the same word everywhere. */
export const ifBroken = (severity: string | null) => (severity === 'error' ? 'not published' : 'published, and told')

/** What was promised or found, its numbers as all others are written: `100,000 rows`. */
export const foundWords = (text: string | null) =>
  text?.replace(/(?<![\w.,-])\d{5,15}(?![\w,-]|\.\d)/g, digits => number(Number(digits))) ?? null
