import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import type { Property } from '@terrane/schema'
import { type Problem, problem } from '@terrane/schema/problems'
import { faultOf, isSlow, literal, nameOf, type Source, typedSelect, wideType } from './columns.js'
import { csvRecords, fieldsOf, hasBroken, valuesOf } from './csv-records.js'
import {
  type BadRow,
  clip,
  fault,
  type Load,
  type Loader,
  missing,
  type Unfit,
  unfitRows,
  unfitRowsByLoad,
  unreadable,
} from './load.js'
import { all } from './store.js'

/**
 * DuckDB reads the file in parallel, with the types of the contract, and names the lines that it rejects. Only where
 * that is not enough is the file read again, by us: to find the lines of rows that were read but do not fit, and to get
 * back into step after a broken quote.
 */
export const loadCsv: Loader = async load => {
  const whole: Reading = { load, layout: await layoutOf(load), file: load.path, bad: [], lineOf: line => line }
  const [first] = await read([whole]).catch(error => [unreadable(load, error)])
  if (!(first instanceof Error) && !first!.some(isOutOfStep)) return findBad(whole, first!, await unfitRows(load))
  await load.connection.run('ROLLBACK')
  await load.connection.run('BEGIN')
  const straight = await straighten(whole)
  const [second] = await read([straight]).catch(error => {
    throw unreadable(load, error)
  })
  return findBad(straight, second!, await unfitRows(load))
}

/**
 * Several files in one read: a table is written by the hundred thousand rows, and smaller files would each write their
 * part of it again. Broken quotes are taken out first. Answers undefined where the files have to go one by one.
 */
export async function loadCsvs(loads: Load[]): Promise<Awaited<ReturnType<Loader>>[] | undefined> {
  const readings: Reading[] = []
  for (const load of loads) {
    const layout = await layoutOf(load)
    const whole: Reading = { load, layout, file: load.path, bad: [], lineOf: line => line }
    const broken = await hasBroken(load.path, layout.delimiter, layout.columns.length)
    readings.push(broken ? await straighten(whole) : whole)
  }
  const [{ layout }] = readings as [Reading]
  if (readings.some(reading => !isAlike(reading.layout, layout))) return undefined
  const rejects = await read(readings)
  if (rejects.some(each => each.some(isOutOfStep))) return undefined
  const unfit = await unfitRowsByLoad(loads)
  const found: Awaited<ReturnType<Loader>>[] = []
  for (const [at, reading] of readings.entries()) {
    found.push(await findBad(reading, rejects[at]!, unfit.get(reading.load.number) ?? []))
  }
  return found
}

/** A file as DuckDB is to read it. */
interface Reading {
  load: Load
  layout: Layout
  /** The load's, or a copy without `bad`, whose lines `lineOf` leads back to those of the load's. */
  file: string
  bad: BadRow[]
  lineOf: (line: number) => number
}

async function findBad(
  { load, layout, file, bad, lineOf }: Reading,
  rejects: Reject[],
  unfit: Unfit[],
): ReturnType<Loader> {
  const found = await findLines(load, layout, file, rejects, unfit)
  const quarantined = [...bad, ...found.map(row => ({ ...row, line: lineOf(row.line) }))]
  return { quarantined: quarantined.sort((a, b) => a.line - b.line), warnings: layout.warnings }
}

interface Layout {
  delimiter: string
  /** By place in the file: the property, or nothing where the contract does not name the column. */
  columns: (Property | undefined)[]
  warnings: Problem[]
}

const DELIMITERS = [',', ';', '\t', '|']
/** As long as the first line may be. */
export const HEADER_BYTES = 1024 ** 2

/**
 * The header says which column is which; the delimiter is the one that makes most names known. `head` is the file's
 * beginning where somebody has read it already.
 * @throws FileFault
 */
