import { type Problem, problem } from '../problems/problem.js'
import { CustomProperties } from './custom-properties.js'
import type { Server } from './model.js'
import type { Source } from './source.js'

/** What the formats of files are called in the wild, and what they are. */
const FORMATS: Record<string, Server['format']> = {
  csv: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  jsonlines: 'ndjson',
  parquet: 'parquet',
}

/** ODCS `servers`: what a connector needs. The type `custom` names its connector in `terrane.connector`. */
export function readServers(root: Source, problems: Problem[]): Server[] {
  return root.list('servers').flatMap(source => {
    const server = source.text('server')
    const type = source.text('type')
    if (server === undefined || type === undefined) return []
    const custom = new CustomProperties(source)
    const connector = type === 'custom' ? custom.text('terrane.connector', problems) : type
    if (connector === undefined) {
      if (custom.get('terrane.connector') === undefined) {
        problems.push(problem('SERVER_CONNECTOR_MISSING', { server }, source.place))
      }
      return []
    }
    const { server: _, type: __, customProperties: ___, ...settings } = source.plain() as Record<string, unknown>
    const written = source.text('format')?.toLowerCase()
    // JSON documents one a line are ndjson (ODCS "delimiter": new_line).
    const lines = written === 'json' && source.text('delimiter') === 'new_line'
    const format = written === undefined ? undefined : lines ? 'ndjson' : FORMATS[written]
    return [
      {
        server,
        connector,
        ...(format === undefined ? {} : { format }),
        settings: { ...settings, ...custom.plain() },
      },
    ]
  })
}
