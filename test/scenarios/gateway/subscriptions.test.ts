import { issueToken } from '@terrane/gateway'
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery, printSchema } from 'graphql'
import { createClient } from 'graphql-sse'
import { EventStream } from './event-stream.js'
import { allow, geography, SmallMesh, ukSales } from './small-mesh.js'
import { SmallProduct } from './small-product.js'

let mesh: SmallMesh
let uk: SmallProduct
/** Who has slept through three of these is cut off, and here that is who asks as well: a busy machine may hold it up. */
const CHECK = 1000
beforeAll(async () => {
  mesh = await SmallMesh.start(
    trust => {
      uk = ukSales(trust)
      return [uk, geography(trust)]
    },
    { limits: { streamsPerCaller: 3, streams: 12, streamCheckMilliseconds: CHECK } },
  )
})
afterAll(() => mesh.stop())

const UK = 'subscription { ukSalesPublished { product publication datasets } }'

async function schemaOf(as?: string): Promise<string> {
  const { data } = await mesh.ask(getIntrospectionQuery(), as)
  return printSchema(buildClientSchema(data as unknown as IntrospectionQuery))
}

describe('who does not get in', () => {
  test('a visitor is told of internal products exactly what he is told of what does not exist', async () => {
    const refusals = await Promise.all(
      ['ukSalesPublished', 'ukTradePublished'].map(async field => {
        const stream = await EventStream.open(mesh, `subscription { ${field} { publication } }`)
        return JSON.stringify(await stream.all()).replaceAll(field, 'FIELD')
      }),
    )
    expect(refusals[0]).toBe(refusals[1])
    expect(refusals[0]).toContain('GRAPHQL_VALIDATION_FAILED')
    expect(await schemaOf()).not.toMatch(/ukSales/)
  })

  test('whoever may know of the product but read nothing of it is denied, and told what it takes', async () => {
    // uk-manager is signed in and has no grant here.
    expect(await schemaOf('uk-manager')).toMatch(/ukSalesPublished\(/)
    const stream = await EventStream.open(mesh, UK, { as: 'uk-manager' })
    expect(await stream.all()).toEqual([
      {
        event: 'next',
        data: {
          errors: [
            {
              message: 'Not authorised to read Subscription.ukSalesPublished: it takes the grant uk-sales/orders.',
              locations: [{ line: 1, column: 16 }],
              path: ['ukSalesPublished'],
              extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
            },
          ],
        },
      },
      { event: 'complete', data: undefined },
    ])
  })

  test('a bad token opens nothing', async () => {
    const stream = await EventStream.open(mesh, UK, { as: 'Bearer nonsense' })
    expect([stream.isStream, stream.response.status]).toEqual([false, 401])
  })
})

/** Open, and heard of what is in force: what is published from now on is told. */
async function opened(as: string, query = UK, how: Parameters<typeof EventStream.open>[2] = {}): Promise<EventStream> {
  const stream = await EventStream.open(mesh, query, { as, ...how })
  expect([stream.response.status, stream.isStream]).toEqual([200, true])
  return stream
}

const told = (publication: number, more: object = {}) => ({
  event: 'next',
  data: { data: { ukSalesPublished: { product: 'uk-sales', publication, datasets: ['orders'], ...more } } },
})
const endedWith = (code: string) => [
  { event: 'next', data: expect.objectContaining({ errors: [expect.objectContaining({ extensions: { code } })] }) },
  { event: 'complete', data: undefined },
]

describe('who may read is told', () => {
  test('of each publication, and of nothing before', async () => {
    const stream = await opened('analyst')
    for (let count = 3; count > 0; count--) {
      const publication = uk.publish()
      expect(await stream.next()).toEqual(told(publication))
    }
    stream.close()
  })

  test('by GET too, with aliases, variables, fragments, @skip, @include and __typename', async () => {
    const stream = await opened(
      'steward',
      `subscription ($no: Boolean!, $after: Int) { there: ukSalesPublished(after: $after) { ...F datasets @skip(if: true) } }
       fragment F on DataProductPublished { __typename number: publication publishedAt product @include(if: $no) }`,
      { method: 'GET', variables: { no: false, after: 0 } },
    )
    expect(await stream.next()).toEqual({
      event: 'next',
      data: {
        data: {
          there: {
            __typename: 'DataProductPublished',
            number: uk.publication,
            publishedAt: '2026-11-22T00:00:00.000Z',
          },
        },
      },
    })
    stream.close()
  })

  test('whoever comes back is told of what came meanwhile, the newest alone', async () => {
    const known = uk.publication
    uk.publish()
    const newest = uk.publish()
    const query = 'subscription ($after: Int) { ukSalesPublished(after: $after) { product publication datasets } }'
    const stream = await opened('analyst', query, { variables: { after: known } })
    expect(await stream.next()).toEqual(told(newest))
    expect(await Promise.race([stream.next(), settled(300)])).toBe('nothing')
    stream.close()
  })
})

const settled = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds, 'nothing'))

