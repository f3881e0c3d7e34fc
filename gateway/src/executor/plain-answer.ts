/** Set on answers that are plain; no JSON has symbols. */
const PLAIN = Symbol('plain')

/**
 * Takes note of an answer whose text, as UTF-8, has no backslash: then no text in it has anything that JSON escapes, and
 * each may be written as it is.
 */
export function noteIfPlain<Answer extends object>(answer: Answer & { [PLAIN]?: true }, text: string): Answer {
  if (!text.includes('\\')) answer[PLAIN] = true
  return answer
}

export const isPlain = (answer: object): boolean => PLAIN in answer
