import { open, readFile, stat } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { gunzip } from './gunzip.js'
import type { LandedFile } from './landed.js'

/** JSON up to this is parsed to see that it is whole; more is left to typing. */
const PARSED_BYTES = 16 * 1024 ** 2

/**
 * Cheap signs that a file cannot be whole, for what is pushed: a broken file that was once accepted would fail every
 * later run. Answers the reason, `empty` among them, or undefined where nothing speaks against it.
 */
export async function inspect(
  file: string,
  format: LandedFile['format'],
  compression: LandedFile['compression'],
): Promise<string | undefined> {
  const { size } = await stat(file)
  if (size === 0) return 'empty'
  if (compression === 'gzip') return inspectGzip(file)
  if (format === 'parquet') return (await hasMagic(file)) ? undefined : 'its first or last bytes are missing'
  if (format === 'json' && size <= PARSED_BYTES) return inspectJson(await readFile(file, 'utf8'))
  return undefined
}

async function inspectGzip(file: string): Promise<string | undefined> {
  let bytes = 0
  const count = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done()
    },
  })
  const reason = await gunzip(file, count)
  if (reason !== undefined) return reason
  return bytes === 0 ? 'empty' : undefined
}

/** Parquet, "File Format": the magic number PAR1 stands at both ends, the footer before the last. */
export async function hasMagic(file: string): Promise<boolean> {
  const { size } = await stat(file)
  if (size < 12) return false
  const handle = await open(file, 'r')
  try {
    const ends = Buffer.alloc(8)
    await handle.read(ends, 0, 4, 0)
    await handle.read(ends, 4, 4, size - 4)
    return ends.toString('latin1') === 'PAR1PAR1'
  } finally {
    await handle.close()
  }
}

function inspectJson(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    return typeof value === 'object' && value !== null ? undefined : 'it is neither an object nor an array of objects'
  } catch {
    return 'it is not one whole JSON value'
  }
}
