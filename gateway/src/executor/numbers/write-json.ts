import { stringify } from 'lossless-json'
import { ExactNumber, roundings } from './exact-number.js'

/** As `JSON.stringify`, which writes all where no number is exact; exact numbers are written as they are. */
export function writeJson(value: unknown): string {
  const before = roundings()
  const text = JSON.stringify(value)
  return roundings() === before ? text : stringify(value, null, undefined, [AS_IT_IS])!
}

const AS_IT_IS = {
  test: (value: unknown) => value instanceof ExactNumber,
  stringify: (value: unknown) => (value as ExactNumber).text,
}
