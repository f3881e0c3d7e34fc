/**
 * An answer's `data` as JSON text: written once, by the projection, and sent as it is. Whoever needs the object behind it
 * has it made, by `toJSON` or by `JSON.stringify`.
 */
export class WrittenData {
  constructor(readonly text: string) {}

  toJSON(): Record<string, unknown> {
    return JSON.parse(this.text)
  }
}

/** What an answer is on its way out, before and after errors are masked. */
interface Answer {
  errors?: readonly unknown[] | undefined
  data?: unknown
  extensions?: unknown
}

/** The body of an answer, `errors` first, so that who reads it meets them first. */
export function answerText({ errors, data, extensions }: Answer): string {
  let text = '{'
  if (errors !== undefined) text += `"errors":${JSON.stringify(errors)}`
  if (data !== undefined) {
    const written = data instanceof WrittenData ? data.text : JSON.stringify(data)
    text += `${text === '{' ? '' : ','}"data":${written}`
  }
  if (extensions !== undefined) text += `${text === '{' ? '' : ','}"extensions":${JSON.stringify(extensions)}`
  return `${text}}\n`
}
