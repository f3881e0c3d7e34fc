import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { issueToken } from '@terrane/gateway'
import { type DemoMesh, startDemoMesh, Terminal } from '@terrane/scripts'
import { eventually } from '../processes/processes.js'
import { type Expected, expectedOf } from './reference.js'

/** Five countries report, their continents add up, and five people ask the same questions. */

const TODAY = new Date('2026-11-22T00:00:00Z')
const ORDERS = 12_000

const WITHOUT_MARGIN = `
  europeSales { byCountryAndMonth(where: { month: { gte: "2026-01-01" } }, first: 5) {
    nodes { country { code name continent { name } } month orderCount revenue } } }
  ukSales {
    orders(first: 3, orderBy: [{ amount: DESC }]) {
      totalCount nodes { orderId orderedAt amount currency customerEmail country { name } } }
    ordersAggregate(groupBy: [PRODUCT_CATEGORY]) { group { productCategory } count sum { amount } }
    product { name version owner { name } quality { passed failed } freshness } }`
const QUESTION = `{ ${WITHOUT_MARGIN} }`
const QUESTION_WITH_MARGIN = `{ ${WITHOUT_MARGIN.replace('revenue }', 'revenue margin }')} }`

const WORLD = `{
  globalSales { byContinent {
    nodes { continentCode continent { name countries(first: 3) { nodes { code name } } } orderCount revenue margin } } }
  mesh { products(search: "sales") { nodes { name domain address owner { name } } } } }`

interface Answer {
  status: number
  data: unknown
  errors: { message: string; path?: (string | number)[]; extensions: { code: string } }[]
}

let home: string
let mesh: DemoMesh
let expected: Expected
const lines: string[] = []
const quiet = new Terminal(false, { isTTY: false, write: (text: string) => lines.push(text) } as never)

async function ask(as: string | undefined, query: string): Promise<Answer> {
  const token = as && (await issueToken({ home, as }))
  const answer = await fetch(`${mesh.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query }),
  })
  const { data = null, errors = [] } = (await answer.json()) as Partial<Answer>
  return { status: answer.status, data, errors }
}

async function push(as: string | undefined, order: object): Promise<Response> {
  const token = as && (await issueToken({ home, as }))
  return fetch(`${mesh.url}/data/europe/france/france-sales/1/input/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: `${JSON.stringify(order)}\n`,
  })
}

/** What stands in an answer at `ukSales.orders.nodes`; whoever asked says what it is. */
function at<Found>({ data }: Answer, place: string): Found {
  return place
    .split('.')
    .reduce<unknown>((found, name) => (found as Record<string, unknown> | null)?.[name], data) as Found
}

interface Orders {
  totalCount: number
  nodes: { orderId: string; amount: string; customerEmail: string | null; customerName: string; countryCode: string }[]
}
interface Months {
  totalCount: number
  nodes: {
    country: { code: string; continent: { name: string } } | null
    countryCode: string | null
    month: string
    orderCount: number
    revenue: string
    margin: string | null
  }[]
  pageInfo: { hasNextPage: boolean; endCursor: string }
}
interface Category {
  group: { productCategory: string }
  count: number
  sum: { amount: string }
}
interface Continents {
  nodes: {
    continentCode: string | null
    continent: { name: string; countries: { nodes: object[] } } | null
    orderCount: number
    revenue: string
    margin: string
  }[]
}
interface Publication {
  current: boolean
  number: number
  inputs: { port: string; upstream: object }[]
}
interface Run {
  state: string
  quarantined: number
}

const start = () =>
  startDemoMesh({
    home,
    listenPort: 0,
    host: '127.0.0.1',
    terminal: quiet,
    log: ({ level, message }) => level === 'info' || lines.push(message),
    today: TODAY,
    orders: ORDERS,
  })

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'terrane-demo-'))
  mesh = await start()
  expected = await expectedOf(mesh.sources.folder)
})

afterAll(async () => {
  await mesh?.close()
  rmSync(home, { recursive: true, force: true })
})

