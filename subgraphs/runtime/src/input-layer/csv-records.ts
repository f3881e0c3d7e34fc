import { createReadStream } from 'node:fs'

/** One record of a csv file (RFC 4180). */
export interface CsvRecord {
  /** Line it starts on, from 1. */
  line: number
  /** Where it stands in the bytes it came with: its end without the line end, and where the next begins. */
  start: number
  end: number
  next: number
  /** Physical lines that it covers. */
  lines: number
  /** Undefined where it has no quote: then `fieldsOf` counts them, for who wants to know. */
  fields: number | undefined
  /** A quote that never closes, or closes in the middle of a value. Then the record is one line. */
  broken: boolean
}

const QUOTE = 0x22
const NEWLINE = 0x0a
const RETURN = 0x0d
/** A quoted value longer than this is taken for a quote that was never closed. */
const LONGEST = 1024 ** 2
/** Records of a longer one outlive the young generation of the heap. */
const CHUNK = 256 * 1024

/**
 * Reads records one by one and finds back into step after a broken quote: where a record over several lines does not
 * come out with the columns expected, only its first line is bad, and reading goes on with the next line. DuckDB, which
 * loads, would take all up to the next quote, however far, for one bad record. Blank lines are left out, as in DuckDB.
 */
export async function* csvRecords(
  file: string,
  delimiter: string,
  columns: number,
): AsyncGenerator<{ bytes: Buffer /** Of the bytes, in the file. */; offset: number; records: CsvRecord[] }> {
  const separator = delimiter.charCodeAt(0)
  let bytes: Buffer = Buffer.alloc(0)
  let offset = 0
  let line = 1
  const take = (ended: boolean) => {
    const records: CsvRecord[] = []
    let start = 0
    let quote = bytes.indexOf(QUOTE)
    while (start < bytes.length) {
      if (quote >= 0 && quote < start) quote = bytes.indexOf(QUOTE, start)
      const newline = bytes.indexOf(NEWLINE, start)
      const plain = newline >= 0 && (quote < 0 || newline < quote)
      const found = plain
        ? { next: newline + 1, lines: 1, fields: undefined, broken: false }
        : recordAt(bytes, start, separator, ended, columns)
      if (found === undefined) break
      const { next, lines, fields, broken } = found
      const end = withoutLineEnd(bytes, start, next)
      if (end > start || columns === 1) records.push({ line, start, end, next, lines, fields, broken })
      line += lines
      start = next
    }
    const taken = { bytes, offset, records }
    bytes = bytes.subarray(start)
    offset += start
    return taken
  }
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK }) as AsyncIterable<Buffer>) {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
    yield take(false)
  }
  yield take(true)
}

/** Values of a record without quotes. */
export function fieldsOf(bytes: Buffer, { start, end }: Pick<CsvRecord, 'start' | 'end'>, delimiter: string): number {
  const separator = delimiter.charCodeAt(0)
  let fields = 1
  for (let at = start; at < end; at++) if (bytes[at] === separator) fields++
  return fields
}

/** Whether any record is broken. Only a quote breaks one: between quotes every line is a record, and is skipped. */
export async function hasBroken(file: string, delimiter: string, columns: number): Promise<boolean> {
  const separator = delimiter.charCodeAt(0)
  let bytes: Buffer = Buffer.alloc(0)
  const anyBroken = (ended: boolean) => {
    let start = 0
    for (let quote = bytes.indexOf(QUOTE); quote >= 0; quote = bytes.indexOf(QUOTE, start)) {
      if (quote > start) start = Math.max(start, bytes.lastIndexOf(NEWLINE, quote - 1) + 1)
      const found = recordAt(bytes, start, separator, ended, columns)
      if (found?.broken) return true
      if (found === undefined) break
      start = found.next
    }
    const rest = bytes.subarray(start)
    bytes = rest.includes(QUOTE) ? rest : rest.subarray(rest.lastIndexOf(NEWLINE) + 1)
    return false
  }
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK }) as AsyncIterable<Buffer>) {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
    if (anyBroken(false)) return true
  }
  return anyBroken(true)
}

/** The record that starts at `start`; undefined where more bytes are needed to tell. */
function recordAt(
  buffer: Buffer,
  start: number,
  separator: number,
  ended: boolean,
  columns: number,
): Pick<CsvRecord, 'next' | 'lines' | 'fields' | 'broken'> | undefined {
  let at = start
  let fields = 1
  let lines = 1
  const line = (broken: boolean) => {
    const newline = buffer.indexOf(NEWLINE, start)
    if (newline < 0 && !ended) return undefined
    return { next: newline < 0 ? buffer.length : newline + 1, lines: 1, fields, broken }
  }
  while (true) {
    if (buffer[at] === QUOTE) {
      const close = closingQuote(buffer, at + 1)
      if (close < 0 && !ended && buffer.length - at < LONGEST) return undefined
      if (close < 0 || close - at > LONGEST) return line(true)
      for (let newline = buffer.indexOf(NEWLINE, at); newline >= 0 && newline < close; lines++) {
        newline = buffer.indexOf(NEWLINE, newline + 1)
      }
      at = close + 1
      if (at + 1 >= buffer.length && !ended) return undefined
      if (buffer[at] === RETURN && (at + 1 === buffer.length || buffer[at + 1] === NEWLINE)) at++
      if (at < buffer.length && buffer[at] !== separator && buffer[at] !== NEWLINE) return line(true)
    } else {
      while (at < buffer.length && buffer[at] !== separator && buffer[at] !== NEWLINE) at++
    }
    if (at >= buffer.length) {
      if (!ended) return undefined
      break
    }
    if (buffer[at++] === NEWLINE) break
    fields++
  }
  return lines > 1 && fields !== columns ? line(true) : { next: at, lines, fields, broken: false }
}

function closingQuote(buffer: Buffer, from: number): number {
  let at = buffer.indexOf(QUOTE, from)
  while (at >= 0 && buffer[at + 1] === QUOTE) at = buffer.indexOf(QUOTE, at + 2)
  return at
}

function withoutLineEnd(buffer: Buffer, start: number, next: number): number {
  let end = next
  if (end > start && buffer[end - 1] === NEWLINE) end--
  if (end > start && buffer[end - 1] === RETURN) end--
  return end
}

/** The values of one record, unquoted. */
export function valuesOf(record: string, delimiter: string): string[] {
  const values: string[] = []
  let at = 0
  do {
    if (record[at] === '"') {
      const quotedValue = /"((?:[^"]|"")*)"?/y
      quotedValue.lastIndex = at
      const [whole, inside] = quotedValue.exec(record)!
      values.push(inside!.replaceAll('""', '"'))
      at += whole.length
      const next = record.indexOf(delimiter, at)
      at = next < 0 ? record.length + 1 : next + 1
    } else {
      const next = record.indexOf(delimiter, at)
      values.push(record.slice(at, next < 0 ? undefined : next))
      at = next < 0 ? record.length + 1 : next + 1
    }
  } while (at <= record.length)
  return values
}
