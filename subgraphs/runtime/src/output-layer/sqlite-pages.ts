import { closeSync, openSync, readSync, writeSync } from 'node:fs'

/** How the bytes of a value's text are kept. */
export type StoredAs = 'text' | 'whole' | 'double'

/** Where the values of one row are in `bytes`; a start below 0 is null. */
export interface Fields {
  bytes: Uint8Array
  starts: Int32Array
  ends: Int32Array
}

// SQLite's file format, https://www.sqlite.org/fileformat2.html, which is promised to stay readable. Its own words are
// kept: U is the usable size of a page, X the longest payload that a leaf holds whole, M the least it keeps of a longer one.
const LEAF = 0x0d
const INTERIOR = 0x05
const LEAF_HEADER = 8
const INTERIOR_HEADER = 12
/** A child's page and the longest varint, with the pointer to them. */
const INTERIOR_CELL = 4 + 9 + 2
/** The page that holds this byte is SQLite's for locks and holds nothing else. */
const LOCK_BYTE = 0x40000000
/** Pages of one write. */
const TOGETHER = 128
/** More digits may be beyond what a double holds exactly. */
const SAFE_DIGITS = 15
/** Up to here a loop copies faster than a call. */
const SHORT = 48

const MINUS = 0x2d
const ZERO = 0x30

/**
 * Fills an empty table of a SQLite file that nobody has open, whose first column is its INTEGER PRIMARY KEY: rows in the
 * order of their keys become pages one after the other, each written once. Of SQLite's own way in, a value's journey
 * through JavaScript, its binding and the tree's rebalancing cost four times the rest.
 */
export class TablePages {
  private readonly file: number
  private readonly pageSize: number
  private readonly usable: number
  private readonly leaf: Buffer
  private cells = 0
  private content: number
  /** Written leaves: their pages, and the last key of each. */
  private readonly leaves: { page: number; key: number }[] = []
  private lastKey = 0

  private readonly out: Buffer
  private outPages = 0
  /** Page that the next one written becomes, from 1. */
  private next: number

  private readonly serials: Float64Array
  private readonly numbers: Float64Array
  private readonly longs: (bigint | undefined)[]

  constructor(
    path: string,
    private readonly root: number,
    private readonly columns: StoredAs[],
  ) {
    this.file = openSync(path, 'r+')
    const header = Buffer.alloc(100)
    readSync(this.file, header, 0, header.length, 0)
    const size = header.readUInt16BE(16)
    this.pageSize = size === 1 ? 65536 : size
    this.usable = this.pageSize - header[20]!
    this.next = header.readUInt32BE(28) + 1
    this.leaf = Buffer.alloc(this.pageSize)
    this.content = this.usable
    this.out = Buffer.allocUnsafe(this.pageSize * TOGETHER)
    this.serials = new Float64Array(columns.length)
    this.numbers = new Float64Array(columns.length)
    this.longs = new Array(columns.length)
    readSync(this.file, this.leaf, 0, this.pageSize, (root - 1) * this.pageSize)
    if (header.readUInt32BE(52) !== 0 || this.leaf[0] !== LEAF || this.leaf.readUInt16BE(3) !== 0) {
      closeSync(this.file)
      throw new TypeError(`Expected page ${root} to be an empty table's, in a file without auto-vacuum.`)
    }
    this.leaf.fill(0)
  }

  /** The next row; keys ascend. */
  add(key: number, fields: Fields): void {
    const { body, header } = this.measure(fields)
    const payload = header + body
    const local = this.localOf(payload)
    const size = lengthOfVarint(payload) + lengthOfVarint(key) + local + (local < payload ? 4 : 0)
    if (LEAF_HEADER + 2 * (this.cells + 1) + size > this.content) this.finishLeaf()
    this.content -= size
    this.leaf.writeUInt16BE(this.content, LEAF_HEADER + 2 * this.cells++)
    let at = writeVarint(this.leaf, this.content, payload)
    at = writeVarint(this.leaf, at, key)
    if (local === payload) this.encode(this.leaf, at, header, fields)
    else {
      const whole = Buffer.allocUnsafe(payload)
      this.encode(whole, 0, header, fields)
      whole.copy(this.leaf, at, 0, local)
      this.leaf.writeUInt32BE(this.overflow(whole.subarray(local)), at + local)
    }
    this.lastKey = key
  }

