/** What JSON writes otherwise than it is, lone surrogates included; the pairs among them go the long way too. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/

/** A text as JSON that is known to have nothing that needs escaping. */
export const enclosed = (text: string): string => `"${text}"`

/** A text as JSON, at the price of one look where nothing in it needs escaping. */
export function quoted(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`
}
