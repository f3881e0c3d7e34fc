import { parse } from 'lossless-json'
import { type Fields, isFields } from '../plan/place.js'
import { numberOf } from './exact-number.js'
import { mayRound } from './may-round.js'

/** As `JSON.parse`, but that numbers in the member of that name are what they are: `ExactNumber`s where doubles are not. */
export const readJson = (json: string, name: string): unknown => withExact(JSON.parse(json), json, name)

/** The same of what was read of it already. */
export function withExact(read: unknown, json: string, name: string): unknown {
  return mayRound(json) && isFields(read) && name in read ? { ...read, [name]: exactly(read, json)[name] } : read
}

function exactly(read: Fields, json: string): Fields {
  try {
    return parse(json, null, LAST_AND_EXACT) as Fields
  } catch (error) {
    // Deeper than this reader goes, and than anything that anybody is told.
    if (error instanceof RangeError) return read
    throw error
  }
}

/** Of two members of one name the later counts, as for `JSON.parse`. */
const LAST_AND_EXACT = { parseNumber: numberOf, onDuplicateKey: ({ newValue }: { newValue: unknown }) => newValue }