  /** Writes what is left, and the tree above it. The file is whole then. */
  finish(): void {
    if (this.leaves.length === 0) {
      this.sealLeaf()
      this.put(this.leaf, (this.root - 1) * this.pageSize)
    } else {
      if (this.cells > 0) this.finishLeaf()
      this.put(this.interior(this.upToRoot()), (this.root - 1) * this.pageSize)
    }
    this.flush()
    const pages = Buffer.alloc(4)
    pages.writeUInt32BE(this.next - 1)
    this.put(pages, 28)
  }

  close(): void {
    closeSync(this.file)
  }

  /** Serial types and numbers of a row, and how long its record's header and body are. */
  private measure({ bytes, starts, ends }: Fields): { header: number; body: number } {
    let header = 1 // the key's null, which SQLite takes from the cell
    let body = 0
    for (let column = 0; column < this.columns.length; column++) {
      const from = starts[column]!
      const as = this.columns[column]!
      let serial = 0
      if (from >= 0) {
        if (as === 'text') {
          const length = ends[column]! - from
          serial = 13 + 2 * length
          body += length
        } else if (as === 'double') {
          this.numbers[column] = Number(latin(bytes, from, ends[column]!)) + 0 // -0 is kept as 0
          serial = 7
          body += 8
        } else {
          serial = this.whole(column, bytes, from, ends[column]!)
          body += SIZES[serial]!
        }
      }
      this.serials[column] = serial
      header += serial < 0x80 ? 1 : lengthOfVarint(serial)
    }
    return { header: header + (header < 0x7f ? 1 : 2), body }
  }

  private whole(column: number, bytes: Uint8Array, from: number, to: number): number {
    if (to - from > SAFE_DIGITS) {
      this.longs[column] = BigInt(latin(bytes, from, to))
      return 6
    }
    const negative = bytes[from] === MINUS
    let number = 0
    for (let at = negative ? from + 1 : from; at < to; at++) number = number * 10 + bytes[at]! - ZERO
    if (negative) number = -number
    this.numbers[column] = number
    this.longs[column] = undefined
    if (number === 0) return 8
    if (number === 1) return 9
    const most = number < 0 ? -number - 1 : number
    if (most < 0x80) return 1
    if (most < 0x8000) return 2
    if (most < 0x800000) return 3
    if (most < 0x80000000) return 4
    return most < 0x800000000000 ? 5 : 6
  }

  private encode(into: Buffer, start: number, header: number, { bytes, starts, ends }: Fields): void {
    let at = writeVarint(into, start, header)
    into[at++] = 0
    const { serials, numbers, columns } = this
    for (let column = 0; column < columns.length; column++) at = writeVarint(into, at, serials[column]!)
    for (let column = 0; column < columns.length; column++) {
      const serial = serials[column]!
      if (serial >= 13) {
        const [from, to] = [starts[column]!, ends[column]!]
        if (to - from <= SHORT) for (let each = from; each < to; each++) into[at++] = bytes[each]!
        else {
          into.set(bytes.subarray(from, to), at)
          at += to - from
        }
      } else if (serial === 7) at = into.writeDoubleBE(numbers[column]!, at)
      else if (serial === 6) at = into.writeBigInt64BE(this.longs[column] ?? BigInt(numbers[column]!), at)
      else if (serial > 0 && serial < 6) at = into.writeIntBE(numbers[column]!, at, SIZES[serial]!)
    }
  }

  /** How much of a payload its cell holds itself. */
  private localOf(payload: number): number {
    const { usable } = this
    const most = usable - 35
    if (payload <= most) return payload
    const least = Math.floor(((usable - 12) * 32) / 255) - 23
    const fitting = least + ((payload - least) % (usable - 4))
    return fitting <= most ? fitting : least
  }

