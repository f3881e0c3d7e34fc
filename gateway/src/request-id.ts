import { writeRandomDigits } from './random-digits.js'

/**
 * A random UUID (RFC 9562, version 4). Node's own is put together from twenty texts, which the check of the header that it
 * is sent in puts together anew.
 */
export function requestId(): string {
  writeRandomDigits(view, 0, 4)
  writeRandomDigits(view, 9, 2)
  writeRandomDigits(view, VERSION_AT, 2)
  writeRandomDigits(view, VARIANT_AT, 2)
  writeRandomDigits(view, 24, 6)
  id[VERSION_AT] = VERSION
  id[VARIANT_AT] = VARIANT
  return id.toString('latin1')
}

const id = Buffer.from('00000000-0000-4000-8000-000000000000', 'latin1')
const view = new DataView(id.buffer, id.byteOffset, id.length)
const [VERSION_AT, VARIANT_AT] = [14, 19]
const [VERSION, VARIANT] = [id[VERSION_AT]!, id[VARIANT_AT]!]