describe('who must not see', () => {
  test.each([undefined, 'visitor'])('%s: sales are known and stay shut, geography is open', async as => {
    const sales = await ask(as, QUESTION)
    expect(sales.data).toMatchObject({
      europeSales: { byCountryAndMonth: null },
      ukSales: { orders: null, ordersAggregate: null, product: { name: 'uk-sales' } },
    })
    expect(new Set(sales.errors.map(({ extensions }) => extensions.code))).toEqual(
      new Set(['UNAUTHORIZED_FIELD_OR_TYPE']),
    )
    const geography = await ask(as, '{ referenceGeography { country(code: "GB") { name continent { name } } } }')
    expect(geography).toMatchObject({
      data: { referenceGeography: { country: { name: 'United Kingdom', continent: { name: 'Europe' } } } },
      errors: [],
    })
  })

  test.each(['visitor', 'analyst', 'uk-manager'])('%s: margin of Europe is an unknown field', async as => {
    const answer = await ask(as, '{ europeSales { byCountryAndMonth(first: 1) { nodes { revenue margin } } } }')
    expect(answer.data).toBeNull()
    expect(answer.errors.length).toBeGreaterThan(0)
    expect(answer.errors.every(({ message }) => /Cannot query field/.test(message))).toBe(true)
  })

  test.each([
    [
      'filtered by',
      '{ ukSales { orders(first: 1, where: { customerEmail: { startsWith: "a" } }) { nodes { orderId } } } }',
    ],
    ['sorted by', '{ ukSales { orders(first: 1, orderBy: [{ customerEmail: ASC }]) { nodes { orderId } } } }'],
    ['grouped by', '{ ukSales { ordersAggregate(groupBy: [CUSTOMER_EMAIL]) { count } } }'],
  ])('an analyst: nothing is %s the e-mail', async (_way, query) => {
    const answer = await ask('analyst', query)
    expect(JSON.stringify(answer.data)).not.toMatch(/UK-\d|"count":\d/)
    expect(answer.errors.map(({ extensions }) => extensions.code)).toContain('UNAUTHORIZED_FIELD_OR_TYPE')
  })

  test('an analyst sees of a name its initial alone, also when sorting and filtering', async () => {
    const answer = await ask('analyst', '{ ukSales { orders(first: 20) { nodes { customerName } } } }')
    const names = at<Orders>(answer, 'ukSales.orders').nodes.map(node => node.customerName)
    expect(names).toHaveLength(20)
    expect(names.filter(name => !/^.…$/u.test(name))).toEqual([])
    const found = await ask(
      'analyst',
      '{ ukSales { orders(where: { customerName: { contains: "mith" } }, first: 1) { totalCount } } }',
    )
    expect(at(found, 'ukSales.orders.totalCount')).toBe(0)
  })

  test.each(['visitor', 'uk-manager'])('%s: nothing of Asia and the world can be read', async as => {
    const fields = ['asiaSales { orders', 'globalSales { byContinent', 'japanSales { orders', 'indiaSales { orders', 'germanySales { orders'] // biome-ignore format: one list
    const answer = await ask(as, `{ ${fields.map(field => `${field} { totalCount } }`).join(' ')} }`)
    expect(JSON.stringify(answer.data)).not.toMatch(/\d/)
    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(Array(5).fill('UNAUTHORIZED_FIELD_OR_TYPE'))
  })

  test('an analyst: of the new countries too neither e-mail nor margin, and initials for names', async () => {
    for (const product of ['germanySales', 'japanSales', 'indiaSales']) {
      const answer = await ask(
        'analyst',
        `{ ${product} { orders(first: 5) { nodes { customerName customerEmail amount } } } }`,
      )
      const { nodes } = at<Orders>(answer, `${product}.orders`)
      expect(nodes.map(node => node.customerEmail)).toEqual(Array(5).fill(null))
      expect(nodes.filter(node => !/^.…$/u.test(node.customerName))).toEqual([])
      const margin = await ask('analyst', `{ ${product} { orders(first: 1) { nodes { margin } } } }`)
      expect(margin.data).toBeNull()
    }
  })

  test('a manager of the United Kingdom reads nothing of France', async () => {
    const answer = await ask('uk-manager', '{ franceSales { orders(first: 1) { nodes { orderId } } } }')
    expect(JSON.stringify(answer.data)).not.toContain('FR-')
    expect(answer.errors.map(({ extensions }) => extensions.code)).toContain('UNAUTHORIZED_FIELD_OR_TYPE')
  })

  test('a manager of the United Kingdom sees of Europe the rows of GB alone', async () => {
    const answer = await ask(
      'uk-manager',
      `{ europeSales {
        byCountryAndMonth(first: 100) { totalCount nodes { country { code } orderCount } }
        ordersAggregate(groupBy: [COUNTRY_CODE]) { group { countryCode } count } } }`,
    )
    expect(answer.errors).toEqual([])
    const british = expected.byCountryAndMonth.filter(row => row.country_code === 'GB')
    const byCountryAndMonth = at<Months>(answer, 'europeSales.byCountryAndMonth')
    expect(byCountryAndMonth.totalCount).toBe(british.length)
    expect(new Set(byCountryAndMonth.nodes.map(node => node.country?.code))).toEqual(new Set(['GB']))
    expect(at(answer, 'europeSales.ordersAggregate')).toEqual([
      { group: { countryCode: 'GB' }, count: british.reduce((sum, row) => sum + row.order_count, 0) },
    ])
  })
})

