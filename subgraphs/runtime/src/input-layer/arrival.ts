import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { gunzip } from './gunzip.js'
import type { LandedFile } from './landed.js'
import { FileFault, fault } from './load.js'

/** Unpacks gzip, which also proves it whole, and lets DuckDB read in parallel. */
export async function plainBytes(file: LandedFile, scratch: string): Promise<string> {
  const found = await stat(file.path).catch(() => undefined)
  if (found === undefined) {
    const { problem } = fault({ file }, 'INPUT_UNREADABLE', { reason: 'it is gone from the input layer' })
    throw new FileFault(problem, true)
  }
  let plain = file.path
  if (file.compression === 'gzip') {
    plain = path.join(scratch, file.sha256)
    const reason = await gunzip(file.path, createWriteStream(plain))
    if (reason !== undefined) throw fault({ file }, 'INPUT_UNREADABLE', { reason })
  }
  if ((await stat(plain)).size === 0) throw fault({ file }, 'INPUT_EMPTY')
  return plain
}

/** What makes two landed files different loads: the content, and what the name says of it. */
export function keyOf(file: LandedFile): string {
  return [file.sha256, ...[...partitionsOf(file.name)].map(([name, value]) => `${name}=${value}`)].join('/')
}

/** Hive partitions in a name: `year=2026/country=GB/part-0.parquet`. */
export function partitionsOf(name: string): Map<string, string | null> {
  const pairs = name
    .split('/')
    .slice(0, -1)
    .flatMap(segment => {
      const at = segment.indexOf('=')
      return at > 0 ? [[decode(segment.slice(0, at)), decode(segment.slice(at + 1))] as const] : []
    })
  return new Map(pairs.map(([key, value]) => [key, value === '__HIVE_DEFAULT_PARTITION__' ? null : value]))
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
