/** Whether a text names something that its reader may not know of. */
export type Tells = (text: string) => boolean

/**
 * `hidden` are names that must not be told, `known` those that the reader knows anyway. However a name is written:
 * `customer_email`, `customerEmail`, "Customer e-mails". Longer names are also found within words: a false alarm hides a
 * sentence, a miss would tell a name.
 */
export function tellsOf(known: Iterable<string>, hidden: Iterable<string>): Tells {
  const seen = new Set([...known].map(joined))
  const names = [...new Set(hidden)]
    .filter(name => !seen.has(joined(name)))
    .map(wordsOf)
    .filter(words => words.length > 0)
  return text => {
    if (names.length === 0) return false
    // `amount` is not told by `amount_eur`, which the reader knows.
    const words = wordsOf(text.replace(/[\p{L}\p{N}_]+/gu, name => (seen.has(joined(name)) ? '·' : name)))
    return names.some(name => isIn(words, name))
  }
}

/** Shorter names are in too many words to be looked for within them. */
const WITHIN_WORDS = 5

function isIn(words: string[], name: string[]): boolean {
  const whole = name.join('')
  if (whole.length < WITHIN_WORDS) return words.some((_, at) => words.slice(at, at + name.length).join('') === whole)
  return words.some((word, at) => {
    if (word.includes(whole)) return true
    const run = words.slice(at, at + name.length + 1).join('')
    return name.length > 1 && run.includes(whole)
  })
}

/** Lower-case words; a change of case, of letters to digits and whatever is neither ends one. */
function wordsOf(text: string): string[] {
  return text
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{L})(\p{N})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}·]+/u)
    .filter(word => word !== '')
}

const joined = (name: string) => wordsOf(name).join('')
