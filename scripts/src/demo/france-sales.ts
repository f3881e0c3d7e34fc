import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { dateOf, timeOf } from './clock.js'
import { Dirt, type Generated, type Month, type Order, ordersOf, type Shop } from './orders.js'
import { Random, weighted } from './random.js'

const RAYONS = ['livres', 'jardin', 'cuisine', 'jouets', 'vêtements', 'électronique', 'sport', 'fromagerie']

const SHOP: Shop = {
  prefix: 'FR',
  seed: 33,
  firstNames: [
    'Jade',
    'Gabriel',
    'Louise',
    'Léo',
    'Emma',
    'Raphaël',
    'Zoé',
    'Arthur',
    'Inès',
    'Hugo',
    'Chloé',
    'Amadou',
  ],
  lastNames: ['Martin', 'Bernard', 'Dubois', 'Lefèvre', 'Moreau', "D'Angelo", 'Diallo', 'Garçon', 'Roux', 'Benali'],
  mailDomains: ['exemple.fr', 'courrier.example.org'],
  countries: weighted([
    ['FR', 760],
    ['fr', 20],
    ['BE', 50],
    ['CH', 40],
    ['LU', 15],
    ['DE', 20],
    ['ES', 15],
    ['IT', 15],
    ['GB', 20],
    ['CA', 10],
    ['MA', 8],
    ['SN', 5],
    ['BR', 5],
    [undefined, 10],
    ['XX', 3],
    ['QQ', 2],
  ]),
  currencyOf: (country, random) => {
    if (country === 'CH') return 'CHF'
    return country === 'GB' && random.chance(0.5) ? 'GBP' : 'EUR'
  },
  prices: [1490, 2290, 4290, 1990, 4900, 17_900, 5900, 890],
}

/** Batches of JSON lines as the tills push them, one a quarter. */
export function writeFranceSales(folder: string, months: readonly Month[], total: number): Generated {
  mkdirSync(folder, { recursive: true })
  const dirt = new Dirt(SHOP.seed + 1)
  const notation = new Random(SHOP.seed + 2)
  const quarters = new Map<string, string[]>()
  let lines = 0
  for (const [month, orders] of ordersOf(SHOP, months, total)) {
    const delivered = dirt.deliver(orders, month === months.at(-1))
    const notations = new Map<Order, number>()
    const quarter = `${month.year}-q${Math.ceil(Number(month.name.slice(5)) / 3)}`
    const text = quarters.get(quarter) ?? []
    quarters.set(quarter, text)
    for (const [position, order] of delivered.orders.entries()) {
      const kind = notations.get(order) ?? notation.between(0, 9)
      notations.set(order, kind)
      const line = JSON.stringify(message(order, kind))
      text.push(delivered.broken.has(position) ? broken(line, position) : line)
    }
    lines += delivered.orders.length
  }
  const files = [...quarters].map(([quarter, text]) => {
    const file = path.join(folder, `commandes-${quarter}.ndjson`)
    writeFileSync(file, `${text.join('\n')}\n`)
    return file
  })
  return { files, orders: total, lines, ...dirt.counts }
}

function message(order: Order, kind: number): Record<string, unknown> {
  return {
    numero: order.id,
    date: notated(order.at, kind),
    client: order.customer,
    // A till leaves out what it does not know, and so does JSON.
    courriel: order.email,
    pays: order.country ?? null,
    rayon: order.department === undefined ? null : RAYONS[order.department],
    quantite: order.quantity,
    montant: order.amount / 100,
    devise: order.currency,
    cout: order.cost === undefined ? null : order.cost / 100,
    modifie_le: `${dateOf(order.changedAt)}T${timeOf(order.changedAt)}.000Z`,
  }
}

function notated(at: number, kind: number): string {
  const [date, time] = [dateOf(at), timeOf(at)]
  if (kind < 6) return `${date.slice(8)}/${date.slice(5, 7)}/${date.slice(0, 4)} ${time}`
  return kind < 9 ? `${date}T${time}.000Z` : `${date} ${time}`
}

/** A connection lost in the middle of a line, or a word where a number belongs. */
function broken(line: string, position: number): string {
  if (position % 2 === 0) return line.slice(0, line.length / 2)
  return line.replace(/"montant":[^,]+/, '"montant":"inconnu"')
}
