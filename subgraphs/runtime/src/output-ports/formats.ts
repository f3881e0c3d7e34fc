import type { ExportFormat } from '../output-layer/store.js'

export const MEDIA_TYPES: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8; header=present',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
}

const ACCEPTED: Record<string, ExportFormat> = {
  'text/csv': 'csv',
  'text/*': 'csv',
  'application/json': 'json',
  'application/*': 'json',
  '*/*': 'json',
  'text/html': 'json',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/vnd.apache.parquet': 'parquet',
  'application/parquet': 'parquet',
}

/** The format that an Accept header likes best (RFC 9110 §12.5.1): JSON without one, undefined where none will do. */
export function preferredFormat(accept: string | null): ExportFormat | undefined {
  if (accept === null || accept.trim() === '') return 'json'
  const ranked = accept
    .split(',')
    .map(range => {
      const [type = '', ...parameters] = range.split(';').map(part => part.trim().toLowerCase())
      const quality = parameters.find(parameter => parameter.startsWith('q='))
      return { type, quality: quality === undefined ? 1 : Number(quality.slice(2)) }
    })
    .filter(({ type, quality }) => quality > 0 && Object.hasOwn(ACCEPTED, type))
    .sort((a, b) => b.quality - a.quality)
  return ranked[0] && ACCEPTED[ranked[0].type]
}