export async function layoutOf(
  load: Pick<Load, 'file' | 'path' | 'properties' | 'partitions'>,
  head?: Buffer,
): Promise<Layout> {
  head ??= await headOf(load.path)
  if (head.includes(0)) throw fault(load, 'INPUT_UNREADABLE', { reason: 'it is not UTF-8 text' })
  const line = head.toString('utf8').replace(/^\uFEFF/, '').split(/\r?\n/, 1)[0]! // biome-ignore format: one chain

  const byName = new Map(load.properties.map(property => [simple(property.physicalName), property]))
  const candidates = DELIMITERS.map(delimiter => {
    const names = valuesOf(line, delimiter)
    return { delimiter, names, known: names.filter(name => byName.has(simple(name))).length }
  })
  const best = candidates.reduce((most, each) =>
    each.known > most.known || (each.known === most.known && each.names.length > most.names.length) ? each : most,
  )
  const taken = new Set<Property>()
  const columns = best.names.map(name => {
    const property = byName.get(simple(name))
    if (property === undefined || taken.has(property)) return undefined
    taken.add(property)
    return property
  })
  const has = (property: Property) => taken.has(property) || load.partitions.has(property.physicalName)
  const lacking = missing(load, best.names, has)
  if (lacking) throw lacking
  const ignored = best.names.filter((_, at) => columns[at] === undefined)
  const { port, name: file } = load.file
  const warnings =
    ignored.length === 0 || taken.size === 0
      ? []
      : [problem('INPUT_COLUMNS_IGNORED', { port, file, columns: ignored.slice(0, 30).join(', ') }, { file })]
  return { delimiter: best.delimiter, columns, warnings }
}

async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file, 'r')
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0)
  await handle.close()
  return buffer.subarray(0, bytesRead)
}

function simple(name: string): string {
  return name.trim().toLowerCase()
}

function isAlike(one: Layout, other: Layout): boolean {
  return (
    one.delimiter === other.delimiter &&
    one.columns.length === other.columns.length &&
    one.columns.every((property, at) => property === other.columns[at])
  )
}

/** What DuckDB tells of a record that it could not read. */
interface Reject {
  /** Of the record's first byte in the file, from 1. Its line numbers leave out blank lines and lines inside quotes. */
  position: bigint
  column: string | null
  kind: string
  text: string
}

/** Inserts what DuckDB reads of files of one layout, and answers what it rejected of each. */
async function read(readings: Reading[]): Promise<Reject[][]> {
  const [{ load, layout }] = readings as [Reading]
  const { connection, properties } = load
  const columns = layout.columns.map((property, at) => `c${at}: '${property ? readType(property) : 'VARCHAR'}'`)
  const sources = properties.map((property): Source | undefined => {
    const at = layout.columns.indexOf(property)
    if (at >= 0) return { sql: `c${at}`, as: readType(property) === wideType(property.type) ? 'wide' : 'text' }
    const partition = load.partitions.get(property.physicalName)
    return partition == null ? undefined : { sql: literal(partition), as: 'text' }
  })
  const files = readings.map(({ file }) => literal(file)).join(', ')
  const relation = `read_csv([${files}], columns = {${columns.join(', ')}}, header = true, auto_detect = false,
    delim = ${literal(layout.delimiter)}, quote = '"', escape = '"', nullstr = '', compression = 'none',
    store_rejects = true, rejects_table = 'csv_rejects', rejects_scan = 'csv_scans', rejects_limit = 0)`
  const numbers = readings.map(reading => reading.load.number).join(', ')
  const number = readings.length === 1 ? load.number : `([${numbers}])[CAST(file_index AS BIGINT) + 1]`
  await connection.run('DROP TABLE IF EXISTS temp.csv_rejects')
  await connection.run('DROP TABLE IF EXISTS temp.csv_scans')
  await connection.run(`INSERT INTO ${load.table} ${typedSelect(properties, sources, relation, number)}`)
  const rejects = await all<Reject & { path: string }>(
    connection,
    `SELECT file_path AS path, line_byte_position AS position, arg_min(column_name, column_idx) AS "column",
            arg_min(error_type, column_idx)::VARCHAR AS kind, coalesce(first(csv_line), '') AS text
     FROM temp.csv_rejects JOIN temp.csv_scans USING (scan_id, file_id) GROUP BY ALL ORDER BY position`,
  )
  return readings.map(({ file }) => rejects.filter(reject => reject.path === file))
}

/**
 * DuckDB 1.5 reads a TIMESTAMP without heeding its offset, and a TIMESTAMPTZ that is none as null without rejecting it:
 * such columns are converted afterwards; so are those that are slow to read (see `isSlow`).
 */
function readType({ type }: Property): string {
  return type.kind === 'timestamp' || isSlow(type) ? 'VARCHAR' : wideType(type)
}

