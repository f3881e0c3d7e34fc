/** Deeper than any contract, and far from where the parser's recursion ends the process. */
const DEEPEST = 200
/** Each is looked for in the whole document. */
const MOST_ALIASES = 1000

/**
 * Where a text would nest or repeat itself more than a document may, by its characters alone: the YAML parser calls itself
 * for each level, and documents come from whoever may change a product. Undefined where it may be parsed.
 */
export function nestsTooDeep(text: string): number | undefined {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '[' || character === '{') depth++
    else if ((character === ']' || character === '}') && depth > 0) depth--
    if (depth > DEEPEST) return at
  }
  // In block style a level takes a column of indentation, or an indicator on its line.
  let start = 0
  for (const line of text.split('\n')) {
    const indented = /^[ \t]*/.exec(line)![0].length
    const indicators = line.length > DEEPEST ? (line.match(/(?:^|[ \t])[-?:](?=[ \t])/g)?.length ?? 0) : 0
    if (indented > 2 * DEEPEST || indicators > DEEPEST) return start
    start += line.length + 1
  }
  const alias = [...text.matchAll(/(?:^|[\s,[{])\*[^\s,*\]}]/g)][MOST_ALIASES]
  return alias?.index
}
