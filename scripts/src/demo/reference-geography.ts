import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import countries from 'world-countries'
import type { Month } from './orders.js'
import { Random } from './random.js'

const CONTINENTS = [
  ['AF', 'Africa'],
  ['AN', 'Antarctica'],
  ['AS', 'Asia'],
  ['EU', 'Europe'],
  ['NA', 'North America'],
  ['OC', 'Oceania'],
  ['SA', 'South America'],
]

/** About what a unit was worth in euro when the demo's years began; from there the rates wander by the seed. */
const RATES: Record<string, number> = {
  EUR: 1,
  GBP: 1.19,
  USD: 0.96,
  CHF: 1.06,
  SEK: 0.087,
  NOK: 0.085,
  DKK: 0.134,
  PLN: 0.234,
  JPY: 0.0061,
  INR: 0.0112,
}

/** Countries as they are (npm `world-countries`), continents, and monthly exchange rates of the demo's own making. */
export function writeReferenceGeography(folder: string, months: readonly Month[]): string[] {
  mkdirSync(folder, { recursive: true })
  const rows = countries.map(country => ({
    cca2: country.cca2,
    cca3: country.cca3,
    name: country.name.common,
    officialName: country.name.official,
    capital: country.capital[0] ?? null,
    region: country.region,
    subregion: country.subregion || null,
    // The source says -1 where it does not know.
    area: country.area > 0 ? country.area : null,
    landlocked: country.landlocked,
    unMember: country.unMember,
    currency: Object.keys(country.currencies)[0] ?? null,
  }))
  const rates = ['currency,month,rate_to_eur']
  const random = new Random(7)
  for (const [currency, start] of Object.entries(RATES)) {
    let rate = start
    for (const month of months) {
      rates.push(`${currency},${month.name}-01,${rate.toFixed(6)}`)
      if (currency !== 'EUR') rate *= 0.985 + 0.03 * random.next()
    }
  }
  return [
    written(path.join(folder, 'countries.json'), JSON.stringify(rows)),
    written(path.join(folder, 'continents.csv'), ['code,name', ...CONTINENTS.map(row => row.join(','))].join('\n')),
    written(path.join(folder, 'exchange-rates.csv'), rates.join('\n')),
  ]
}

function written(file: string, text: string): string {
  writeFileSync(file, `${text}\n`)
  return file
}
