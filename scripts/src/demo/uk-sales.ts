import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { dateOf, timeOf } from './clock.js'
import { Dirt, type Generated, type Month, money, type Order, ordersOf, type Shop } from './orders.js'
import { Random, weighted } from './random.js'

const DEPARTMENTS = ['books', 'garden', 'kitchen', 'toys', 'clothing', 'electronics', 'sports']
const EURO = new Set(['IE', 'FR', 'DE', 'ES', 'NL'])
const HEADER =
  'order_id,ordered_at,customer_name,customer_email,country,category,quantity,amount,currency,cost,changed_at'

const SHOP: Shop = {
  prefix: 'UK',
  seed: 44,
  firstNames: [
    'Amelia',
    'Oliver',
    'Isla',
    'George',
    'Ava',
    'Harry',
    'Priya',
    'Noah',
    'Zainab',
    'Siân',
    'Callum',
    'Grace',
  ],
  lastNames: ['Smith', 'Jones', 'Patel', 'Taylor', "O'Brien", 'Khan', 'Evans', 'MacLeod', 'Wilson', 'Clarke', 'Price'],
  mailDomains: ['example.co.uk', 'mail.example.org', 'post.example.com'],
  countries: weighted([
    ['GB', 720],
    ['UK', 30],
    ['gb', 30],
    [' GB ', 10],
    ['IE', 50],
    ['FR', 25],
    ['DE', 25],
    ['US', 30],
    ['ES', 15],
    ['NL', 15],
    ['AU', 10],
    ['CA', 10],
    ['IN', 8],
    ['JP', 5],
    ['ZA', 5],
    [undefined, 8],
    ['XX', 3],
    ['ZZ', 1],
  ]),
  currencyOf: (country, random) => {
    if (country !== undefined && EURO.has(country) && random.chance(0.6)) return 'EUR'
    return country === 'US' ? 'USD' : 'GBP'
  },
  prices: [1299, 2450, 3990, 1899, 4500, 15_900, 5500],
}

/** One csv a month as the shop exports it; finished years are compressed. */
export function writeUkSales(folder: string, months: readonly Month[], total: number): Generated {
  mkdirSync(folder, { recursive: true })
  const dirt = new Dirt(SHOP.seed + 1)
  const notation = new Random(SHOP.seed + 2)
  const files: string[] = []
  const lastYear = months.at(-1)?.year
  let lines = 0
  for (const [month, orders] of ordersOf(SHOP, months, total)) {
    const delivered = dirt.deliver(orders, month === months.at(-1))
    const notations = new Map<Order, number>()
    const text = [HEADER]
    for (const [position, order] of delivered.orders.entries()) {
      // A repeated line is the same line.
      const kind = notations.get(order) ?? notation.between(0, 9)
      notations.set(order, kind)
      const line = csvLine(order, kind)
      text.push(delivered.broken.has(position) ? broken(line, position) : line)
    }
    lines += delivered.orders.length
    const compressed = month.year !== lastYear
    const file = path.join(folder, `orders-${month.name}.csv${compressed ? '.gz' : ''}`)
    const bytes = `${text.join('\n')}\n`
    writeFileSync(file, compressed ? gzipSync(bytes, { level: 1 }) : bytes)
    files.push(file)
  }
  return { files, orders: total, lines, ...dirt.counts }
}

function csvLine(order: Order, kind: number): string {
  const email = order.email === undefined ? '' : kind === 1 ? ` ${order.email.toUpperCase()}` : order.email
  const department = order.department === undefined ? '' : DEPARTMENTS[order.department]!
  return [
    order.id,
    notated(order.at, kind),
    quoted(order.customer),
    email,
    order.country ?? '',
    kind === 2 ? department.toUpperCase() : department,
    order.quantity,
    money(order.amount),
    kind === 3 ? order.currency.toLowerCase() : order.currency,
    order.cost === undefined ? '' : money(order.cost),
    `${dateOf(order.changedAt)}T${timeOf(order.changedAt)}Z`,
  ].join(',')
}

/** Seven in ten as the shop means it, the rest as an older and a foreign till write it (the last without seconds). */
function notated(at: number, kind: number): string {
  const [date, time] = [dateOf(at), timeOf(at)]
  if (kind < 7) return `${date} ${time}`
  if (kind < 9) return `${date}T${time}Z`
  return `${date.slice(8)}/${date.slice(5, 7)}/${date.slice(0, 4)} ${time.slice(0, 5)}`
}

function quoted(text: string): string {
  return text.includes(',') ? `"${text}"` : text
}

/** Cut short by a full disk, or with a word where a number belongs. */
function broken(line: string, position: number): string {
  const fields = line.split(',')
  return position % 2 === 0 ? fields.slice(0, 3).join(',') : line.replace(/,-?\d+,-?\d+\.\d\d,/, ',n/a,n/a,')
}