describe('who may see', () => {
  test.each(['steward', 'admin'])('%s: everything of the question, margin included', async as => {
    const answer = await ask(as, QUESTION_WITH_MARGIN)
    expect({ status: answer.status, errors: answer.errors }).toEqual({ status: 200, errors: [] })
    const months = at<Months>(answer, 'europeSales.byCountryAndMonth').nodes
    expect(months).toHaveLength(5)
    for (const { country, month, orderCount, revenue, margin } of months) {
      const code = country?.code ?? null
      const row = expected.byCountryAndMonth.find(one => one.month === month && one.country_code === code)
      expect({ country_code: code, month, order_count: orderCount, revenue, margin }).toEqual(row)
      if (country) expect(country.continent.name).toMatch(/\w/)
    }
    const orders = at<Orders>(answer, 'ukSales.orders')
    expect([orders.totalCount, expected.ukOrders]).toEqual([ORDERS, ORDERS])
    expect(orders.nodes.map(node => node.amount)).toEqual(expected.ukLargest.map(row => row.amount))
    const categories = at<Category[]>(answer, 'ukSales.ordersAggregate').map(({ group, count, sum }) => ({
      product_category: group.productCategory,
      orders: count,
      total: sum.amount,
    }))
    expect(categories.sort((a, b) => (a.product_category < b.product_category ? -1 : 1))).toEqual(expected.ukByCategory)
    expect(at(answer, 'ukSales.product')).toMatchObject({
      name: 'uk-sales',
      version: '1.0.0',
      owner: { name: 'UK Sales' },
      freshness: 'FRESH',
      quality: { failed: 0 },
    })
    expect(at(answer, 'ukSales.product.quality.passed')).toBeGreaterThan(0)
  })

  test('an analyst: the e-mail is null with an error, the rest is answered', async () => {
    const answer = await ask('analyst', QUESTION)
    const { nodes } = at<Orders>(answer, 'ukSales.orders')
    expect(nodes.map(node => node.amount)).toEqual(expected.ukLargest.map(row => row.amount))
    expect(nodes.map(node => node.customerEmail)).toEqual([null, null, null])
    expect(at<Months>(answer, 'europeSales.byCountryAndMonth').nodes).toHaveLength(5)
    expect(new Set(answer.errors.map(({ extensions }) => extensions.code))).toEqual(
      new Set(['UNAUTHORIZED_FIELD_OR_TYPE']),
    )
    expect(answer.errors.some(({ path }) => path?.includes('customerEmail'))).toBe(true)
  })

  test('what Europe says is what plain SQL over the files says', async () => {
    const rows: Expected['byCountryAndMonth'] = []
    let after = ''
    do {
      const answer = await ask(
        'steward',
        `{ europeSales { byCountryAndMonth(first: 100${after && `, after: "${after}"`}) {
          nodes { countryCode month orderCount revenue margin } pageInfo { hasNextPage endCursor } } } }`,
      )
      expect(answer.errors).toEqual([])
      const page = at<Months>(answer, 'europeSales.byCountryAndMonth')
      for (const node of page.nodes) {
        const { countryCode, month, orderCount, revenue, margin } = node
        rows.push({ country_code: countryCode, month, order_count: orderCount, revenue, margin })
      }
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : ''
    } while (after)
    const key = (row: Expected['byCountryAndMonth'][number]) => `${row.month} ${row.country_code ?? '~'}`
    rows.sort((a, b) => (key(a) < key(b) ? -1 : 1))
    expect(rows).toEqual(expected.byCountryAndMonth)
    expect(rows.some(row => row.country_code === null)).toBe(true)
    expect(rows.reduce((sum, row) => sum + row.order_count, 0)).toBe(3 * ORDERS)
  })

  test('what the world says is what plain SQL over all files says', async () => {
    const answer = await ask('steward', WORLD)
    expect({ status: answer.status, errors: answer.errors }).toEqual({ status: 200, errors: [] })
    const nodes = at<Continents>(answer, 'globalSales.byContinent').nodes
    const rows = nodes.map(({ continentCode, orderCount, revenue, margin }) => ({
      continent_code: continentCode,
      order_count: orderCount,
      revenue,
      margin,
    }))
    expect(rows).toEqual(expected.byContinent)
    expect(rows.reduce((sum, row) => sum + row.order_count, 0)).toBe(5 * ORDERS)
    const names = ['Africa', 'Asia', 'Europe', 'North America', 'Oceania', 'South America', undefined]
    expect(nodes.map(({ continent }) => continent?.name)).toEqual(names.filter((_, place) => nodes[place]))
    const european = nodes.find(({ continentCode }) => continentCode === 'EU')!
    expect(european.continent!.countries.nodes).toHaveLength(3)
    const products = at<{ name: string; address: string; owner: { name: string } }[]>(answer, 'mesh.products.nodes')
    expect(products.map(({ name }) => name)).toEqual([
      ...['asia-sales', 'europe-sales', 'france-sales', 'germany-sales', 'global-sales', 'india-sales', 'japan-sales'],
      'uk-sales',
    ])
    expect(products.find(({ name }) => name === 'japan-sales')).toMatchObject({
      address: '/data/asia/japan/japan-sales/1',
      owner: { name: 'Japan Sales' },
    })
  })

  test('every country says what plain SQL over its own files says', async () => {
    const fields = expected.countries.map(({ product }) => {
      const name = product.replace('-sales', 'Sales')
      return `${name} { orders { totalCount } ordersAggregate { sum { amount } } }`
    })
    const answer = await ask('steward', `{ ${fields.join(' ')} }`)
    expect(answer.errors).toEqual([])
    const said = expected.countries.map(({ product }) => {
      const name = product.replace('-sales', 'Sales')
      const total = Number(at<string>(answer, `${name}.ordersAggregate.0.sum.amount`)).toFixed(2)
      return { product, orders: at<number>(answer, `${name}.orders.totalCount`), total }
    })
    expect(said).toEqual(expected.countries)
    expect(said.map(({ orders }) => orders)).toEqual(Array(5).fill(ORDERS))
  })

  test('each publication names those it was made of, down to the country', async () => {
    const answer = await ask(
      'steward',
      `{ globalSales { product { publications { current inputs { port upstream { product dataset publication } } } } }
         europeSales { product { publications { current number inputs { port upstream { product dataset publication } } } } }
         ukSales { product { publications { current number } } } }`,
    )
    const current = (product: string) =>
      at<Publication[]>(answer, `${product}.product.publications`).find(one => one.current)!
    const upstreamOf = (product: string, port: string) =>
      current(product).inputs.find(one => one.port === port)!.upstream
    expect(upstreamOf('globalSales', 'europe')).toEqual({
      ...{ product: 'europe-sales', dataset: 'by_country_and_month', publication: current('europeSales').number },
    })
    expect(upstreamOf('europeSales', 'uk_orders')).toEqual({
      ...{ product: 'uk-sales', dataset: 'orders', publication: current('ukSales').number },
    })
  })

  test('unknown codes keep their rows; their country is null and costs nobody else', async () => {
    const answer = await ask(
      'steward',
      `{ ukSales { orders(first: 3, where: { countryCode: { in: ["XX", "GB"] } }, orderBy: [{ countryCode: DESC }]) {
        nodes { countryCode country { name } } } } }`,
    )
    const nodes = at<{ countryCode: string; country: { name: string | null } | null }[]>(answer, 'ukSales.orders.nodes')
    expect(nodes.map(node => [node.countryCode, node.country?.name ?? null])).toEqual(Array(3).fill(['XX', null]))
    expect(answer.errors.filter(({ path }) => !path?.includes('country'))).toEqual([])
  })
})

