import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Property } from '@terrane/schema'
import { type Problem, problem } from '@terrane/schema/problems'
import { partitionsOf } from './arrival.js'
import { HEADER_BYTES, layoutOf } from './csv.js'
import { gunzip } from './gunzip.js'
import type { LandedFile } from './landed.js'
import { FileFault } from './load.js'
import { hasMagic } from './magic.js'

/** JSON up to this is parsed to see that it is whole; more is left to typing. */
const PARSED_BYTES = 16 * 1024 ** 2

/** Reads all of a parquet file in a process of its own. Undefined where it is whole, or too large to say in time. */
export type ExamineParquet = (file: LandedFile, properties: Property[]) => Promise<Problem | undefined>

/**
 * What is pushed is looked at before it is kept, for what was once accepted is part of every later run: whether it is
 * whole, and whether it has what the contract requires of every file. `file.path` is where it is now. Answers what is
 * wrong with it.
 */
export async function inspect(
  file: LandedFile,
  properties: Property[],
  examineParquet: ExamineParquet,
): Promise<Problem | undefined> {
  const { port, name, format, compression } = file
  const reason = await brokenness(file)
  if (reason !== undefined) {
    const code = reason === 'empty' ? 'INPUT_EMPTY' : 'INPUT_UNREADABLE'
    return problem(code, { port, file: name, format, reason }, { file: name })
  }
  if (format === 'csv') return inspectHeader(file, properties)
  return format === 'parquet' && compression === undefined ? examineParquet(file, properties) : undefined
}

/** Cheap signs that a file cannot be whole, `empty` among them. */
async function brokenness({ path, format, compression }: LandedFile): Promise<string | undefined> {
  const { size } = await stat(path)
  if (size === 0) return 'empty'
  if (compression === 'gzip') return inspectGzip(path)
  if (format === 'parquet') return (await hasMagic(path)) ? undefined : 'its first or last bytes are missing'
  if (format === 'json' && size <= PARSED_BYTES) return inspectJson(await readFile(path, 'utf8'))
  return undefined
}

async function inspectHeader(file: LandedFile, properties: Property[]): Promise<Problem | undefined> {
  const bytes = createReadStream(file.path)
  const plain = file.compression === 'gzip' ? bytes.pipe(createGunzip()) : bytes
  const head: Buffer[] = []
  let length = 0
  for await (const piece of plain as AsyncIterable<Buffer>) {
    head.push(piece)
    length += piece.length
    if (length >= HEADER_BYTES) break
  }
  bytes.destroy()
  try {
    const partitions = partitionsOf(file.name)
    await layoutOf({ file, path: file.path, properties, partitions }, Buffer.concat(head).subarray(0, HEADER_BYTES))
    return undefined
  } catch (error) {
    if (error instanceof FileFault) return error.problem
    throw error
  }
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

function inspectJson(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    return typeof value === 'object' && value !== null ? undefined : 'it is neither an object nor an array of objects'
  } catch {
    return 'it is not one whole JSON value'
  }
}
