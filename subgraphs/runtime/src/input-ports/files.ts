import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import type { InputPort, Server } from '@terrane/schema'
import { type Problem, type ProblemCode, problem } from '@terrane/schema/problems'
import picomatch from 'picomatch'
import type { Place } from './place.js'
import type { ConnectorFactory, InputConnector, SourceItem } from './port.js'
import { reasonOf } from './reason.js'

/**
 * Files in any storage that OpenDAL speaks. What differs between storages is one entry of `STORAGES`: which OpenDAL
 * service it is and how an ODCS server's settings become its options.
 *
 * The server's `path` is a file, a folder (all files below) or a glob (`sales/**\/*.csv.gz`). Hive partitions in it
 * (`country=GB/part-0.parquet`) stay in the items' names and become columns when typed.
 */
export const files: ConnectorFactory = (port, reach) => {
  if (port.source.kind !== 'contract') throw new TypeError(`port ${port.name} is fed by a product, not by files`)
  return new FilesConnector(port, port.source.server, reach.folder)
}

interface Storage {
  service: string
  /** Undefined options: the place does not exist. `pattern` is relative to the root of the options. */
  locate(server: Server, folder: string): Promise<{ options?: Record<string, string>; pattern: string }>
}

const STORAGES: Record<string, Storage> = {
  // ODCS server type `local`: `path` and `format`.
  local: {
    service: 'fs',
    async locate(server, folder) {
      const written = String(server.settings.path ?? '')
      if (written === '') return { pattern: '' }
      const absolute = path.resolve(folder, written).split(path.sep).join('/')
      const { base, isGlob, glob } = picomatch.scan(absolute)
      const whole = !isGlob && (await isFolder(absolute))
      const root = whole ? absolute : isGlob ? base || '/' : path.dirname(absolute)
      // OpenDAL's fs service would create a missing root: look first.
      if (!(await isFolder(root))) return { pattern: '' }
      return { options: { root }, pattern: whole ? '**' : isGlob ? glob : path.basename(absolute) }
    },
  },
}

class FilesConnector implements InputConnector {
  private place?: Place

  constructor(
    private readonly port: InputPort,
    private readonly server: Server,
    private readonly folder: string,
  ) {}

  async list(): Promise<{ items: SourceItem[]; problems: Problem[] }> {
    const storage = STORAGES[this.server.connector]
    if (storage === undefined) throw new TypeError(`no storage for connector ${this.server.connector}`)
    const { options, pattern } = await storage.locate(this.server, this.folder)
    const refuse = (code: ProblemCode, details: Record<string, unknown> = {}) => {
      const { file, line, column } = this.port.place
      // As written: what variables hold may be secret.
      const shown = String(this.server.shown.path ?? '')
      return problem(code, { port: this.port.name, pattern: shown || '(no path)', ...details }, { file, line, column })
    }
    if (options === undefined) return { items: [], problems: [refuse('SOURCE_NOT_FOUND')] }
    const items: SourceItem[] = []
    const problems: Problem[] = []
    try {
      this.place = await openPlace(storage.service, options)
      for (const name of await this.names(this.place, pattern)) {
        const revision = await this.place.revision(name)
        if (revision === undefined) continue
        const format = formatOf(name, this.server.format)
        if (format === undefined) problems.push(refuse('SOURCE_FORMAT_UNKNOWN', { item: name }))
        else items.push({ name, ...format, revision })
      }
    } catch (error) {
      return { items: [], problems: [refuse('SOURCE_UNREACHABLE', { reason: reasonOf(error) })] }
    }
    if (items.length === 0 && problems.length === 0) problems.push(refuse('SOURCE_EMPTY'))
    return { items, problems }
  }

  async open(item: SourceItem): Promise<Readable> {
    if (this.place === undefined) throw new TypeError('open() before list()')
    try {
      return await this.place.open(item.name)
    } catch (error) {
      throw new Error(reasonOf(error))
    }
  }

  async close(): Promise<void> {
    this.place = undefined
  }

  private async names(place: Place, pattern: string): Promise<string[]> {
    if (!picomatch.scan(pattern).isGlob) return [pattern]
    const matches = picomatch(pattern)
    return (await place.names()).filter(name => !hidden(name) && matches(name)).sort(byBytes)
  }
}

/** Its native part is large: loaded where files are pulled. */
async function openPlace(service: string, options: Record<string, string>): Promise<Place> {
  return (await import('./opendal.js')).openWithOpenDal(service, options)
}

function isFolder(place: string): Promise<boolean> {
  return stat(place).then(
    found => found.isDirectory(),
    () => false,
  )
}

/** What lake writers leave beside their data: `_SUCCESS`, `.part-0.crc`. */
function hidden(name: string): boolean {
  return name.split('/').some(segment => segment.startsWith('.') || (segment.startsWith('_') && !segment.includes('=')))
}

const FORMATS: Record<string, SourceItem['format']> = {
  csv: 'csv',
  tsv: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
}

/** From the name's ending (`.csv`, `.ndjson.gz`); the contract's `format`, where given, has the last word. */
export function formatOf(
  name: string,
  declared?: SourceItem['format'],
): Pick<SourceItem, 'format' | 'compression'> | undefined {
  const [last, before] = name.toLowerCase().split('/').at(-1)!.split('.').reverse()
  const gzip = last === 'gz'
  const format = declared ?? FORMATS[(gzip ? before : last) ?? '']
  if (format === undefined) return undefined
  return { format, ...(gzip ? { compression: 'gzip' as const } : {}) }
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