describe('the way in', () => {
  test('broken lines are in quarantine, and counted', async () => {
    const answer = await ask(
      'admin',
      `{ ${['uk', 'france', 'germany', 'japan', 'india'].map(name => `${name}Sales { product { runs { state quarantined } } }`).join(' ')} }`,
    )
    const quarantined = (product: string) =>
      at<Run[]>(answer, `${product}.product.runs`).find(run => run.state === 'PUBLISHED')?.quarantined
    expect(mesh.sources.uk.broken).toBeGreaterThan(0)
    expect(quarantined('ukSales')).toBe(mesh.sources.uk.broken)
    expect(quarantined('franceSales')).toBe(mesh.sources.france.broken)
    expect(quarantined('germanySales')).toBe(mesh.sources.germany.broken)
    expect(quarantined('japanSales')).toBe(mesh.sources.japan.broken)
    expect(quarantined('indiaSales')).toBe(mesh.sources.india.broken)
  })

  test('a download follows the same decision', async () => {
    const token = await issueToken({ home, as: 'analyst' })
    const answer = await fetch(`${mesh.url}/data/europe/uk/uk-sales/1/orders/1.csv`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const text = await answer.text()
    expect(answer.status).toBe(200)
    // What cannot even be discovered is not named either.
    expect(answer.headers.get('terrane-omitted')).toBe('customer_email')
    expect(text.split('\n')[0]).toBe(
      'order_id,ordered_at,amount,currency,customer_name,country_code,product_category,quantity',
    )
    expect(text.trimEnd().split('\n')).toHaveLength(ORDERS + 1)
    const unknown = await fetch(`${mesh.url}/data/europe/uk/uk-sales/1/orders/1.csv`)
    expect(await unknown.text()).not.toContain('UK-')
    expect([401, 403, 404]).toContain(unknown.status)
  })

  test('nobody pushes without a right to', async () => {
    for (const as of [undefined, 'analyst', 'uk-manager', 'steward']) {
      const answer = await push(as, { numero: 'FR-2026-9999998' })
      expect([401, 403, 404]).toContain(answer.status)
    }
  })

  test('what a till pushes reaches Europe by itself, once', async () => {
    const order = {
      numero: 'FR-2026-9999999',
      date: '21/11/2026 10:00:00',
      client: 'Zoé Martin',
      pays: 'FR',
      rayon: 'livres',
      quantite: 1,
      montant: 12.5,
      devise: 'EUR',
      cout: 8,
      modifie_le: '2026-11-21T10:00:00Z',
    }
    const first = await push('admin', order)
    expect(first.status).toBeLessThan(300)
    expect(await first.json()).toMatchObject({ port: 'orders', duplicate: false })
    expect(await (await push('admin', order)).json()).toMatchObject({ duplicate: true })
    const look = async () =>
      at(
        await ask('steward', '{ europeSales { order(orderId: "FR-2026-9999999") { amountEur soldBy } } }'),
        'europeSales.order',
      )
    const found = await eventually(look, order => Boolean(order))
    expect(found).toEqual({ amountEur: '12.50', soldBy: 'france-sales' })
    expect(at(await ask('steward', '{ europeSales { orders { totalCount } } }'), 'europeSales.orders.totalCount')).toBe(
      3 * ORDERS + 1,
    )
    // Two levels above the till, the world follows.
    const world = async () =>
      at<Continents>(
        await ask('steward', '{ globalSales { byContinent { nodes { orderCount } } } }'),
        'globalSales.byContinent',
      ).nodes.reduce((sum, { orderCount }) => sum + orderCount, 0)
    expect(await eventually(world, count => count !== 5 * ORDERS)).toBe(5 * ORDERS + 1)
  })

  test('a second start runs nothing again', async () => {
    const numbers = async () =>
      Object.fromEntries(
        await Promise.all(
          mesh.products.map(async one => [
            one.product.name,
            (await one.describe()).publications.map(({ number }) => number),
          ]),
        ),
      )
    const before = await numbers()
    await mesh.close()
    lines.length = 0
    mesh = await start()
    expect(await numbers()).toEqual(before)
    expect(lines.filter(line => line.includes('(unchanged)'))).toHaveLength(9)
    expect(lines.filter(line => /\s0 rows/.test(line))).toEqual([])
    expect(at(await ask('steward', '{ ukSales { orders { totalCount } } }'), 'ukSales.orders.totalCount')).toBe(ORDERS)
  })
})
