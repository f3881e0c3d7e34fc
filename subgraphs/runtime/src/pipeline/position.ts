/** Line and column, from 1, of a byte offset as DuckDB counts it; the column counts characters. */
export function positionAt(text: string, byteOffset: number | undefined): { line?: number; column?: number } {
  if (byteOffset === undefined) return {}
  const bytes = Buffer.from(text)
  if (byteOffset > bytes.length) return {}
  const lines = bytes.subarray(0, byteOffset).toString().split('\n')
  return { line: lines.length, column: [...lines.at(-1)!].length + 1 }
}

/** DuckDB's errors show the line and, below it, a caret: `LINE 2: FROM x …`. Answers the position in the text it was given. */
export function positionInMessage(message: string): { line?: number; column?: number } {
  const lines = message.split('\n')
  const at = lines.findIndex(line => /^LINE \d+: /.test(line))
  if (at === -1) return {}
  const [label, number] = /^LINE (\d+): /.exec(lines[at]!)!
  const caret = lines[at + 1]?.indexOf('^') ?? -1
  // Long lines are cut at the left and begin with dots: only the line is sure then.
  const cut = lines[at]!.startsWith(`${label}...`)
  return { line: Number(number), ...(caret >= label.length && !cut ? { column: caret - label.length + 1 } : {}) }
}
