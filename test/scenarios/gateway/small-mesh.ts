import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type Gateway, type GatewayOptions, issueToken, startGateway } from '@terrane/gateway'
import { type GatewayKeys, type Grant, loadOrCreateKeys } from '@terrane/schema'
import { GraphQLError } from 'graphql'
import { SmallProduct } from './small-product.js'

const FEDERATION = (...imports: string[]) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${JSON.stringify(['@key', ...imports])})`

export const allow = (role: string, dataset: string, more: Partial<Grant> = {}): Grant => ({
  id: `${role}-${dataset}`,
  effect: 'allow',
  subject: role.includes(':') ? role : `role:${role}`,
  actions: ['read'],
  dataset,
  origin: 'declared',
  by: 'test',
  at: '2026-01-01T00:00:00Z',
  ...more,
})

const ORDERS = [
  { orderId: '1', amount: '10.00', customerEmail: 'ada@example.com', margin: '3.00', code: 'GB' },
  { orderId: '2', amount: '20.00', customerEmail: 'bob@example.com', margin: '4.00', code: 'XX' },
]

/** Orders with an e-mail that can be discovered and a margin that can not; each with its country. */
export function ukSales(trust: GatewayKeys['jwks']): SmallProduct {
  const order = (row: (typeof ORDERS)[number]) => ({ ...row, country: { code: row.code } })
  return new SmallProduct(
    {
      name: 'uk-sales',
      domain: 'europe/uk',
      coordinates: ['Query.ukSales', 'Mutation.ukSales', 'UkSales', 'UkSalesControl'],
      sdl: `${FEDERATION('@policy')}
        type Query { ukSales: UkSales }
        type Mutation { ukSales: UkSalesControl }
        type UkSalesControl { run: String }
        type UkSales {
          orders(where: UkSalesOrdersWhere, sortBy: UkSalesOrdersDimension): UkSalesOrdersConnection @policy(policies: [["uk-sales/orders"]])
          order(orderId: ID!): UkSalesOrder @policy(policies: [["uk-sales/orders"]])
          publication: Int
        }
        input UkSalesOrdersWhere { amount: String  margin: String  customerEmail: String }
        enum UkSalesOrdersDimension { AMOUNT MARGIN }
        type UkSalesOrdersConnection { nodes: [UkSalesOrder!]!  totalCount: Int }
        type UkSalesOrder @key(fields: "orderId") {
          orderId: ID! @policy(policies: [["uk-sales/orders"]])
          amount: String @policy(policies: [["uk-sales/orders/amount"]])
          customerEmail: String @policy(policies: [["uk-sales/orders/customer_email"]])
          margin: String @policy(policies: [["uk-sales/orders/margin"]])
          country: Country
          publication: Int
        }
        type Country @key(fields: "code", resolvable: false) { code: ID! }`,
      resolvers: {
        Query: { ukSales: () => ({}) },
        Mutation: { ukSales: () => ({ run: 'started' }) },
        UkSales: {
          orders: () => ({ nodes: ORDERS.map(order), totalCount: ORDERS.length }),
          order: (_: unknown, { orderId }: { orderId: string }) => {
            const row = ORDERS.find(one => one.orderId === orderId)
            return row ? order(row) : null
          },
          publication: (_: unknown, __: unknown, { publication }: { publication: number }) => publication,
        },
        UkSalesOrder: {
          publication: (_: unknown, __: unknown, { publication }: { publication: number }) => publication,
          __resolveReference: async ({ orderId }: { orderId: string }) => {
            const row = ORDERS.find(one => one.orderId === orderId)
            return row ? order(row) : null
          },
        },
      },
      datasets: [
        {
          name: 'orders',
          visibility: 'internal',
          discover: 'visible',
          primaryKey: ['order_id'],
          properties: [
            { name: 'order_id', discover: 'visible' },
            { name: 'amount', classification: 'internal', discover: 'visible' },
            { name: 'customer_email', classification: 'restricted', discover: 'visible' },
            { name: 'margin', classification: 'confidential', discover: 'granted' },
          ],
          coordinates: [
            'UkSales.orders',
            'UkSales.order',
            'UkSalesOrder',
            'UkSalesOrdersConnection',
            'UkSalesOrdersWhere',
          ],
          propertyCoordinates: {
            order_id: ['UkSalesOrder.orderId'],
            amount: ['UkSalesOrder.amount', 'UkSalesOrdersWhere.amount', 'UkSalesOrdersDimension.AMOUNT'],
            customer_email: ['UkSalesOrder.customerEmail', 'UkSalesOrdersWhere.customerEmail'],
            margin: ['UkSalesOrder.margin', 'UkSalesOrdersWhere.margin', 'UkSalesOrdersDimension.MARGIN'],
          },
        },
      ],
      grants: [
        allow('steward', '*', { actions: ['read', 'control', 'observe'] }),
        allow('analyst', 'orders', { classifications: ['internal'] }),
      ],
    },
    trust,
  )
}

/** Countries, for everybody. */
export function geography(
  trust: GatewayKeys['jwks'],
  names: Record<string, string> = { GB: 'United Kingdom', FR: 'France' },
  /** Of a country, beside its name. */
  more = '',
): SmallProduct {
  return new SmallProduct(
    {
      name: 'reference-geography',
      domain: 'reference',
      visibility: 'public',
      coordinates: ['Query.referenceGeography', 'ReferenceGeography'],
      sdl: `${FEDERATION()}
        type Query { referenceGeography: ReferenceGeography }
        type ReferenceGeography { countries: [Country!] }
        type Mutation { referenceGeography: ReferenceGeographyControl }
        type ReferenceGeographyControl { count: String }
        type Country @key(fields: "code") { code: ID!  name: String  ${more} }`,
      resolvers: {
        Query: { referenceGeography: () => ({}) },
        Mutation: { referenceGeography: () => ({ count: names.GB }) },
        ReferenceGeography: { countries: () => Object.keys(names).map(code => ({ code, name: names[code] })) },
        Country: {
          __resolveReference: async ({ code }: { code: string }) => {
            if (names[code]) return { code, name: names[code] }
            throw new GraphQLError(`There is no Country of the key ${code} that you may see.`, {
              extensions: { code: 'ENTITY_NOT_FOUND' },
            })
          },
        },
      },
      datasets: [
        {
          name: 'countries',
          visibility: 'public',
          discover: 'visible',
          primaryKey: ['code'],
          properties: [
            { name: 'code', classification: 'public', discover: 'visible' },
            { name: 'name', classification: 'public', discover: 'visible' },
          ],
          coordinates: ['ReferenceGeography.countries', 'Country'],
          propertyCoordinates: { code: ['Country.code'], name: ['Country.name'] },
        },
      ],
      grants: [],
    },
    trust,
  )
}

/** The same with a directive that composes and that Apollo's own gateway does not know. */
export function withCacheTag({ options }: SmallProduct, trust: GatewayKeys['jwks']): SmallProduct {
  const sdl = options.sdl
    .replace(/v2\.9", import: \["@key"/, 'v2.12", import: ["@key", "@cacheTag"')
    .replace(/type Query { \w+: \w+/, '$& @cacheTag(format: "all")')
  return new SmallProduct({ ...options, sdl }, trust)
}

export interface Answer {
  status: number
  headers: Headers
  data?: Record<string, unknown> | null
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[]
  extensions?: { terrane?: { publications: Record<string, number> } }
  text: string
}

/** A gateway on a free port with a home of its own. */
export class SmallMesh {
  private constructor(
    readonly home: string,
    readonly keys: GatewayKeys,
    public gateway: Gateway,
    /** What the gateway told its log. */
    readonly log: Record<string, unknown>[],
  ) {}

  static async start(
    products: (trust: GatewayKeys['jwks']) => SmallProduct[],
    more: Partial<GatewayOptions> = {},
  ): Promise<SmallMesh> {
    const home = await mkdtemp(path.join(os.tmpdir(), 'terrane-gateway-'))
    const keys = await loadOrCreateKeys(home)
    const log: Record<string, unknown>[] = []
    const gateway = await startGateway({
      listenPort: 0,
      home,
      demo: true,
      products: products(keys.jwks).map(product => product.endpoint),
      log: event => log.push(event),
      ...more,
    })
    return new SmallMesh(home, keys, gateway, log)
  }

  async token(as: string): Promise<string> {
    return (await issueToken({ home: this.home, as }))!
  }

  /** `as`: a persona, or a whole `Authorization` header, or nobody. */
  async ask(query: string, as?: string, variables?: Record<string, unknown>): Promise<Answer> {
    const authorization = as === undefined || as.includes(' ') ? as : `Bearer ${await this.token(as)}`
    const response = await fetch(`${this.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
      body: JSON.stringify({ query, variables }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, ...JSON.parse(text) }
  }

  async stop(): Promise<void> {
    await this.gateway.close()
    await rm(this.home, { recursive: true, force: true })
  }
}