describe('whoever may not any more', () => {
  test('a grant withdrawn between two events: no further one, and the reason', async () => {
    const stream = await opened('analyst')
    const publication = uk.publish()
    expect(await stream.next()).toEqual(told(publication))
    const { grants } = uk
    uk.grants = grants.filter(({ subject }) => subject !== 'role:analyst')
    uk.publish()
    expect(await stream.all()).toEqual(endedWith('UNAUTHORIZED_FIELD_OR_TYPE'))
    uk.grants = grants
  })

  test('a grant withdrawn while nothing happens', async () => {
    const stream = await opened('analyst')
    const { grants } = uk
    uk.grants = grants.filter(({ subject }) => subject !== 'role:analyst')
    expect(await stream.all()).toEqual(endedWith('UNAUTHORIZED_FIELD_OR_TYPE'))
    uk.grants = grants
  })

  test('a dataset that is hidden from now on is not named any more', async () => {
    const stream = await opened('steward', 'subscription { ukSalesPublished { datasets } }')
    const { datasets } = uk.options
    uk.options.datasets = [
      ...datasets,
      { ...datasets[0]!, name: 'secrets', discover: 'granted', coordinates: [], propertyCoordinates: {} },
    ]
    uk.grants = [...uk.grants, allow('steward', 'secrets', { effect: 'deny', actions: ['discover', 'read'], id: 'no' })]
    uk.publish()
    expect((await stream.next())?.data).toEqual({ data: { ukSalesPublished: { datasets: ['orders'] } } })
    uk.options.datasets = datasets
    uk.grants = uk.grants.filter(({ id }) => id !== 'no')
    stream.close()
  })

  test('a token that is over', async () => {
    const token = await issueToken({ home: mesh.home, as: 'analyst', seconds: 1 })
    const stream = await opened(`Bearer ${token}`)
    expect(await stream.all()).toEqual(endedWith('UNAUTHENTICATED'))
  })
})

describe('limits', () => {
  // Whose stream is closed has his place until that is noticed.
  beforeEach(async () => {
    const count = (what: string) => mesh.log.filter(({ message }) => message === `Subscription ${what}`).length
    while (count('closed') < count('opened')) await settled(10)
  })

  test('so many streams of one caller, and a place again once one is left', async () => {
    const streams = [await opened('steward'), await opened('steward'), await opened('steward')]
    const refused = await EventStream.open(mesh, UK, { as: 'steward' })
    expect([refused.response.status, await refused.response.json()]).toMatchObject([
      429,
      { errors: [{ extensions: { code: 'TOO_MANY_STREAMS' } }] },
    ])
    ;(await opened('analyst')).close()
    streams[0]!.close()
    let again = await EventStream.open(mesh, UK, { as: 'steward' })
    while (!again.isStream) again = await EventStream.open(mesh, UK, { as: 'steward' })
    for (const one of [...streams, again]) one.close()
  })

  test('visitors, who cannot be told apart, never take the places of all', async () => {
    const query = 'subscription { referenceGeographyPublished { publication } }'
    const streams = await Promise.all(Array.from({ length: 6 }, () => EventStream.open(mesh, query)))
    expect((await EventStream.open(mesh, query)).response.status).toBe(503)
    ;(await opened('analyst')).close()
    for (const one of streams) one.close()
  })
})

test('a subscription that is not asked for as a stream is told how to ask', async () => {
  const answer = await mesh.ask(UK, 'analyst')
  expect(answer.status).toBe(406)
  expect(answer.errors?.[0]?.extensions).toEqual({ code: 'SUBSCRIPTION_NOT_STREAMED' })
})

test('a question is answered in JSON to who would take either', async () => {
  const answer = await fetch(`${mesh.gateway.url}/graphql`, {
    method: 'POST',
    headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  })
  expect(await answer.json()).toEqual({ data: { __typename: 'Query' } })
})

test('a stream goes on while another product joins, whose own can be had at once', async () => {
  const stream = await opened('analyst')
  const trade = ukSales(mesh.keys.jwks)
  const { options } = trade
  const renamed = JSON.parse(
    JSON.stringify(options)
      .replaceAll('ukSales', 'ukTrade')
      .replaceAll('UkSales', 'UkTrade')
      .replaceAll('uk-sales', 'uk-trade'),
  )
  const joined = new SmallProduct({ ...renamed, resolvers: {} }, mesh.keys.jwks)
  expect(await mesh.gateway.register(joined.endpoint)).toEqual({ problems: [] })
  const other = await opened('analyst', 'subscription { ukTradePublished(after: 0) { publication } }')
  expect((await other.next())?.data).toEqual({ data: { ukTradePublished: { publication: 1 } } })
  const publication = uk.publish()
  expect(await stream.next()).toEqual(told(publication))
  for (const one of [stream, other]) one.close()
})

test("what is gone leaves nothing behind, and the gateway's end is the stream's, to be taken up elsewhere", async () => {
  const own = await SmallMesh.start(trust => [ukSales(trust)])
  const stream = await EventStream.open(own, UK, { as: 'analyst' })
  const client = createClient({
    url: `${own.gateway.url}/graphql`,
    headers: { authorization: `Bearer ${await own.token('analyst')}` },
    retryAttempts: 0,
  })
  const ended = new Promise(resolve =>
    client.subscribe({ query: UK }, { next: () => {}, error: resolve, complete: () => resolve('complete') }),
  )
  while (own.log.filter(({ message }) => message === 'Subscription opened').length < 2) await settled(10)
  await own.stop()
  // Neither cut off nor `complete`: a client takes that for the end of it all, and does not come back.
  expect(await stream.all()).toEqual([])
  expect(await ended).toBeInstanceOf(Error)
  expect(own.log.filter(({ message }) => message === 'Subscription closed')).toHaveLength(2)
})
