import { ExactNumber, numberOf } from './exact-number.js'

/** With the point: any number of 15 digits comes out of a double as it went in. */
const DIGITS = 16

/** From the first digit on; sticky. */
const NUMBER = /[\d.]+(?:[eE][+-]?\d+)?/y

/**
 * Whether `JSON.parse` would round a number of this JSON. Looks at one character of sixteen: where as many digits stand
 * together one of them is among those. A text that has a number in it may be taken for one.
 */
export function mayRound(json: string): boolean {
  for (let at = DIGITS - 1; at < json.length; at += DIGITS) {
    if (!isDigit(json.charCodeAt(at))) continue
    // Half of so many stand on one of its sides, with it.
    if (!isDigit(json.charCodeAt(at - DIGITS / 2)) && !isDigit(json.charCodeAt(at + DIGITS / 2))) continue
    let start = at
    while (isDigit(json.charCodeAt(start - 1))) start--
    while (isDigit(json.charCodeAt(at + 1))) at++
    if (at - start + 1 < DIGITS || !beginsAt(json, start)) continue
    NUMBER.lastIndex = start
    if (numberOf(NUMBER.exec(json)![0]) instanceof ExactNumber) return true
  }
  return false
}

/** Digits, and the point between them. */
const isDigit = (code: number) => (code >= 48 && code <= 57) || code === 46

/** What a number is a text begins with a quote; of numbers only the sign stands before the digits. */
function beginsAt(json: string, start: number): boolean {
  const before = json[start - 1] === '-' ? json[start - 2] : json[start - 1]
  return before === undefined || ':,[ \n\r\t'.includes(before)
}
