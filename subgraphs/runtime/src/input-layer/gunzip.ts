import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Transform, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

/** Node's own 16 KiB take twice as long. */
const GUNZIP_BYTES = 256 * 1024
/** Tables pack 5 to 50 times; what unpacks to more than this is meant to fill the disk. */
const LARGEST_RATIO = 200
const ALWAYS_FINE_BYTES = 64 * 1024 ** 2

/**
 * Unpacks a gzip file into `sink`. Answers why it cannot be used, where its gzip is damaged, not whole, or a bomb; other
 * failures (no space, no file) are thrown.
 */
export async function gunzip(file: string, sink: Writable): Promise<string | undefined> {
  const { size } = await stat(file)
  const most = Math.max(ALWAYS_FINE_BYTES, size * LARGEST_RATIO)
  let bytes = 0
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done(bytes > most ? new Bomb() : null, chunk)
    },
  })
  try {
    await pipeline(createReadStream(file), createGunzip({ chunkSize: GUNZIP_BYTES }), bounded, sink)
    return undefined
  } catch (error) {
    if (error instanceof Bomb) return `it unpacks to more than ${LARGEST_RATIO} times its size`
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_')) return 'its gzip is damaged or not whole'
    throw error
  }
}

class Bomb extends Error {}
