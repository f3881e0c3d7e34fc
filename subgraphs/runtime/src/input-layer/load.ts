import type { DuckDBConnection } from '@duckdb/node-api'
import type { Property } from '@terrane/schema'
import { type Problem, type ProblemCode, problem } from '@terrane/schema/problems'
import { FAULT, FILE } from './columns.js'
import type { LandedFile, QuarantinedRow } from './landed.js'
import { all } from './store.js'

/** One landed file on its way into a typed table; each format has its loader. */
export interface Load {
  connection: DuckDBConnection
  file: LandedFile
  /** The bytes, no longer compressed. */
  path: string
  properties: Property[]
  /** Values that the file's name carries, `country=GB/…`; decoded. */
  partitions: Map<string, string | null>
  /** Qualified, quoted table to insert into. */
  table: string
  /** The load's number, in every row of it. */
  number: number
  /** For what a loader must write for itself; removed with the load. */
  scratch: string
}

/** Rows that do not fit, and warnings. A file that cannot be loaded at all is a `FileFault`. */
export type Loader = (load: Load) => Promise<{ quarantined: BadRow[]; warnings: Problem[] }>

export type BadRow = Pick<QuarantinedRow, 'line' | 'property' | 'reason' | 'text'>

/**
 * Ends the load of one file; the transaction is rolled back and the problem reported. `lost`: the file is not to blame,
 * we no longer have it.
 */
export class FileFault extends Error {
  constructor(
    readonly problem: Problem,
    readonly lost = false,
  ) {
    super(problem.message)
  }
}

export function fault(load: Pick<Load, 'file'>, code: ProblemCode, details: Record<string, unknown> = {}): FileFault {
  const { port, name, format } = load.file
  return new FileFault(problem(code, { port, file: name, format, ...details }, { file: name }))
}

/** Properties that are required and that neither the file nor its name has. */
export function missing(
  load: Pick<Load, 'file' | 'properties'>,
  found: string[],
  has: (property: Property) => boolean,
): FileFault | undefined {
  const lacking = load.properties.filter(property => property.required && !has(property))
  if (lacking.length === 0) return undefined
  // Where nothing matches, the first line is probably no header but data, which problems never show.
  const known = load.properties.some(has)
  return fault(load, 'INPUT_COLUMN_MISSING', {
    columns: lacking.map(property => property.physicalName).join(', '),
    found: known ? found.slice(0, 30).join(', ') : 'none of the columns of the contract',
  })
}

/** DuckDB's complaint about a file, without paths and without data; what is not the file's fault is thrown on. */
export function unreadable(load: Load, error: unknown): FileFault {
  if (isOurs(error)) throw error
  const message = error instanceof Error ? error.message : String(error)
  const where = /at byte \d+ in record\/value \d+/.exec(message)?.[0] ?? /Line: \d+/.exec(message)?.[0]
  return fault(load, 'INPUT_UNREADABLE', { reason: where ? `it is damaged ${where}` : 'it is damaged or not whole' })
}

/** Of DuckDB's complaints: whether no file can be the reason. */
export function isOurs(error: unknown): boolean {
  const message = error instanceof Error ? error.message : String(error)
  return /^(Out of Memory|INTERNAL|FATAL|Interrupt|Catalog|Binder|Parser|TransactionContext)/i.test(message)
}

/** As long as a quarantined text may be. */
const TEXT = 2000
export function clip(text: string): string {
  return text.length > TEXT ? `${text.slice(0, TEXT - 1)}…` : text
}

/**
 * Rows of a load with a fault, by their place among its rows. DuckDB keeps the order of the file, so the place leads
 * back to the line.
 */
export async function unfitRows(load: Load): Promise<Unfit[]> {
  return (await unfitRowsByLoad([load])).get(load.number) ?? []
}

export interface Unfit {
  place: number
  fault: number
}

/** Of loads into one table: those that have any. */
export async function unfitRowsByLoad(
  loads: Pick<Load, 'connection' | 'table' | 'number'>[],
): Promise<Map<number, Unfit[]>> {
  const [{ connection, table }] = loads as [Load]
  const among = (numbers: number[]) => `${FILE} IN (${numbers.join(', ')})`
  const having = await all<{ load: number }>(
    connection,
    `SELECT DISTINCT ${FILE} AS load FROM ${table} WHERE ${FAULT} <> 0 AND ${among(loads.map(load => load.number))}`,
  )
  if (having.length === 0) return new Map()
  const rows = await all<Unfit & { load: number }>(
    connection,
    `SELECT load, place::INTEGER AS place, fault FROM (
       SELECT ${FILE} AS load, row_number() OVER (PARTITION BY ${FILE} ORDER BY rowid) - 1 AS place, ${FAULT} AS fault
       FROM ${table} WHERE ${among(having.map(({ load }) => load))}
     ) WHERE fault <> 0 ORDER BY load, place`,
  )
  const byLoad = new Map<number, Unfit[]>(having.map(({ load }) => [load, []]))
  for (const { load, place, fault } of rows) byLoad.get(load)!.push({ place, fault })
  return byLoad
}