  /** Writes the rest of a payload as a chain of pages; answers the first. */
  private overflow(rest: Buffer): number {
    const first = this.upcoming()
    const page = Buffer.alloc(this.pageSize)
    const room = this.usable - 4
    for (let at = 0; at < rest.length; at += room) {
      page.fill(0)
      rest.copy(page, 4, at, at + room)
      if (at + room < rest.length) page.writeUInt32BE(this.following(this.upcoming()), 0)
      this.append(page)
    }
    return first
  }

  private sealLeaf(): void {
    const pointers = LEAF_HEADER + 2 * this.cells
    this.leaf.fill(0, pointers, this.content)
    this.leaf[0] = LEAF
    this.leaf.writeUInt16BE(0, 1)
    this.leaf.writeUInt16BE(this.cells, 3)
    this.leaf.writeUInt16BE(this.content & 0xffff, 5)
    this.leaf[7] = 0
  }

  private finishLeaf(): void {
    this.sealLeaf()
    this.leaves.push({ page: this.append(this.leaf), key: this.lastKey })
    this.cells = 0
    this.content = this.usable
  }

  /** Writes levels above the leaves until one page can name all of the last. */
  private upToRoot(): { page: number; key: number }[] {
    const most = Math.floor((this.usable - INTERIOR_HEADER) / INTERIOR_CELL)
    let level = this.leaves
    while (level.length > most) {
      const above: typeof level = []
      const pages = Math.ceil(level.length / most)
      for (let page = 0; page < pages; page++) {
        // Evenly, so that none is left with a single child.
        const children = level.slice(
          Math.floor((page * level.length) / pages),
          Math.floor(((page + 1) * level.length) / pages),
        )
        above.push({ page: this.append(this.interior(children)), key: children.at(-1)!.key })
      }
      level = above
    }
    return level
  }

  private interior(children: { page: number; key: number }[]): Buffer {
    const page = Buffer.alloc(this.pageSize)
    let content = this.usable
    children.slice(0, -1).forEach((child, at) => {
      content -= 4 + lengthOfVarint(child.key)
      page.writeUInt32BE(child.page, content)
      writeVarint(page, content + 4, child.key)
      page.writeUInt16BE(content, INTERIOR_HEADER + 2 * at)
    })
    page[0] = INTERIOR
    page.writeUInt16BE(children.length - 1, 3)
    page.writeUInt16BE(content & 0xffff, 5)
    page.writeUInt32BE(children.at(-1)!.page, 8)
    return page
  }

  /** Number of the page that is appended next. */
  private upcoming(): number {
    return this.following(this.next - 1)
  }

  private following(page: number): number {
    return page + 1 === Math.floor(LOCK_BYTE / this.pageSize) + 1 ? page + 2 : page + 1
  }

  private append(page: Buffer): number {
    const number = this.upcoming()
    if (number !== this.next) this.write(EMPTY)
    this.write(page)
    return number
  }

  private write(page: Buffer): void {
    const at = this.outPages * this.pageSize
    if (page === EMPTY) this.out.fill(0, at, at + this.pageSize)
    else page.copy(this.out, at)
    this.next++
    if (++this.outPages === TOGETHER) this.flush()
  }

  private flush(): void {
    const first = this.next - this.outPages
    this.put(this.out.subarray(0, this.outPages * this.pageSize), (first - 1) * this.pageSize)
    this.outPages = 0
  }

  private put(bytes: Buffer, position: number): void {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.file, bytes, done, bytes.length - done, position + done)
    }
  }
}

const EMPTY = Buffer.alloc(0)
/** Bytes of a value by its serial type, up to 9. */
const SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]

function latin(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at]!)
  return text
}

/** Keys and lengths are whole numbers below 2^53: at most eight bytes of seven bits. */
function lengthOfVarint(value: number): number {
  let length = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++
  return length
}

/** Answers where it ends. */
function writeVarint(into: Buffer, at: number, value: number): number {
  if (value < 0x80) {
    into[at] = value
    return at + 1
  }
  const length = lengthOfVarint(value)
  let rest = value
  for (let each = at + length - 1; each >= at; each--) {
    into[each] = (rest % 0x80) | (each === at + length - 1 ? 0 : 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return at + length
}
