import { Random } from './random.js'

/** An order as it truly was, before a source system wrote it down its own way. */
export interface Order {
  id: string
  /** Milliseconds, whole seconds, UTC. */
  at: number
  customer: string
  email: string | undefined
  /** As the customer gave it: missing, lower case and unknown codes included. */
  country: string | undefined
  /** Index into the shop's departments; undefined where the till did not say. */
  department: number | undefined
  quantity: number
  /** In cents of `currency`; returns are negative. */
  amount: number
  cost: number | undefined
  currency: string
  changedAt: number
}

/** What makes one country's orders different from another's. */
export interface Shop {
  /** `UK`: order numbers start with it. */
  prefix: string
  seed: number
  firstNames: readonly string[]
  lastNames: readonly string[]
  mailDomains: readonly string[]
  /** Country codes as customers give them, weighted by repetition. */
  countries: readonly (string | undefined)[]
  currencyOf(country: string | undefined, random: Random): string
  /** Typical price of an item in cents, by department. */
  prices: readonly number[]
}

export interface Month {
  /** `2026-03` */
  name: string
  year: number
  /** Milliseconds, UTC; until is exclusive. */
  from: number
  until: number
}

/** The months of the year before `today` and of its year to date; the last one ends where `today` begins. */
export function monthsUntil(today: Date): Month[] {
  const end = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate())
  const months: Month[] = []
  for (let month = 0; ; month++) {
    const from = Date.UTC(today.getUTCFullYear() - 1, month, 1)
    if (from >= end) return months
    const until = Math.min(Date.UTC(today.getUTCFullYear() - 1, month + 1, 1), end)
    const name = new Date(from).toISOString().slice(0, 7)
    months.push({ name, year: Number(name.slice(0, 4)), from, until })
  }
}

/** What the generator wrote for one country. */
export interface Generated {
  files: string[]
  /** Different orders. */
  orders: number
  /** Lines, with repeated, corrected and broken ones. */
  lines: number
  repeated: number
  corrected: number
  broken: number
}

/** Exactly `total` orders over the months, more of them before Christmas. */
export function* ordersOf(shop: Shop, months: readonly Month[], total: number): Generator<[Month, Order[]]> {
  const random = new Random(shop.seed)
  const weights = months.map(month => (month.until - month.from) * (/-1[12]$/.test(month.name) ? 1.6 : 1))
  const weight = weights.reduce((sum, one) => sum + one, 0)
  let done = 0
  let seen = 0
  for (const [index, month] of months.entries()) {
    seen += weights[index]!
    const upTo = index === months.length - 1 ? total : Math.round((total * seen) / weight)
    const count = upTo - done
    const orders: Order[] = []
    for (let position = 0; position < count; position++) {
      const share = (position + random.next()) / count
      const at = month.from + Math.floor((share * (month.until - month.from)) / 1000) * 1000
      orders.push(
        order(shop, random, `${shop.prefix}-${month.year}-${String(done + position + 1).padStart(7, '0')}`, at),
      )
    }
    done = upTo
    yield [month, orders]
  }
}

function order(shop: Shop, random: Random, id: string, at: number): Order {
  const first = random.pick(shop.firstNames)
  const last = random.pick(shop.lastNames)
  const country = random.pick(shop.countries)
  const department = random.between(0, shop.prices.length - 1)
  const sign = random.chance(0.03) ? -1 : 1
  const quantity = random.between(1, random.chance(0.1) ? 12 : 3)
  const amount = Math.round(shop.prices[department]! * quantity * (0.4 + 1.6 * random.next() ** 2))
  const cost = Math.round(amount * (0.55 + 0.3 * random.next()))
  return {
    id,
    at,
    customer: random.chance(0.01) ? `${last}, ${first}` : `${first} ${last}`,
    email: random.chance(0.02)
      ? undefined
      : mailbox(first, last, random.between(1, 999), random.pick(shop.mailDomains)),
    country,
    department: random.chance(0.01) ? undefined : department,
    quantity: sign * quantity,
    amount: sign * amount,
    cost: random.chance(0.003) ? undefined : sign * cost,
    currency: shop.currencyOf(country, random),
    changedAt: at + random.between(1, 3600) * 1000,
  }
}

const plainNames = new Map<string, string>()

function mailbox(first: string, last: string, number: number, domain: string): string {
  const name = `${first}.${last}`
  const known = plainNames.get(name)
  const plain = known ?? name.normalize('NFD').replace(/[^A-Za-z.]/g, '').toLowerCase() // biome-ignore format: one chain
  if (known === undefined) plainNames.set(name, plain)
  return `${plain}${number}@${domain}`
}

/** What source systems do to an order on its way: repeat it, correct it later, or break its line. */
export interface Deliveries {
  /** Lines of the month, in the order in which they arrive. */
  orders: Order[]
  /** Positions in `orders` whose line is to be broken. They repeat other lines, so nothing is lost with them. */
  broken: Set<number>
}

/** Adds dirt to a month: repetitions (1 %), corrections that arrive a month late (0.5 %), broken lines (0.02 %). */
export class Dirt {
  readonly counts = { repeated: 0, corrected: 0, broken: 0 }
  readonly #random: Random
  #late: Order[] = []

  constructor(seed: number) {
    this.#random = new Random(seed)
  }

  deliver(orders: readonly Order[], last: boolean): Deliveries {
    const lines: Order[] = [...this.#late]
    const broken = new Set<number>()
    this.#late = []
    for (const order of orders) {
      lines.push(order)
      const roll = this.#random.next()
      if (roll < 0.01) {
        lines.push(order)
        this.counts.repeated++
      } else if (roll < 0.015) {
        const corrected = { ...order, amount: Math.round(order.amount * 0.9), changedAt: order.changedAt + 86_400_000 }
        if (last) lines.push(corrected)
        else this.#late.push(corrected)
        this.counts.corrected++
      } else if (roll < 0.0152) {
        broken.add(lines.length)
        lines.push(order)
        this.counts.broken++
      }
    }
    return { orders: lines, broken }
  }
}

/** `1234` cents → `12.34`. */
export function money(cents: number): string {
  return (cents / 100).toFixed(2)
}
