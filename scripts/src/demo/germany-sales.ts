import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { dateOf, timeOf } from './clock.js'
import { Dirt, type Generated, type Month, type Order, ordersOf, type Shop } from './orders.js'
import { Random, weighted } from './random.js'

const SPARTEN = ['Bücher', 'Garten', 'Küche', 'Spielwaren', 'Bekleidung', 'Elektronik', 'Sport', 'Werkzeug']

const SHOP: Shop = {
  prefix: 'DE',
  seed: 49,
  firstNames: 'Mia Leon Hannah Finn Emilia Paul Aylin Jonas Marlene Jürgen Zoë Mehmet'.split(' '),
  lastNames: 'Müller Schmidt Schneider Weiß Yılmaz Becker Hoffmann Schäfer Koch Richter Kowalski'.split(' '),
  mailDomains: ['beispiel.de', 'post.example.org'],
  countries: weighted([
    ['DE', 780],
    ['de', 15],
    ['D', 15],
    ['AT', 60],
    ['CH', 40],
    ['NL', 20],
    ['FR', 15],
    ['PL', 15],
    ['DK', 10],
    ['US', 8],
    ['TR', 5],
    [undefined, 10],
    ['XX', 4],
    ['DDR', 3],
  ]),
  currencyOf: (country, random) => (country === 'CH' && random.chance(0.6) ? 'CHF' : 'EUR'),
  prices: [1599, 2999, 4490, 2199, 5500, 19_900, 6500, 3499],
}

const COLUMNS = 'auftrag erfasst kunde email land sparte menge betrag waehrung einstand geaendert jahr monat'.split(' ')

/**
 * A lake as a warehouse leaves it: parquet files below `jahr=2026/monat=3/`. Amounts are text in German notation, times
 * are German time, and what was corrected lies in the month in which it was corrected.
 */
export async function writeGermanySales(folder: string, months: readonly Month[], total: number): Promise<Generated> {
  mkdirSync(folder, { recursive: true })
  const dirt = new Dirt(SHOP.seed + 1)
  const notation = new Random(SHOP.seed + 2)
  const text: string[] = []
  for (const [month, orders] of ordersOf(SHOP, months, total)) {
    const delivered = dirt.deliver(orders, month === months.at(-1))
    const notations = new Map<Order, number>()
    for (const [position, order] of delivered.orders.entries()) {
      const kind = notations.get(order) ?? notation.between(0, 9)
      notations.set(order, kind)
      const broken = delivered.broken.has(position)
      text.push(JSON.stringify(rowOf(order, kind, broken, month)))
    }
  }
  const lines = path.join(folder, '.lines.ndjson')
  writeFileSync(lines, text.join('\n'))
  await toParquet(lines, folder)
  rmSync(lines)
  const files = (readdirSync(folder, { recursive: true }) as string[])
    .filter(name => name.endsWith('.parquet'))
    .sort()
    .map(name => path.join(folder, name))
  return { files, orders: total, lines: text.length, ...dirt.counts }
}

function rowOf(order: Order, kind: number, broken: boolean, month: Month): Record<string, unknown> {
  return {
    // Rows that lost their number, as a failed join leaves them.
    auftrag: broken ? null : order.id,
    erfasst: berlinTime(order.at),
    kunde: order.customer,
    email: order.email ?? null,
    land: order.country ?? null,
    sparte: order.department === undefined ? null : SPARTEN[order.department],
    menge: order.quantity,
    betrag: germanNumber(order.amount, kind < 3),
    waehrung: kind === 3 ? order.currency.toLowerCase() : order.currency,
    einstand: order.cost === undefined ? null : germanNumber(order.cost, false),
    geaendert: `${dateOf(order.changedAt)}T${timeOf(order.changedAt)}.000Z`,
    jahr: month.year,
    monat: Number(month.name.slice(5)),
  }
}

/** `1.234,56`, with or without the point. */
function germanNumber(cents: number, grouped: boolean): string {
  const [whole, fraction] = (Math.abs(cents) / 100).toFixed(2).split('.') as [string, string]
  const shown = grouped ? whole.replace(/\B(?=(\d{3})+$)/g, '.') : whole
  return `${cents < 0 ? '-' : ''}${shown},${fraction}`
}

/** German time with its offset; the hour that autumn has twice would be lost without. */
function berlinTime(at: number): string {
  const offset = isSummer(at) ? 2 : 1
  const local = at + offset * 3_600_000
  return `${dateOf(local)} ${timeOf(local)}+0${offset}:00`
}

/** Summer time of the European Union: from the last Sunday of March to the last of October, 01:00 UTC. */
function isSummer(at: number): boolean {
  const year = new Date(at).getUTCFullYear()
  const lastSunday = (month: number) => {
    const last = new Date(Date.UTC(year, month + 1, 0, 1))
    return last.getTime() - last.getUTCDay() * 86_400_000
  }
  return at >= lastSunday(2) && at < lastSunday(9)
}

async function toParquet(lines: string, folder: string): Promise<void> {
  const types = COLUMNS.map(name => {
    const type = /menge|jahr|monat/.test(name) ? 'INTEGER' : name === 'geaendert' ? 'TIMESTAMP' : 'VARCHAR'
    return `${name}: '${type}'`
  })
  // One thread: the same rows are the same files.
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    await connection.run(
      `COPY (FROM read_ndjson('${lines.replaceAll("'", "''")}', columns = {${types.join(', ')}}))
       TO '${folder.replaceAll("'", "''")}' (FORMAT parquet, PARTITION_BY (jahr, monat), OVERWRITE_OR_IGNORE)`,
    )
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
