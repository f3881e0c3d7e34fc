import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { graphql, parse } from 'graphql'
import { type Answer, allow, geography, SmallMesh, ukSales } from './small-mesh.js'
import type { SmallProduct } from './small-product.js'

/** `terrane-explain`: how an operation is run is told to few, and to nobody what he may not know of. */

let mesh: SmallMesh
let uk: SmallProduct
let countries: SmallProduct
beforeAll(async () => {
  mesh = await SmallMesh.start(trust => {
    uk = ukSales(trust)
    countries = geography(trust)
    return [uk, countries]
  })
})
afterAll(() => mesh.stop())
beforeEach(() => {
  uk.grants = uk.options.grants
  countries.grants = [allow('steward', '*', { actions: ['observe'] })]
  for (const product of [uk, countries]) product.asked.length = 0
})

interface Explain {
  cost?: { operation: number; limit: number }
  plan?: { fields: { path: string; subgraphs: string[] }[]; plan: object }
  denied?: { path: string; coordinate: string; lacks: string }[]
  timings?: { milliseconds: number; phases: { phase: string }[]; fetches: { subgraph: string; outcome: string }[] }
  withheld?: { parts: string[]; reason: string }
}

async function ask(
  query: string,
  as: string | undefined,
  explain: string,
  at = mesh,
): Promise<Answer & { explain: Explain }> {
  const token = as === undefined ? undefined : await at.token(as)
  const response = await fetch(`${at.gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'terrane-explain': explain,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ query }),
  })
  const answer = (await response.json()) as Answer & { extensions?: { terrane?: { explain: Explain } } }
  const text = JSON.stringify(answer)
  return {
    ...answer,
    status: response.status,
    headers: response.headers,
    text,
    explain: answer.extensions?.terrane?.explain ?? {},
  }
}

const ORDERS = '{ ukSales { orders { nodes { orderId amount country { name } } } } }'

describe('who must not be told', () => {
  test.each([
    ['a visitor, of what is public', '{ referenceGeography { countries { name } } }', undefined],
    ['who may read, but not observe', ORDERS, 'analyst'],
    ['who may observe one of the products asked, but not the other', ORDERS, 'uk-manager'],
  ])('%s', async (_, query, as) => {
    uk.grants = [...uk.options.grants, allow('uk-manager', '*', { actions: ['read', 'observe'] })]
    const { explain, text, data } = await ask(query, as, 'plan, timings')
    expect(data).toBeTruthy()
    expect(explain).toEqual({ withheld: { parts: ['plan', 'timings'], reason: expect.stringContaining('observe') } })
    expect(text).not.toContain('_entities')
  })

  test('a product that observes on the strength of an old grant only', async () => {
    expect((await ask(ORDERS, 'steward', 'plan')).explain.plan).toBeDefined()
    countries.grants = []
    expect((await ask(ORDERS, 'steward', 'plan')).explain.plan).toBeUndefined()
  })

  test('a dry run is run for nobody, whether its plan is told or not', async () => {
    for (const as of ['analyst', 'steward']) {
      const answer = await ask(ORDERS, as, 'dry-run')
      expect(answer.data).toBeNull()
      expect(answer.explain.plan === undefined).toBe(as === 'analyst')
    }
    expect(await ask('mutation { ukSales { run } }', 'steward', 'dry-run')).toMatchObject({ data: null })
    expect([...uk.asked, ...countries.asked]).toEqual([])
  })

  test('what is denied is in no plan', async () => {
    uk.grants = [...uk.options.grants, allow('analyst', '*', { actions: ['observe'] })]
    const { explain } = await ask('{ ukSales { orders { nodes { amount customerEmail } } } }', 'analyst', 'plan')
    expect(explain.plan!.fields.map(({ path }) => path)).toContain('ukSales.orders.nodes.@.amount')
    const { denied, ...told } = explain
    expect(JSON.stringify(told)).not.toContain('customerEmail')
    expect(denied!.map(({ path, coordinate }) => [path, coordinate])).toEqual([
      ['ukSales.orders.nodes.@.customerEmail', 'UkSalesOrder.customerEmail'],
    ])
  })

  test('what is hidden is not among what is denied', async () => {
    uk.grants = [...uk.options.grants, allow('analyst', '*', { actions: ['observe'] })]
    const { errors, text } = await ask('{ ukSales { orders { nodes { margin } } } }', 'analyst', 'dry-run')
    expect(errors![0]!.message).toBe('Cannot query field "margin" on type "UkSalesOrder".')
    expect(text).not.toContain('uk-sales/orders/margin')
  })
})

describe('a plan that fetches what its caller may not know of', () => {
  const LINK =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@inaccessible"])'
  const SUBGRAPHS: Record<string, string> = {
    shop: `${LINK} type Query { things: [Thing]  open: Int }
      type Thing @key(fields: "id") { id: ID!  secretCost: Int @inaccessible }`,
    tax: `${LINK} type Thing @key(fields: "id") { id: ID!  secretCost: Int @external  tax: Int @requires(fields: "secretCost")  rate: Int }`,
  }
  const servers: Server[] = []
  let folder: string
  let foreign: SmallMesh
  beforeAll(async () => {
    const services = []
    for (const [name, sdl] of Object.entries(SUBGRAPHS)) {
      const schema = buildSubgraphSchema({
        typeDefs: parse(sdl),
        resolvers: {
          Query: { things: () => [{ id: '1', secretCost: 5 }], open: () => 1 },
          Thing: {
            __resolveReference: async (given: object) => ({ secretCost: 5, ...given }),
            tax: () => 1,
            rate: () => 2,
          },
        } as never,
      })
      const server = createServer(async (incoming, outgoing) => {
        let body = ''
        for await (const piece of incoming) body += piece
        const { query, variables } = JSON.parse(body)
        outgoing.setHeader('content-type', 'application/json')
        outgoing.end(JSON.stringify(await graphql({ schema, source: query, variableValues: variables })))
      })
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      servers.push(server)
      services.push({ name, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, typeDefs: parse(sdl) })
    }
    folder = mkdtempSync(path.join(tmpdir(), 'terrane-explain-'))
    const file = path.join(folder, 'supergraph.graphql')
    writeFileSync(file, composeServices(services).supergraphSdl!)
    foreign = await SmallMesh.start(() => [], { supergraph: file, products: undefined as never })
  })
  afterAll(async () => {
    await foreign.stop()
    for (const server of servers) server.close()
    rmSync(folder, { recursive: true })
  })

  test('is told not even to the role admin', async () => {
    expect((await ask('{ things { id rate } }', 'admin', 'plan', foreign)).explain.plan).toBeDefined()
    const { data, explain, text } = await ask('{ things { tax } }', 'admin', 'plan,timings', foreign)
    expect(data).toEqual({ things: [{ tax: 1 }] })
    expect(explain.withheld!.parts).toEqual(['plan', 'timings'])
    expect(text).not.toContain('secretCost')
  })

  test('subgraphs that are nobody’s to observe are told to admin alone', async () => {
    expect((await ask('{ open }', 'steward', 'plan', foreign)).explain.plan).toBeUndefined()
    expect((await ask('{ open }', 'admin', 'plan', foreign)).explain.plan).toMatchObject({
      fields: [{ path: 'open', coordinate: 'Query.open', fetches: ['1'], subgraphs: ['shop'] }],
    })
  })
})

test('the cost is told to everybody, by what he may know of', async () => {
  const { explain, data } = await ask('{ referenceGeography { countries { name } } }', undefined, 'cost')
  expect(data).toBeTruthy()
  expect(explain).toEqual({ cost: { operation: expect.any(Number), limit: 100_000 } })
})

test('who observes all that is asked sees the plan and the times of what was run', async () => {
  const { explain, data, extensions } = await ask(ORDERS, 'steward', 'plan, timings, cost')
  expect(data).toBeTruthy()
  expect(extensions!.terrane!.publications).toEqual({ 'uk-sales': 1, 'reference-geography': 1 })
  expect(explain.plan!.fields.map(({ path, subgraphs }) => [path, subgraphs])).toContainEqual([
    'ukSales.orders.nodes.@.country.name',
    ['reference-geography'],
  ])
  expect(explain.timings!.fetches.map(({ subgraph, outcome }) => [subgraph, outcome])).toEqual([
    ['uk-sales', 'answered'],
    ['reference-geography', 'errors'],
  ])
  expect(explain.timings!.phases.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['decide', 'project']))
  expect(explain.cost!.operation).toBeGreaterThan(0)
})

test('a question for what cannot be told is refused, with what can', async () => {
  const answer = await ask('{ __typename }', undefined, 'plan, secrets')
  expect(answer.status).toBe(400)
  expect(answer.errors![0]!.message).toContain('plan, timings, cost, dry-run')
  expect((await ask('{ __typename }', undefined, 'plan')).explain.plan).toMatchObject({ fields: [] })
})
