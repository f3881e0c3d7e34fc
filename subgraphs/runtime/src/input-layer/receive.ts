import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import type { Property } from '@terrane/schema'
import { type Problem, problem } from '@terrane/schema/problems'
import { type ExamineParquet, inspect } from './inspect.js'
import type { LandedFile, Receipt } from './landed.js'
import { type Landing, land } from './landing.js'

/** What a push says about its body, from HTTP headers and the query. */
export interface Push {
  port: string
  contentType?: string | null
  contentEncoding?: string | null
  /** `?format=`, where the content type does not say it. */
  format?: string | null
  /** `?name=` or the file name of Content-Disposition; made up where none is given. */
  name?: string | null
}

const BY_CONTENT_TYPE: Record<string, LandedFile['format']> = {
  'text/csv': 'csv',
  'application/csv': 'csv',
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/x-jsonlines': 'ndjson',
  'application/vnd.apache.parquet': 'parquet',
  'application/x-parquet': 'parquet',
  'application/parquet': 'parquet',
}
const FORMATS = ['csv', 'json', 'ndjson', 'parquet'] as const

/** Lands what is pushed: a file, or JSON messages (one object, or an array of them), which are a small json file. */
export async function receive(
  push: Push,
  body: ReadableStream<Uint8Array> | null,
  landing: Landing,
  inspected: { properties: Property[]; examineParquet: ExamineParquet },
): Promise<{ receipt?: Receipt; problems: Problem[] }> {
  const { port } = push
  const encoding = (push.contentEncoding ?? '').trim().toLowerCase()
  if (!['', 'identity', 'gzip', 'x-gzip'].includes(encoding)) {
    return { problems: [problem('INPUT_ENCODING_UNKNOWN', { port, given: encoding })] }
  }
  const type = (push.contentType ?? '').split(';')[0]!.trim().toLowerCase()
  const format = push.format
    ? FORMATS.find(each => each === push.format?.toLowerCase())
    : Object.hasOwn(BY_CONTENT_TYPE, type)
      ? BY_CONTENT_TYPE[type]
      : undefined
  if (format === undefined) {
    return { problems: [problem('INPUT_FORMAT_UNKNOWN', { port, given: push.format || type || 'nothing' })] }
  }
  const name = plain(push.name) || `${randomUUID()}.${format}`
  const compression = encoding.endsWith('gzip') ? ({ compression: 'gzip' } as const) : {}
  const from = body === null ? Readable.from([]) : Readable.fromWeb(body as NodeReadableStream)
  const landed = await land(landing, { port, name, format, ...compression }, from, {
    inspect: file => inspect(file, inspected.properties, inspected.examineParquet),
  })
  if (landed.file === undefined) return { problems: landed.problems }
  const { sha256, bytes, receivedAt } = landed.file
  return { receipt: { port, sha256, bytes, duplicate: landed.duplicate, receivedAt }, problems: [] }
}

/** A sender's name is shown to people and may hold hive partitions; it is never a path on our disk. */
function plain(name: string | null | undefined): string {
  return [...(name ?? '')]
    .filter(character => character >= ' ' && character !== '\x7f')
    .join('')
    .slice(0, 300)
}
