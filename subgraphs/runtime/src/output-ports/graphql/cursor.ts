import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto'
import type { OrderBy, Value } from '@terrane/schema'
import type { Manifest, Position } from '../../output-layer/store.js'
import { badInput, Refusal } from '../refusal.js'

/** The list that a cursor belongs to. */
export interface Walk {
  manifest: Pick<Manifest, 'number' | 'id' | 'cursorKey' | 'fingerprint'>
  dataset: string
  orderBy: OrderBy[]
}

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const ROW_DIGITS = 16
const NAME_LENGTH = 11

/**
 * Where a page ended: its publication by number and name, and sealed the last row's sort values and number. A row's
 * number tells how many rows stand before it, those that a row filter hides included, so nobody but the product may read it.
 */
export function writeCursor(position: Position, walk: Walk): string {
  const key = keyOf(walk)
  // Of one length: a seal hides what is in it, not how long it is.
  const text = JSON.stringify([...position.slice(0, -1), String(position.at(-1)).padStart(ROW_DIGITS, '0')])
  // Made of what is sealed, so that one row has one cursor, and no two texts share a nonce.
  const nonce = createHmac('sha256', key)
    .update(`${listOf(walk)} ${text}`)
    .digest()
    .subarray(0, NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(listOf(walk))
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  const { manifest } = walk
  const cursor = [manifest.number, sealed.toString('base64url'), nameOf(manifest)]
  return Buffer.from(JSON.stringify(cursor)).toString('base64url')
}

/**
 * @throws Refusal BAD_USER_INPUT where it is not a cursor of this list, PUBLICATION_GONE where it is of another publication
 * of that number: one from before the product began again with an empty home.
 */
export function readCursor(text: string, walk: Walk): Position {
  const { sealed, name } = opened(text)
  // Without the number: by that a gateway would take the publication that it reads for gone, and ask again.
  if (name !== undefined && name !== nameOf(walk.manifest))
    throw new Refusal('PUBLICATION_GONE', 'The publication of this cursor is no longer kept: begin at the first page.')
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length <= NONCE_BYTES + TAG_BYTES) throw foreign()
  try {
    const decipher = createDecipheriv(CIPHER, keyOf(walk), bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(listOf(walk))
      .setAuthTag(bytes.subarray(-TAG_BYTES))
    const position = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
    return JSON.parse(position.toString('utf8')) as Value[] as Position
  } catch {
    throw foreign()
  }
}

/** The publication that a cursor walks through. @throws Refusal BAD_USER_INPUT where it is no cursor. */
export function publicationOf(text: string): number {
  return opened(text).publication
}

/** Cursors from before they had a name of their publication have two parts. */
function opened(text: string): { publication: number; sealed: string; name: string | undefined } {
  let read: unknown
  try {
    read = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    throw foreign()
  }
  if (!Array.isArray(read) || read.length < 2 || read.length > 3) throw foreign()
  const [publication, sealed, name] = read as [unknown, unknown, unknown]
  if (!Number.isSafeInteger(publication) || (publication as number) < 1 || typeof sealed !== 'string') throw foreign()
  if (name !== undefined && typeof name !== 'string') throw foreign()
  return { publication: publication as number, sealed, name }
}

const foreign = () => badInput('`after` is not a cursor of this list in this order.')

/** Short, and enough to tell publications of one number from one another: what opens a cursor is its key. */
const nameOf = ({ id }: Walk['manifest']) => createHash('sha256').update(id).digest('base64url').slice(0, NAME_LENGTH)

/** Publications of before there were keys are sealed by what they were made of. */
const keyOf = ({ manifest }: Walk) =>
  createHash('sha256')
    .update(manifest.cursorKey ?? manifest.fingerprint)
    .digest()

const listOf = ({ dataset, orderBy }: Walk) =>
  Buffer.from(JSON.stringify([dataset, ...orderBy.map(({ property, direction }) => `${property} ${direction}`)]))
