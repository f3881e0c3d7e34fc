import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { AnswerRefused } from './exchange-errors.js'

type Decompress = (body: Buffer, options: zlib.ZlibOptions & zlib.BrotliOptions) => Promise<Buffer>

const gunzip: Decompress = promisify(zlib.gunzip)
const inflate: Decompress = promisify(zlib.inflate)
const unbrotli: Decompress = promisify(zlib.brotliDecompress)

const DECODERS: ReadonlyMap<string, Decompress> = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflate],
  ['br', unbrotli],
])

/** What is asked for where compression is. Node 20 has no zstd. */
export const ACCEPTED_ENCODINGS = 'gzip, br'

/** `bytes` bounds what comes out, so that a few bytes do not become gigabytes. */
export async function decodeBody(body: Buffer, encoding: string, bytes: number): Promise<Buffer> {
  const decompress = DECODERS.get(encoding.trim().toLowerCase())
  if (!decompress) throw new AnswerRefused(`its answer is encoded as ${encoding.slice(0, 40)}, which nobody asked for`)
  try {
    return await decompress(body, { maxOutputLength: bytes })
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    throw new AnswerRefused(
      tooLarge ? `its answer is larger than ${bytes} bytes once decoded` : `its answer is no ${encoding.slice(0, 40)}`,
    )
  }
}
