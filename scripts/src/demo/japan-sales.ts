import { mkdirSync } from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { dateOf, timeOf } from './clock.js'
import { Dirt, type Generated, type Month, type Order, ordersOf, type Shop } from './orders.js'
import { weighted } from './random.js'

const DEPARTMENTS = ['本', '園芸', 'キッチン', 'おもちゃ', '衣料', '家電', 'スポーツ', 'お茶']
/** Japan is nine hours ahead and has no summer time. */
const JAPAN_MILLISECONDS = 9 * 3_600_000

const SHOP: Shop = {
  prefix: 'JP',
  seed: 81,
  firstNames: 'Haruto Yui Sota Hina Ren Aoi Yuto Sakura Kenji Emi Daiki Mei'.split(' '),
  lastNames: 'Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Oda'.split(' '),
  mailDomains: ['example.jp', 'mail.example.jp'],
  countries: weighted([
    ['JP', 860],
    ['jp', 20],
    ['JPN', 10],
    ['KR', 30],
    ['TW', 25],
    ['CN', 20],
    ['US', 15],
    ['AU', 5],
    ['SG', 5],
    [undefined, 7],
    ['XX', 3],
  ]),
  currencyOf: () => 'JPY',
  // Whole yen.
  prices: [1800, 3200, 4800, 2500, 6900, 29_800, 7400, 1200],
}

/** The shop's own database: a journal of orders and their changes, in Japanese time and whole yen. */
export function writeJapanSales(folder: string, months: readonly Month[], total: number): Generated {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, 'shop.sqlite')
  const database = new Sqlite(file)
  const dirt = new Dirt(SHOP.seed + 1)
  let lines = 0
  try {
    database.pragma('journal_mode = OFF')
    database.exec(`CREATE TABLE order_journal (
      entry INTEGER PRIMARY KEY, order_no TEXT, ordered_at TEXT, customer TEXT, email TEXT, country TEXT, department TEXT,
      quantity INTEGER, amount_yen INTEGER, cost_yen INTEGER, changed_at TEXT)`)
    const insert = database.prepare('INSERT INTO order_journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    database.transaction(() => {
      for (const [month, orders] of ordersOf(SHOP, months, total)) {
        const delivered = dirt.deliver(orders, month === months.at(-1))
        for (const [position, order] of delivered.orders.entries())
          insert.run(++lines, ...valuesOf(order, delivered.broken.has(position)))
      }
    })()
  } finally {
    database.close()
  }
  return { files: [file], orders: total, lines, ...dirt.counts }
}

/** A column's type is advice to SQLite: a clerk's word gets into a number's place. */
function valuesOf(order: Order, broken: boolean): unknown[] {
  return [
    order.id,
    japanTime(order.at),
    order.customer,
    order.email ?? null,
    order.country ?? null,
    order.department === undefined ? null : DEPARTMENTS[order.department],
    broken ? '不明' : order.quantity,
    order.amount,
    order.cost ?? null,
    japanTime(order.changedAt),
  ]
}

function japanTime(at: number): string {
  const local = at + JAPAN_MILLISECONDS
  return `${dateOf(local).replaceAll('-', '/')} ${timeOf(local)}`
}
