import type { OrderBy, Value } from '@terrane/schema'
import type { Position } from '../../output-layer/store.js'
import { badInput } from '../refusal.js'

/** Where a page ended: its publication, its order, and the last row's sort values and number. */
export interface Cursor {
  publication: number
  position: Position
}

/**
 * Cursors are opaque, not secret and not signed: they carry sort values as the caller was shown them, and one that is
 * made up says no more than a `where` on the same properties, which the caller must be allowed to read all the same.
 */
export function writeCursor(cursor: Cursor, orderBy: OrderBy[]): string {
  return Buffer.from(JSON.stringify([cursor.publication, orderOf(orderBy), cursor.position])).toString('base64url')
}

/** @throws Refusal BAD_USER_INPUT where it is not a cursor of a list in this order. */
export function readCursor(text: string, orderBy: OrderBy[]): Cursor {
  let read: unknown
  try {
    read = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    throw badInput('`after` is not a cursor of this product.')
  }
  if (!Array.isArray(read) || read.length !== 3) throw badInput('`after` is not a cursor of this product.')
  const [publication, order, position] = read as [unknown, unknown, unknown]
  if (order !== orderOf(orderBy)) throw badInput('`after` is a cursor of a list in another order.')
  if (!Number.isSafeInteger(publication) || (publication as number) < 1 || !isPosition(position, orderBy.length)) {
    throw badInput('`after` is not a cursor of this product.')
  }
  return { publication: publication as number, position }
}

function isPosition(position: unknown, sorted: number): position is Position {
  return (
    Array.isArray(position) &&
    position.length === sorted + 1 &&
    position.every(isScalar) &&
    /^\d+$/.test(String(position.at(-1)))
  )
}

const isScalar = (value: Value) => value === null || ['string', 'number', 'boolean'].includes(typeof value)
const orderOf = (orderBy: OrderBy[]) => orderBy.map(({ property, direction }) => `${property} ${direction}`).join()
