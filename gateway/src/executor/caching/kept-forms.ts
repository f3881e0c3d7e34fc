export type Encoding = 'br' | 'gzip'

/** Compresses a whole body. */
export type Compress = (encoding: Encoding, body: Buffer) => Promise<Buffer>

const formsOf = new WeakMap<Buffer, { forms: KeptForms; around: string }>()

/** A kept answer's body on its way out, to be compressed no more than once. `around`: what stands beside the data in it. */
export function noteForms(body: Buffer, forms: KeptForms, around: string): void {
  formsOf.set(body, { forms, around })
}

/** Undefined where it has to be compressed by whoever sends it. */
export function keptForm(body: unknown, encoding: Encoding, compress: Compress): Promise<Buffer> | undefined {
  const noted = Buffer.isBuffer(body) ? formsOf.get(body) : undefined
  return noted?.forms.of(encoding, body as Buffer, noted.around, compress)
}

/** What a kept answer is when it is sent, by encoding: compressed when somebody first asks for it so. */
export class KeptForms {
  private readonly compressed = new Map<Encoding, Promise<Buffer>>()
  private around: string | undefined

  /** `room`: whether that many bytes may be kept beside the answer; from then on they are counted. */
  constructor(private readonly room: (bytes: number) => boolean) {}

  of(encoding: Encoding, body: Buffer, around: string, compress: Compress): Promise<Buffer> | undefined {
    this.around ??= around
    // Beside the same data there is something else: another body.
    if (around !== this.around) return undefined
    const known = this.compressed.get(encoding)
    if (known) return known
    const compressing = compress(encoding, body)
    this.compressed.set(encoding, compressing)
    compressing.then(
      ({ length }) => {
        if (!this.room(length)) this.compressed.delete(encoding)
      },
      () => this.compressed.delete(encoding),
    )
    return compressing
  }
}
