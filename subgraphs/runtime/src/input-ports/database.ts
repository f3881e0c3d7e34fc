import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { InputPort, Server } from '@terrane/schema'
import { type Problem, type ProblemCode, problem } from '@terrane/schema/problems'
import picomatch from 'picomatch'
import type { InputConnector, SourceItem } from './port.js'
import { reasonOf } from './reason.js'

/**
 * What all databases have in common: which tables, which columns, one snapshot, and rows as JSON lines. What differs is
 * a `DatabaseDriver`, one file each.
 *
 * Every value travels as the database's own exact text, in a JSON string; only a missing one is `null`. A JSON number
 * would go through a double on its way. Bytes are Base64, arrays and records JSON.
 */
export interface DatabaseDriver {
  /** For people: `SQLite`, `PostgreSQL`. */
  kind: string
  /** Settings without which it cannot be reached. */
  needs: readonly string[]
  open(server: Server, folder: string): Promise<DatabaseSession>
}

/** One connection on one snapshot: whatever is read through it was true at one moment. */
export interface DatabaseSession {
  /** Tables and views that can be selected from. */
  tables(): Promise<string[]>
  columns(table: string): Promise<string[]>
  /** In the order of the primary key where there is one, so that the same rows are the same bytes. */
  rows(table: string, columns: string[]): AsyncIterable<(string | null)[]> | Iterable<(string | null)[]>
  /** Changes when the content does; undefined where only reading tells. */
  revision?: string
  close(): Promise<void>
}

/** Lines are handed on in pieces of about this many characters. */
const PIECE = 64 * 1024

export class DatabaseConnector implements InputConnector {
  private session?: DatabaseSession
  private tables = new Map<string, { table: string; columns: string[] }>()
  private readonly server: Server

  constructor(
    private readonly driver: DatabaseDriver,
    private readonly port: InputPort,
    private readonly folder: string,
  ) {
    if (port.source.kind !== 'contract') throw new TypeError(`port ${port.name} is fed by a product, not by a database`)
    this.server = port.source.server
  }

  async list(): Promise<{ items: SourceItem[]; problems: Problem[] }> {
    await this.close()
    const setting = this.driver.needs.find(name => (this.server.settings[name] ?? '') === '')
    if (setting !== undefined) return this.refuse('SOURCE_SETTING_MISSING', { setting })
    try {
      this.session = await this.driver.open(this.server, this.folder)
      const matches = picomatch(this.wanted)
      const names = (await this.session.tables()).filter(name => matches(name)).sort()
      if (names.length === 0) return this.refuse('SOURCE_TABLE_MISSING', { table: this.shown })
      const items: SourceItem[] = []
      for (const table of names) {
        const known = await this.session.columns(table)
        const lacking = this.properties.filter(each => each.required && !columnOf(each.physicalName, known))
        if (lacking.length > 0) return this.lacks(table, lacking, known)
        // What the contract does not name is not fetched.
        const columns = this.properties.flatMap(each => columnOf(each.physicalName, known) ?? [])
        const { revision } = this.session
        const name = `${table}.ndjson`
        this.tables.set(name, { table, columns })
        items.push({ name, format: 'ndjson', ...(revision === undefined ? {} : { revision }) })
      }
      return { items, problems: [] }
    } catch (error) {
      if (error instanceof TypeError) throw error
      return this.refuse('SOURCE_UNREACHABLE', { pattern: this.shown, reason: reasonOf(error) })
    }
  }

  async open(item: SourceItem): Promise<Readable> {
    const found = this.tables.get(item.name)
    if (this.session === undefined || found === undefined) throw new TypeError('open() before list()')
    const rows = this.session.rows(found.table, found.columns)
    return Readable.from(linesOf(rows, found.columns.map(name => this.nameOf(name))), { objectMode: false }) // biome-ignore format: one stream
  }

  async close(): Promise<void> {
    const { session } = this
    this.session = undefined
    this.tables.clear()
    await session?.close().catch(() => undefined)
  }

  /** One table, or with `*` several alike (`orders_*`). */
  private get wanted(): string {
    return String(this.server.settings['terrane.table'] ?? this.dataset.name)
  }

  /** The same as written: what variables hold may be secret. */
  private get shown(): string {
    return String(this.server.shown['terrane.table'] ?? this.dataset.name)
  }

  private get dataset() {
    const { source, name } = this.port
    if (source.kind !== 'contract') throw new TypeError('a database has a contract')
    const { datasets } = source.contract
    return datasets.find(each => each.name === name) ?? datasets[0]!
  }

  private get properties() {
    return this.dataset.properties
  }

  /** Databases differ in the case of names; the lines have the contract's. */
  private nameOf(column: string): string {
    return this.properties.find(each => columnOf(each.physicalName, [column]))!.physicalName
  }

  private lacks(table: string, lacking: { physicalName: string }[], known: string[]) {
    const columns = lacking.map(each => each.physicalName).join(', ')
    return this.refuse('INPUT_COLUMN_MISSING', {
      file: `The table ${table}`,
      columns,
      found: known.slice(0, 30).join(', '),
    })
  }

  private refuse(code: ProblemCode, details: Record<string, unknown>): { items: SourceItem[]; problems: Problem[] } {
    const { file, line, column } = this.port.place
    const all = { port: this.port.name, database: this.driver.kind, ...details }
    return { items: [], problems: [problem(code, all, { file, line, column })] }
  }
}

function columnOf(wanted: string, known: readonly string[]): string | undefined {
  return known.find(name => name === wanted) ?? known.find(name => name.toLowerCase() === wanted.toLowerCase())
}

async function* linesOf(rows: ReturnType<DatabaseSession['rows']>, names: string[]): AsyncGenerator<Buffer> {
  const keys = names.map((name, at) => `${at === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  // An empty table is a load without rows, not a file that did not arrive.
  let piece = '\n'
  let empty = true
  try {
    for await (const row of rows) {
      if (empty) piece = ''
      empty = false
      for (const [at, key] of keys.entries()) piece += `${key}${JSON.stringify(row[at] ?? null)}`
      piece += '}\n'
      if (piece.length < PIECE) continue
      yield Buffer.from(piece)
      piece = ''
      // Rows of an embedded database come without waiting; others want their turn.
      await setImmediate()
    }
  } catch (error) {
    throw new Error(reasonOf(error))
  }
  if (piece !== '') yield Buffer.from(piece)
}