/** A broken quote may have taken other lines with it. */
function isOutOfStep({ kind, text }: Reject): boolean {
  return kind === 'UNQUOTED VALUE' || kind.startsWith('LINE SIZE') || text.trimEnd().includes('\n')
}

const REASONS: Record<string, string> = {
  'MISSING COLUMNS': 'has fewer columns than the header',
  'TOO MANY COLUMNS': 'has more columns than the header',
  'UNQUOTED VALUE': 'has a broken quote',
  'INVALID ENCODING': 'is not UTF-8 text',
}

/** Lines of the records that DuckDB rejected, by their position, and of the rows that do not fit, by their place. */
async function findLines(
  load: Load,
  layout: Layout,
  file: string,
  rejects: Reject[],
  unfit: Unfit[],
): Promise<BadRow[]> {
  const found: BadRow[] = []
  let place = -2 // the header comes first and is no row
  let [rejected, fits] = [0, 0]
  if (unfit.length + rejects.length === 0) return found
  for await (const { bytes, offset, records } of csvRecords(file, layout.delimiter, layout.columns.length)) {
    for (const { line, start, end } of records) {
      const reject = rejects[rejected]
      const text = () => clip(bytes.toString('utf8', start, end))
      if (reject !== undefined && offset + start + 1 >= Number(reject.position)) {
        rejected++
        found.push({ line, ...reasonOf(reject, layout), text: text() })
        continue
      }
      place++
      const next = unfit[fits]
      if (next === undefined && reject === undefined) return found
      if (next === undefined || place !== next.place) continue
      fits++
      found.push({ line, ...faultOf(next.fault, load.properties), text: text() })
    }
  }
  return found
}

function reasonOf({ kind, column }: Reject, layout: Layout): { property?: string; reason: string } {
  const property = kind === 'CAST' ? layout.columns[Number(column?.slice(1))] : undefined
  if (property === undefined) return { reason: REASONS[kind] ?? 'is not readable' }
  return { property: property.name, reason: `is not ${nameOf(property.type)}` }
}

/** Writes the file again without the records that are broken, and remembers which line became which. */
async function straighten({ load, layout }: Reading): Promise<Reading> {
  const file = path.join(load.scratch, `${load.file.sha256}.csv`)
  const target = createWriteStream(file)
  const bad: BadRow[] = []
  const moves: { from: number; by: number }[] = [{ from: 0, by: 0 }]
  const columns = layout.columns.length
  let written = 1
  for await (const { bytes, records } of csvRecords(load.path, layout.delimiter, columns)) {
    const good: Buffer[] = []
    let from = records[0]?.start ?? 0
    let to = from
    for (const record of records) {
      const { line, lines, start, end, next, broken } = record
      const fields = record.fields ?? fieldsOf(bytes, record, layout.delimiter)
      if (broken || fields !== columns) {
        const kind = broken ? 'UNQUOTED VALUE' : fields < columns ? 'MISSING COLUMNS' : 'TOO MANY COLUMNS'
        bad.push({ line, reason: REASONS[kind]!, text: clip(bytes.toString('utf8', start, end)) })
        continue
      }
      // Whole stretches are copied at once; DuckDB takes no mixture of line ends.
      if (start !== to || end + 1 !== next) {
        if (to > from) good.push(bytes.subarray(from, to))
        from = start
      }
      if (line - written !== moves.at(-1)!.by) moves.push({ from: written, by: line - written })
      written += lines
      to = next
      if (end + 1 !== next) {
        good.push(bytes.subarray(start, end), NEWLINE)
        from = next
      }
    }
    if (to > from) good.push(bytes.subarray(from, to))
    if (good.length > 0 && !target.write(Buffer.concat(good))) await once(target, 'drain')
  }
  target.end()
  await once(target, 'finish')
  return { load, layout, file, bad, lineOf: line => line + moves[lastUpTo(moves, line)]!.by }
}

const NEWLINE = Buffer.from('\n')

function lastUpTo(moves: { from: number }[], line: number): number {
  let low = 0
  for (let high = moves.length - 1; low < high; ) {
    const middle = (low + high + 1) >> 1
    if (moves[middle]!.from <= line) low = middle
    else high = middle - 1
  }
  return low
}
