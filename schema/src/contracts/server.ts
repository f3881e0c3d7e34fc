import { nearest } from '../problems/nearest.js'
import { type Problem, problem } from '../problems/problem.js'
import { CUSTOM_PROPERTIES, CustomProperties } from './custom-properties.js'
import type { Contract, Dataset, Position, Server } from './model.js'
import { redact } from './redact.js'
import type { Source } from './source.js'

/** What the formats of files are called in the wild, and what they are. */
const FORMATS: Record<string, NonNullable<Server['format']>> = {
  csv: 'csv',
  tsv: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  jsonlines: 'ndjson',
  parquet: 'parquet',
}

/** Connectors that read files of a format; of others a format that is none of ours may be true (avro, delta). */
const OF_FILES = new Set(['local', 'push'])

/** ODCS `servers`: what a connector needs. The type `custom` names its connector in `terrane.connector`. */
export function readServers(root: Source, problems: Problem[]): Server[] {
  return root.list('servers').flatMap(source => {
    const server = source.text('server')
    const type = source.text('type')
    if (server === undefined || type === undefined) return []
    const custom = new CustomProperties(source)
    custom.unknown(CUSTOM_PROPERTIES.server, problems)
    const connector = type === 'custom' ? custom.text('terrane.connector', problems) : type
    if (connector === undefined) {
      if (custom.get('terrane.connector') === undefined) {
        problems.push(problem('SERVER_CONNECTOR_MISSING', { server }, source.place))
      }
      return []
    }
    const settingsOf = (shown: boolean) => {
      const { server: _, type: __, customProperties: ___, ...settings } = source.plain(shown) as Record<string, unknown>
      return { ...settings, ...custom.plain(shown) }
    }
    const format = readFormat(source, server, connector, problems)
    return [
      {
        server,
        connector,
        place: source.place,
        ...(format === undefined ? {} : { format }),
        settings: settingsOf(false),
        shown: redact(settingsOf(true)),
      },
    ]
  })
}

function readFormat(source: Source, server: string, connector: string, problems: Problem[]): Server['format'] {
  const written = source.text('format')?.trim().toLowerCase()
  if (written === undefined) return undefined
  // JSON documents one a line are ndjson (ODCS "delimiter": new_line).
  if (written === 'json' && source.text('delimiter') === 'new_line') return 'ndjson'
  const format = Object.hasOwn(FORMATS, written) ? FORMATS[written] : undefined
  const meant = nearest(written, Object.keys(FORMATS))
  if (format === undefined && (meant !== undefined || OF_FILES.has(connector))) {
    const suggestion = meant ? `Did you mean ${meant}?` : `Formats of files are ${Object.keys(FORMATS).join(', ')}.`
    const { place } = source.get('format')!
    problems.push(
      problem('SERVER_FORMAT_UNKNOWN', { server, format: source.get('format')!.quoted(), suggestion }, place),
    )
  }
  return format
}

/** A file that every publication also writes. */
export interface ServerFile {
  server: string
  dataset: Dataset
  format: NonNullable<Server['format']>
  /** `{dataset}` is filled in, `{publication}` not yet; relative ones start in the product's folder. */
  path: string
  /** As it may be told. */
  shown: string
  place?: Position
}

/** The files that an output contract's servers of the type `local` name: one for each dataset. */
export function filesOf({ servers, datasets }: Pick<Contract, 'servers' | 'datasets'>): ServerFile[] {
  return servers.flatMap(({ server, connector, format, settings, shown, place }) => {
    const pattern = settings.path
    if (connector !== 'local' || format === undefined || typeof pattern !== 'string') return []
    return datasets.map(dataset => {
      const [path, told] = [pattern, String(shown.path)].map(text => text.replaceAll('{dataset}', dataset.name))
      return { server, dataset, format, path: path!, shown: told!, ...(place ? { place } : {}) }
    })
  })
}

/** Globs and folders are for what is read; what is written has a name of its own. */
export function checkFiles(root: Source, contract: Contract, problems: Problem[]): void {
  const files = filesOf(contract)
  for (const source of root.list('servers')) {
    const written = files.filter(({ server }) => server === source.text('server')).map(({ path }) => path)
    if (written.length === 0) continue
    const distinct = new Set(written).size === written.length
    if (distinct && written.every(path => !/[*?[\]]|[\\/]$/.test(path))) continue
    const details = { server: source.text('server'), path: source.get('path')!.quoted() }
    problems.push(problem('SERVER_PATH_NOT_A_FILE', details, source.get('path')!.place))
  }
}
