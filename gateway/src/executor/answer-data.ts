/** In characters. Below it a buffer of its own costs more than it saves. */
const LONG_TEXT = 4096

/**
 * An answer's `data` as JSON text: written once, by the projection, and sent as it is. Whoever needs the object behind it
 * has it made, by `toJSON` or by `JSON.stringify`.
 */
export class WrittenData {
  private written: string | undefined
  private encoded: Buffer | undefined

  constructor(text: string) {
    this.written = text
  }

  get text(): string {
    return this.written ?? this.encoded!.toString()
  }

  /** Of what is kept; else undefined. */
  get bytes(): Buffer | undefined {
    return this.encoded
  }

  /**
   * For one that is given again: a long text is encoded once, which is most of what giving it costs. Gives the whole of it
   * and what stands before and after it; of that the data is a part from then on, to be held only once.
   */
  keepBetween(before: string, after: string): string | Buffer {
    const { text } = this
    if (text.length <= LONG_TEXT) return before + text + after
    const body = Buffer.from(before + text + after)
    this.encoded = body.subarray(Buffer.byteLength(before), body.length - Buffer.byteLength(after))
    this.written = undefined
    return body
  }

  /** Of its text in UTF-8. */
  get byteLength(): number {
    return this.encoded?.length ?? Buffer.byteLength(this.text)
  }

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
export function answerText(answer: Answer): string {
  const { data } = answer
  const [before, after] = around(answer)
  if (data === undefined) return before + after
  return before + (data instanceof WrittenData ? data.text : JSON.stringify(data)) + after
}

/** The same as it is sent: encoded once, for a long text would be put together to be measured, and again to be sent. */
export function answerBody(answer: Answer): string | Buffer {
  const { data } = answer
  if (data instanceof WrittenData && data.bytes) {
    const [before, after] = around(answer)
    return Buffer.concat([Buffer.from(before), data.bytes, Buffer.from(after)])
  }
  const text = answerText(answer)
  return text.length > LONG_TEXT ? Buffer.from(text) : text
}

/** The body of an answer that is given again, put together once; undefined where errors have to be told for each. */
export function keptBody(answer: Answer): string | Buffer | undefined {
  const { data, errors } = answer
  if (!(data instanceof WrittenData)) return undefined
  if (errors === undefined) return data.keepBetween(...around(answer))
  data.keepBetween('', '')
  return undefined
}

/** All of a body that is not its data. */
export const aroundData = (answer: Answer): string => around(answer).join()

/** What stands before and after the data. */
function around({ errors, data, extensions }: Answer): [before: string, after: string] {
  const before = errors === undefined ? [] : [`"errors":${JSON.stringify(errors)}`]
  if (data !== undefined) before.push('"data":')
  const told = extensions === undefined ? '' : `"extensions":${JSON.stringify(extensions)}`
  const comma = told !== '' && before.length > 0 ? ',' : ''
  return [`{${before.join(',')}`, `${comma}${told}}\n`]
}
