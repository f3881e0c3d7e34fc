import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { LandedFile, QuarantinedRow } from './landed.js'
import type { BadRow } from './load.js'

/**
 * Quarantined rows of a port, a page at a time: files in order of their hash, lines in order. `after` is the cursor of
 * the last page (`<sha256>:<number of rows read of it>`).
 */
export async function readQuarantine(
  folder: string,
  port: string,
  { limit, after }: { limit: number; after?: string },
): Promise<{ rows: QuarantinedRow[]; cursor?: string }> {
  const [afterFile = '', afterCount = '0'] = after?.split(':') ?? []
  const files = (await readdir(path.join(folder, port)).catch(() => []))
    .filter(name => name.endsWith('.ndjson') && name.slice(0, -'.ndjson'.length) >= afterFile)
    .sort()
  const rows: QuarantinedRow[] = []
  for (const name of files) {
    const sha256 = name.slice(0, -'.ndjson'.length)
    const skip = sha256 === afterFile ? Number(afterCount) : 0
    let count = 0
    const lines = createInterface({ input: createReadStream(path.join(folder, port, name)), crlfDelay: Infinity })
    for await (const line of lines) {
      count++
      if (count <= skip || line === '') continue
      if (rows.length === limit) return { rows, cursor: `${sha256}:${count - 1}` }
      rows.push(JSON.parse(line) as QuarantinedRow)
    }
  }
  return { rows }
}

/** Writes the quarantine of one landed file, in place of what an earlier way of typing left; nothing where all fits. */
export async function writeQuarantine(folder: string, file: LandedFile, rows: BadRow[]): Promise<void> {
  const target = path.join(folder, file.port, `${file.sha256}.ndjson`)
  if (rows.length === 0) return forgetQuarantine(folder, file)
  await mkdir(path.dirname(target), { recursive: true })
  const { port, sha256, name } = file
  function* lines() {
    for (const row of rows) yield `${JSON.stringify({ port, sha256, file: name, ...row } satisfies QuarantinedRow)}\n`
  }
  await pipeline(Readable.from(lines()), createWriteStream(`${target}.new`))
  await rename(`${target}.new`, target)
}

export function forgetQuarantine(folder: string, { port, sha256 }: Pick<LandedFile, 'port' | 'sha256'>): Promise<void> {
  return rm(path.join(folder, port, `${sha256}.ndjson`), { force: true })
}
