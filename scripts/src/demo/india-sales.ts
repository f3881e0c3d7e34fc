import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Dirt, type Generated, type Month, money, type Order, ordersOf, type Shop } from './orders.js'
import { Random, weighted } from './random.js'

const CATEGORIES = ['Books', 'Garden', 'Kitchen', 'Toys', 'Clothing', 'Electronics', 'Sports', 'Spices']
/** A till sends what it has sold in one message, a list of orders: below the size up to which messages load together. */
const ORDERS_A_MESSAGE = 200
/** Of a hundred messages so many arrive twice, as a network's at-least-once makes them. */
const REPEATED_OF_HUNDRED = 3

export const INDIA: Shop = {
  prefix: 'IN',
  seed: 91,
  firstNames: 'Aarav Ananya Vihaan Diya Arjun Isha Kabir Meera Rohan Sana Vikram Zoya'.split(' '),
  lastNames: 'Sharma Patel Iyer Khan Reddy Das Nair Singh Gupta Fernandes Bose'.split(' '),
  mailDomains: ['example.in', 'dak.example.in'],
  countries: weighted([
    ['IN', 850],
    ['in', 20],
    ['IND', 15],
    ['BD', 20],
    ['LK', 20],
    ['NP', 20],
    ['AE', 25],
    ['GB', 10],
    ['US', 10],
    [undefined, 7],
    ['XX', 3],
  ]),
  currencyOf: (country, random) => (country === 'US' && random.chance(0.5) ? 'USD' : 'INR'),
  prices: [49_900, 79_900, 129_900, 39_900, 149_900, 1_899_900, 189_900, 19_900],
}

export interface GeneratedMessages extends Generated {
  /** As sent, repeated ones included. */
  messages: number
}

/** One message a line, in the order in which the tills send them; a file a quarter. */
export function writeIndiaSales(folder: string, months: readonly Month[], total: number): GeneratedMessages {
  mkdirSync(folder, { recursive: true })
  const dirt = new Dirt(INDIA.seed + 1)
  const network = new Random(INDIA.seed + 2)
  const quarters = new Map<string, string[]>()
  let lines = 0
  let messages = 0
  for (const [month, orders] of ordersOf(INDIA, months, total)) {
    const delivered = dirt.deliver(orders, month === months.at(-1))
    const name = `${month.year}-q${Math.ceil(Number(month.name.slice(5)) / 3)}`
    const quarter = quarters.get(name) ?? []
    quarters.set(name, quarter)
    for (let from = 0; from < delivered.orders.length; from += ORDERS_A_MESSAGE) {
      const sold = delivered.orders.slice(from, from + ORDERS_A_MESSAGE)
      const message = JSON.stringify(sold.map((order, at) => saleOf(order, delivered.broken.has(from + at))))
      const times = network.chance(REPEATED_OF_HUNDRED / 100) ? 2 : 1
      for (let time = 0; time < times; time++) quarter.push(message)
      messages += times
      lines += sold.length
    }
  }
  const files = [...quarters].map(([name, sent]) => {
    const file = path.join(folder, `messages-${name}.ndjson`)
    writeFileSync(file, `${sent.join('\n')}\n`)
    return file
  })
  return { files, orders: total, lines, messages, ...dirt.counts }
}

/** Amounts are text, so that nothing rounds them on the way. */
export function saleOf(order: Order, broken = false): Record<string, unknown> {
  return {
    order: order.id,
    // Seconds since 1970, as tills count.
    sold_at: order.at / 1000,
    customer: order.customer,
    // JSON leaves out what is undefined.
    email: order.email,
    country: order.country ?? '',
    category: order.department === undefined ? null : CATEGORIES[order.department],
    quantity: order.quantity,
    amount: broken ? 'ERR' : money(order.amount),
    currency: order.currency,
    cost: order.cost === undefined ? null : money(order.cost),
    revision: order.changedAt / 1000,
  }
}
