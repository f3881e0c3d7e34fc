/** A JSON number that a double cannot hold, as it was written. Immutable: places may share it. */
export class ExactNumber {
  constructor(readonly text: string) {}

  /** For whoever writes it without `writeJson`: rounded, as any other reader of JSON takes it. */
  toJSON(): number {
    rounded++
    return Number(this.text)
  }
}

let rounded = 0

/** How many were so far: the same before and after something is written where nothing in it was. */
export const roundings = (): number => rounded

/** A JSON number as a double where that is the same number, or is none at all (`1e999`, `1e-999`); else as it is written. */
export function numberOf(text: string): number | ExactNumber {
  const number = Number(text)
  if (number === 0 || !Number.isFinite(number)) return number
  const written = String(number)
  return written === text || digitsOf(text) === digitsOf(written) ? number : new ExactNumber(text)
}

/** The nearest double to a text has its exponent, so that they are one number if these are the same. */
function digitsOf(text: string): string {
  const [mantissa = ''] = text.split(/[eE]/)
  const digits = mantissa.replace(/[-.]/g, '')
  // Step by step: a pattern would look at zeros in the middle as often as there are.
  let start = 0
  while (digits[start] === '0') start++
  let end = digits.length
  while (end > start && digits[end - 1] === '0') end--
  return digits.slice(start, end)
}
