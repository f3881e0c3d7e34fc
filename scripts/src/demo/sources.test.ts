import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { monthsUntil } from './orders.js'
import { type DemoSources, generateSources } from './sources.js'

const TODAY = new Date('2026-03-10T15:00:00Z')
const ORDERS = 12_000

let homes: string[] = []
const home = () => {
  homes.push(mkdtempSync(path.join(tmpdir(), 'terrane-sources-')))
  return homes.at(-1)!
}
afterEach(() => {
  for (const each of homes) rmSync(each, { recursive: true, force: true })
  homes = []
})

const read = (file: string) => {
  const bytes = readFileSync(file)
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}
const linesOf = (files: string[]) => files.flatMap(file => read(file).trimEnd().split('\n'))
const digests = ({ uk, france, germany, japan, india, geography }: DemoSources) =>
  [uk, france, germany, japan, india]
    .flatMap(({ files }) => files)
    .concat(geography)
    .map(file => createHash('sha256').update(readFileSync(file)).digest('hex'))

test('the same day and number of orders give the same bytes', async () => {
  expect(digests(await generateSources(home(), { today: TODAY, orders: ORDERS }))).toEqual(
    digests(await generateSources(home(), { today: TODAY, orders: ORDERS })),
  )
})

test('what is there stays: a running mesh was published from it', async () => {
  const one = home()
  const first = await generateSources(one, { today: TODAY, orders: ORDERS })
  const before = statSync(first.uk.files[0]!).mtimeMs
  const second = await generateSources(one, { today: new Date('2026-11-22'), orders: ORDERS })
  expect([first.fresh, second.fresh]).toEqual([true, false])
  expect(statSync(second.uk.files[0]!).mtimeMs).toBe(before)
  expect({ ...second, fresh: true }).toMatchObject({ ...first })
})

test('a home that was moved or copied is the same home, whichever release wrote it', async () => {
  const one = home()
  const first = await generateSources(one, { today: TODAY, orders: ORDERS })
  const whole = digests(first)
  const marker = path.join('sources', 'generated.json')
  const told = readFileSync(path.join(one, marker), 'utf8')
  expect(told).not.toContain(one)

  const moved = path.join(home(), 'moved')
  renameSync(one, moved)
  const there = await generateSources(moved, { today: new Date('2026-11-22'), orders: ORDERS })
  expect([there.fresh, there.today, there.folder]).toEqual([false, first.today, path.join(moved, 'sources')])
  expect(digests(there)).toEqual(whole)

  // As it was written with whole paths.
  writeFileSync(path.join(moved, marker), JSON.stringify({ ...JSON.parse(told), ...first }))
  const copy = path.join(home(), 'copy')
  cpSync(moved, copy, { recursive: true })
  for (const place of [moved, copy]) {
    const known = await generateSources(place, { today: new Date('2026-11-22'), orders: ORDERS })
    expect({ ...known, fresh: true }).toEqual(JSON.parse(JSON.stringify(first).replaceAll(`${one}/`, `${place}/`)))
    expect([known.fresh, digests(known)]).toEqual([false, whole])
  }
})

test('what a crash left unfinished is written anew', async () => {
  const one = home()
  const first = await generateSources(one, { today: TODAY, orders: ORDERS })
  const whole = digests(first)
  rmSync(path.join(first.folder, 'generated.json'))
  writeFileSync(first.uk.files[0]!, 'half')
  expect(digests(await generateSources(one, { today: TODAY, orders: ORDERS }))).toEqual(whole)
})

test('months run from last January to yesterday', async () => {
  const months = monthsUntil(TODAY)
  expect(months.map(month => month.name)).toEqual([
    ...Array.from({ length: 12 }, (_, month) => `2025-${String(month + 1).padStart(2, '0')}`),
    '2026-01',
    '2026-02',
    '2026-03',
  ])
  expect(new Date(months.at(-1)!.until).toISOString()).toBe('2026-03-10T00:00:00.000Z')
})

test('the dirt of the United Kingdom is what the generator says', async () => {
  const { uk, folder } = await generateSources(home(), { today: TODAY, orders: ORDERS })
  expect(readdirSync(path.join(folder, 'uk-sales')).filter(name => name.endsWith('.csv.gz'))).toHaveLength(12)
  const lines = linesOf(uk.files).filter(line => !line.startsWith('order_id,'))
  expect(lines).toHaveLength(uk.lines)
  expect(new Set(lines.map(line => line.split(',')[0])).size).toBe(ORDERS)
  expect(uk.lines).toBe(ORDERS + uk.repeated + uk.corrected + uk.broken)
  const broken = lines.filter(line => line.includes(',n/a,') || line.replace(/"[^"]*"/g, '').split(',').length < 11)
  expect(broken).toHaveLength(uk.broken)
  expect(uk.broken).toBeGreaterThan(0)
  expect(uk.repeated).toBeGreaterThan(0)
  expect(uk.corrected).toBeGreaterThan(0)
  const notations = [/,\d{4}-\d\d-\d\d \d/, /,\d{4}-\d\d-\d\dT[\d:]+Z,/, /,\d\d\/\d\d\/\d{4} /]
  for (const notation of notations) expect(lines.some(line => notation.test(line))).toBe(true)
  expect(lines.some(line => /,-\d+,-\d+\.\d\d,/.test(line))).toBe(true)
})

test('France pushes JSON lines of which the broken ones are not', async () => {
  const { france } = await generateSources(home(), { today: TODAY, orders: ORDERS })
  const lines = linesOf(france.files)
  const ids = new Set<string>()
  let unfit = 0
  for (const line of lines) {
    try {
      const { numero, montant } = JSON.parse(line) as { numero: string; montant: unknown }
      ids.add(numero)
      if (typeof montant !== 'number') unfit++
    } catch {
      unfit++
    }
  }
  expect([lines.length, ids.size, unfit]).toEqual([france.lines, ORDERS, france.broken])
})

test('geography is the real one', async () => {
  const { geography } = await generateSources(home(), { today: TODAY, orders: 10 })
  const countries = JSON.parse(read(geography[0]!)) as { cca2: string; name: string; area: number | null }[]
  expect(countries.length).toBeGreaterThan(240)
  expect(countries.find(({ cca2 }) => cca2 === 'GB')?.name).toBe('United Kingdom')
  expect(countries.some(({ area }) => area !== null && area < 0)).toBe(false)
  expect(countries.some(({ cca2 }) => ['XX', 'ZZ', 'QQ'].includes(cca2))).toBe(false)
})
