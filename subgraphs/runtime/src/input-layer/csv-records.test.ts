import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { csvRecords, hasBroken } from './csv-records.js'

/** The search for broken quotes leaves out lines; reading every record is what it must agree with. */

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'terrane-csv-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function byReading(file: string): Promise<boolean> {
  for await (const { records } of csvRecords(file, ',', 3)) if (records.some(record => record.broken)) return true
  return false
}

/** The same numbers at every run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return state / 2 ** 32
  }
}

const GOOD = [
  'a,b,c\n',
  '"a",b,"c"\n',
  '"a,a",b,c\r\n',
  'a,"two\nlines",c\n',
  'a,"say ""so""",c\n',
  '\n',
  'a,b,"c"\r\n',
]
const BAD = ['a,"b"b,c\n', 'a,b,"c\n', '"\n', 'a"b,"c\n', '"",""",c\n']

test('agrees with reading every record', async () => {
  const next = numbers(7)
  const found = { broken: 0, whole: 0 }
  for (let i = 0; i < 300; i++) {
    const lines = Array.from({ length: 1 + Math.floor(next() * 8) }, () => {
      const from = next() < 0.1 ? BAD : GOOD
      return from[Math.floor(next() * from.length)]!
    })
    const text = lines.join('')
    const file = path.join(folder, `${i}.csv`)
    await writeFile(file, next() < 0.3 ? text.slice(0, -1) : text)
    const broken = await byReading(file)
    expect({ text, broken: await hasBroken(file, ',', 3) }).toEqual({ text, broken })
    found[broken ? 'broken' : 'whole']++
  }
  expect(Math.min(found.broken, found.whole)).toBeGreaterThan(50)
})

test.each([
  ['whole', 'a,"two\nlines",c\n', false],
  ['broken', 'a,"b"b,c\n', true],
])('wherever the file is cut into pieces, a %s record stays so', async (name, record, broken) => {
  const file = path.join(folder, `${name}.csv`)
  const line = 'x,y,z\n'
  // The piece ends before, in and after the record.
  for (let shift = 0; shift <= record.length; shift++) {
    const before = line.repeat(Math.floor((256 * 1024 - shift) / line.length))
    const filling = `${'x'.repeat(256 * 1024 - shift - before.length)}\n`
    await writeFile(file, `${before}${filling.slice(1)}${record}${line.repeat(10)}`)
    expect({ shift, broken: await hasBroken(file, ',', 3) }).toEqual({ shift, broken })
    expect(await byReading(file)).toBe(broken)
  }
})
