import { randomFillSync } from 'node:crypto'

/** Made many at a time: it takes longer to ask for random bytes than to make them. */
const random = new Uint8Array(16 * 1024)
let taken = random.length

/** By byte its two hexadecimal digits, as one number. */
const DIGITS = Uint16Array.from({ length: 256 }, (_, byte) =>
  Buffer.from(byte.toString(16).padStart(2, '0'), 'latin1').readUInt16BE(),
)

/**
 * The hexadecimal digits of so many random bytes, from a place in a text on that is written over for each: what is put
 * together from parts instead is put together once more by all who read it.
 */
export function writeRandomDigits(text: DataView, at: number, bytes: number): void {
  if (taken + bytes > random.length) {
    randomFillSync(random)
    taken = 0
  }
  const from = taken
  taken += bytes
  for (let one = 0; one < bytes; one++) text.setUint16(at + 2 * one, DIGITS[random[from + one]!]!)
}
