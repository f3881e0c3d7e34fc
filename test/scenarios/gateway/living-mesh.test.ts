import { Readable } from 'node:stream'
import { startGateway } from '@terrane/gateway'
import { loadOrCreateKeys } from '@terrane/schema'
import { eventually, freePort } from '../processes/processes.js'
import { geography, SmallMesh, ukSales, withCacheTag } from './small-mesh.js'
import { SmallProduct } from './small-product.js'

let mesh: SmallMesh
let uk: SmallProduct
let geo: SmallProduct
let publish: (body: object, as?: string) => Promise<{ status: number; body: Record<string, unknown> }>

beforeEach(async () => {
  mesh = await SmallMesh.start(trust => {
    uk = ukSales(trust)
    geo = geography(trust)
    return [uk]
  })
  publish = async (body, as) => {
    const response = await fetch(`${mesh.gateway.url}/registry/products`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(as ? { authorization: `Bearer ${await mesh.token(as)}` } : {}),
      },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
})
afterEach(async () => {
  await geo.die()
  await mesh.stop()
})

const QUESTION = '{ ukSales { orders { nodes { orderId customerEmail country { code name } } } } }'

describe('publishing a product', () => {
  test('is for administrators', async () => {
    const url = await geo.listen()
    expect((await publish({ url })).status).toBe(401)
    expect((await publish({ url }, 'steward')).status).toBe(403)
    expect((await mesh.ask('{ referenceGeography { countries { name } } }')).status).toBe(400)
  })

  test('swaps it in while others are asked, and nothing is lost meanwhile', async () => {
    const url = await geo.listen()
    let asking = true
    const answers: number[] = []
    const reader = (async () => {
      while (asking)
        answers.push((await mesh.ask('{ ukSales { orders { totalCount } } }', 'steward')).errors?.length ?? 0)
    })()
    expect(await publish({ url }, 'admin')).toEqual({
      status: 201,
      body: { name: 'reference-geography', problems: [] },
    })
    asking = false
    await reader
    expect(Math.max(...answers)).toBe(0)
    expect((await mesh.ask(QUESTION, 'steward')).data).toMatchObject({
      ukSales: {
        orders: { nodes: [{ country: { code: 'GB', name: 'United Kingdom' } }, { country: { name: null } }] },
      },
    })
  })

  test('its addresses are served, uploads streamed through', async () => {
    await publish({ url: await geo.listen() }, 'admin')
    const pieces = Array.from({ length: 300 }, () => Buffer.alloc(10_000, 'x'))
    const response = await fetch(`${mesh.gateway.url}/data/reference/reference-geography/1/input/countries`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv', authorization: `Bearer ${await mesh.token('steward')}` },
      body: Readable.toWeb(Readable.from(pieces)) as never,
      duplex: 'half',
    } as RequestInit)
    expect(await response.json()).toEqual({
      path: '/data/reference/reference-geography/1/input/countries',
      subject: 'user:steward',
      length: 3_000_000,
    })
  })

  test('what does not compose changes nothing and says why', async () => {
    const rival = new SmallProduct(
      {
        ...geo.options,
        name: 'rival-sales',
        sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
          type Query { rivalSales: UkSalesOrder }
          type UkSalesOrder @key(fields: "orderId") { orderId: Int! }`,
        resolvers: {},
      },
      mesh.keys.jwks,
    )
    const { status, body } = await publish({ url: await rival.listen() }, 'admin')
    await rival.die()
    expect(status).toBe(422)
    expect(body.problems).not.toHaveLength(0)
    expect((await mesh.ask('{ ukSales { orders { totalCount } } }', 'steward')).data).toEqual({
      ukSales: { orders: { totalCount: 2 } },
    })
    expect((await mesh.ask('{ rivalSales { orderId } }', 'steward')).status).toBe(400)
  })

  test("what Apollo's own gateway would not load is refused, and what serves goes on serving", async () => {
    expect((await publish({ url: await geo.listen() }, 'admin')).status).toBe(201)
    const cached = withCacheTag(geo, mesh.keys.jwks)
    const { status, body } = await publish({ url: await cached.listen(), replace: true }, 'admin')
    expect(status).toBe(422)
    expect(body.problems).toMatchObject([
      { code: 'SUPERGRAPH_NOT_PORTABLE', message: expect.stringMatching(/because of reference-geography: .*cacheTag/) },
    ])
    expect((await mesh.ask(QUESTION, 'steward')).data).toMatchObject({ ukSales: { orders: { nodes: [{}, {}] } } })
    expect((await mesh.ask('{ referenceGeography { countries { code } } }')).data).toMatchObject({
      referenceGeography: { countries: [{}, {}] },
    })
    await cached.die()
  })

  test('nobody takes the name of a product of this process, or of another address', async () => {
    const impostor = ukSales(mesh.keys.jwks)
    const refused = await publish({ url: await impostor.listen() }, 'admin')
    await impostor.die()
    expect(refused).toMatchObject({ status: 422, body: { problems: [{ code: 'PRODUCT_NAME_TAKEN' }] } })
    expect((await publish({ url: await geo.listen() }, 'admin')).status).toBe(201)
    const other = geography(mesh.keys.jwks)
    const url = await other.listen()
    expect(await publish({ url }, 'admin')).toMatchObject({
      status: 422,
      body: { problems: [{ code: 'PRODUCT_NAME_TAKEN' }] },
    })
    expect((await publish({ url, replace: true }, 'admin')).status).toBe(201)
    await other.die()
  })

  describe('in the place of one that is asked', () => {
    let old: SmallProduct
    let anew: SmallProduct
    beforeEach(async () => {
      old = geography(mesh.keys.jwks, { GB: 'old', XX: 'old' }, 'formerly: String')
      anew = geography(mesh.keys.jwks, { GB: 'new', XX: 'new' }, 'capital: String')
      expect((await publish({ url: await old.listen() }, 'admin')).status).toBe(201)
    })
    afterEach(() => Promise.all([old.die(), anew.die()]))
    const replace = async () => publish({ url: await anew.listen(), replace: true }, 'admin')
    const names = (value: unknown): unknown[] =>
      [...JSON.stringify(value).matchAll(/"(old|new)"/g)].map(([, name]) => name)

    test('no question fails and none is answered by both; no mutation fails or happens twice', async () => {
      const steward = `Bearer ${await mesh.token('steward')}`
      const failures: unknown[] = []
      const seen = { old: 0, new: 0 }
      let counted = 0
      let asking = true
      const asks = async (question: string, takes: (told: unknown[]) => boolean) => {
        while (asking || seen.new < 20) {
          const answer = await mesh.ask(question, steward)
          const told = new Set(names(answer.data))
          if (answer.status !== 200 || answer.errors || told.size !== 1 || !takes([...told])) failures.push(answer.text)
          if (failures.length > 0) return
          seen[[...told][0] as 'old' | 'new']++
        }
      }
      const both = '{ referenceGeography { countries { name } } ukSales { orders { nodes { country { name } } } } }'
      const clients = [
        asks(both, () => true),
        asks(`query Other ${both}`, () => true),
        asks('mutation { referenceGeography { count } }', () => ++counted > 0),
      ]
      expect(await replace()).toEqual({ status: 201, body: { name: 'reference-geography', problems: [] } })
      asking = false
      await Promise.all(clients)
      expect(failures).toEqual([])
      expect(seen.old).toBeGreaterThan(0)
      const mutations = [...old.asked, ...anew.asked].filter(({ query }) => query.startsWith('mutation'))
      expect(mutations).toHaveLength(counted)
      expect(await mesh.ask('{ referenceGeography { countries { capital } } }')).toMatchObject({
        status: 200,
        data: { referenceGeography: { countries: [{ capital: null }, { capital: null }] } },
      })
      expect((await mesh.ask('{ referenceGeography { countries { formerly } } }')).status).toBe(400)
    })

    test('a question that was under way is asked anew, of what the new one has published', async () => {
      old.publication = 7
      let goOn = () => {}
      const held = new Promise<void>(resolve => {
        goOn = resolve
      })
      const began = new Promise<void>(resolve => {
        // Of the countries of orders it is asked second, for the publication that it gave at first.
        let times = 0
        old.beforeAnswer = async () => {
          if (++times < 2) return
          resolve()
          await held
        }
      })
      const question = '{ referenceGeography { countries { name } } ukSales { orders { nodes { country { name } } } } }'
      const asked = mesh.ask(question, 'steward')
      await began
      expect((await replace()).status).toBe(201)
      goOn()
      const { data, errors, extensions } = await asked
      expect(errors).toBeUndefined()
      expect(names(data)).toEqual(['new', 'new', 'new', 'new'])
      expect(extensions?.terrane?.publications).toEqual({ 'reference-geography': 1, 'uk-sales': 1 })
      expect(old.asked.map(({ publication }) => publication)).toEqual([null, '7'])
      expect(anew.asked.map(({ publication }) => publication)).not.toContain('7')
    })
  })

  test('what is not there, or no product, is a clear problem', async () => {
    const nowhere = await publish({ url: 'http://127.0.0.1:9' }, 'admin')
    expect(nowhere).toMatchObject({ status: 422, body: { problems: [{ code: 'PRODUCT_UNREACHABLE' }] } })
    const file = await publish({ url: 'file:///etc/passwd' }, 'admin')
    expect(file).toMatchObject({ status: 422, body: { problems: [{ code: 'PRODUCT_URL_INVALID' }] } })
    expect((await publish({}, 'admin')).status).toBe(400)
  })

  test('the next start remembers it, even while it is away', async () => {
    const listenPort = await freePort()
    expect((await publish({ url: await geo.listen(listenPort) }, 'admin')).status).toBe(201)
    await mesh.gateway.close()
    await geo.die()
    mesh.gateway = await startGateway({
      listenPort: 0,
      home: mesh.home,
      demo: true,
      products: [uk.endpoint],
      log: () => {},
    })
    const away = await mesh.ask(
      '{ referenceGeography { countries { name } } ukSales { orders { totalCount } } }',
      'steward',
    )
    expect(away.data).toEqual({ referenceGeography: null, ukSales: { orders: { totalCount: 2 } } })
    expect(away.errors).toEqual([
      {
        message: 'The data product "reference-geography" did not answer.',
        path: ['referenceGeography'],
        extensions: expect.objectContaining({ code: 'SUBGRAPH_UNREACHABLE' }),
      },
    ])
    await geo.listen(listenPort)
    // Had it been long about not answering, nobody would wait for it at first.
    await eventually(
      () => mesh.ask('{ referenceGeography { countries { name } } }', 'steward'),
      ({ errors }) => errors === undefined,
    )
  })
})

describe('losses', () => {
  test('a dead product, a denied field and an unknown entity in one question cost themselves only', async () => {
    const rates = new SmallProduct(
      {
        name: 'rates',
        domain: 'reference',
        visibility: 'public',
        sdl: 'type Query { rates: Rates } type Rates { euro: Float }',
        resolvers: { Query: { rates: () => ({ euro: 1 }) } },
        datasets: [],
        coordinates: ['Query.rates', 'Rates'],
        grants: [],
      },
      mesh.keys.jwks,
    )
    await publish({ url: await geo.listen() }, 'admin')
    await publish({ url: await rates.listen() }, 'admin')
    await rates.die()
    const answer = await mesh.ask(QUESTION.replace('{', '{ rates { euro }'), 'analyst')
    expect(answer.status).toBe(200)
    expect(answer.data).toEqual({
      rates: null,
      ukSales: {
        orders: {
          nodes: [
            { orderId: '1', customerEmail: null, country: { code: 'GB', name: 'United Kingdom' } },
            { orderId: '2', customerEmail: null, country: { code: 'XX', name: null } },
          ],
        },
      },
    })
    const losses = answer.errors?.map(({ path, extensions }) => [extensions.code, path?.join('.')]).sort()
    expect(losses).toEqual([
      ['ENTITY_NOT_FOUND', 'ukSales.orders.nodes.1.country'],
      ['SUBGRAPH_UNREACHABLE', 'rates'],
      ['UNAUTHORIZED_FIELD_OR_TYPE', 'ukSales.orders.nodes.0.customerEmail'],
    ])
  })

  test('a gateway that finds its port taken says so', async () => {
    const listenPort = Number(new URL(mesh.gateway.url).port)
    const starting = startGateway({ listenPort, home: mesh.home, products: [], log: () => {} })
    await expect(starting).rejects.toMatchObject({ problems: [{ code: 'LISTEN_PORT_TAKEN' }] })
  })
})

describe('one operation reads one publication', () => {
  test('later and parallel fetches ask for what the first one read, and the answer says which', async () => {
    const fetch = uk.fetch
    uk.fetch = async request => {
      const answer = await fetch.call(uk, request)
      if (new URL(request.url).pathname === '/graphql') uk.publication += 1
      return answer
    }
    await publish({ url: await geo.listen() }, 'admin')
    uk.asked.length = 0
    const before = uk.publication
    const answer = await mesh.ask('{ ukSales { publication } }', 'steward')
    expect(answer.extensions?.terrane?.publications).toEqual({ 'uk-sales': before })
    expect(answer.data).toEqual({ ukSales: { publication: before } })
    uk.fetch = fetch
  })
})

test('a product may verify what it gets with the keys that the gateway shows', async () => {
  const shown = await (await fetch(`${mesh.gateway.url}/.well-known/terrane-keys`)).json()
  expect(shown).toEqual((await loadOrCreateKeys(mesh.home)).jwks)
  expect(JSON.stringify(shown)).not.toContain('"d"')
})
