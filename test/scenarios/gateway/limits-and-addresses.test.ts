import { Readable } from 'node:stream'
import { eventually } from '../processes/processes.js'
import { type Answer, geography, SmallMesh, ukSales } from './small-mesh.js'
import type { SmallProduct } from './small-product.js'

let mesh: SmallMesh
let uk: SmallProduct
let reference: SmallProduct
beforeAll(async () => {
  mesh = await SmallMesh.start(
    trust => {
      uk = ukSales(trust)
      reference = geography(trust)
      return [uk, reference]
    },
    { limits: { depth: 6, aliases: 5, tokens: 60, cost: 500, bodyBytes: 20_000 } },
  )
})
afterAll(() => mesh.stop())
beforeEach(() => {
  uk.asked.length = 0
  uk.requests.length = 0
})

describe('limits', () => {
  const refused = async (query: string, limit: string) => {
    const answer = await mesh.ask(query, 'steward')
    expect(answer.status).toBe(400)
    expect(answer.errors?.[0]?.extensions).toEqual({ code: 'OPERATION_TOO_LARGE', limit })
    expect(uk.asked).toHaveLength(0)
  }

  test('depth, through fragments too', async () => {
    await refused(`{ __schema { types { fields { type { ofType { ofType { name } } } } } } }`, 'depth')
    await refused(
      `{ __schema { types { fields { ...F } } } } fragment F on __Field { type { ofType { ofType { name } } } }`,
      'depth',
    )
  })

  test('aliases', async () => {
    await refused(`{ ukSales { ${[...'abcdef'].map(key => `${key}: publication`).join(' ')} } }`, 'aliases')
  })

  test('fields, with fragments written out: a fan of fragments ends at once', async () => {
    await refused(`{ ukSales { ${'publication '.repeat(60)} } }`, 'tokens')
    const fan = Array.from({ length: 20 }, (_, n) => `fragment F${n} on UkSales { ...F${n + 1} ...F${n + 1} }`)
    await refused(`{ ukSales { ...F0 } } ${fan.join(' ')} fragment F20 on UkSales { publication }`, 'tokens')
  })

  test('values in lists within lists, by streams too', async () => {
    const nested = '['.repeat(14) + ']'.repeat(14)
    await refused(`{ ukSales { orders(where: {and: ${nested}}) { nodes { orderId } } } }`, 'tokens')
    const streamed = await fetch(`${mesh.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: `subscription { ukSalesPublished(after: ${nested}) { publication } }` }),
    })
    const [, event] = /data: (.*)/.exec(await streamed.text())!
    expect(JSON.parse(event!).errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_LARGE', limit: 'tokens' } }])
    expect(event).not.toContain('http')
  })

  test('cost, by page sizes and variables, before anything is asked of anybody', async () => {
    const query = 'query ($n: Int) { ukSales { publication } mesh { products(first: $n) { nodes { name domain } } } }'
    for (const as of ['analyst', 'steward']) {
      const answer = await mesh.ask(query, as, { n: 1000 })
      expect(answer.status).toBe(400)
      expect(answer.data ?? null).toBeNull()
      expect(answer.errors).toHaveLength(1)
      expect(answer.errors?.[0]?.message).toContain('Most of it comes from products (first: 1000).')
      expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'OPERATION_TOO_COSTLY', cost: 3018, limit: 500 })
    }
    expect(uk.asked).toHaveLength(0)
    expect((await mesh.ask(query, 'steward', { n: 10 })).errors).toBeUndefined()
  })

  test('what is hidden from a caller costs as what is not there', async () => {
    const codeFor = async (field: string) => {
      const below = 'nodes { a: name b: name c: name d: name e: name }'
      const answer = await mesh.ask(`{ mesh { products(first: 80) { ${below} } } ukSales { ${field} } }`, undefined)
      return answer.errors?.[0]?.extensions.code
    }
    const hidden = 'orders { nodes { orderId amount customerEmail publication } }'
    const absent = 'nothing { nodes { orderId amount customerEmail publication } }'
    for (const field of [hidden, absent]) expect(await codeFor(field)).toBe('GRAPHQL_VALIDATION_FAILED')
  })

  test('operations and fragments that are not run count too', async () => {
    const wide = `{ ukSales { ${'publication '.repeat(60)} } }`
    const answer = await mesh.ask(`query A { __typename } query B ${wide}`, 'steward')
    expect(answer.errors?.[0]?.extensions.code).toBe('OPERATION_TOO_LARGE')
    await refused(`{ __typename } fragment F on Query ${wide}`, 'tokens')
  })

  test('fragments in a circle are told as such', async () => {
    const answer = await mesh.ask('{ ukSales { ...A } } fragment A on UkSales { ...A }', 'steward')
    expect(answer.errors?.[0]?.message).toContain('Cannot spread fragment "A" within itself')
  })

  test('time: the operation ends, the gateway goes on', async () => {
    // Of its own: what else is asked here may take a busy machine longer.
    let slow!: SmallProduct
    const hasty = await SmallMesh.start(
      trust => {
        slow = ukSales(trust)
        return [slow]
      },
      { limits: { timeMilliseconds: 3000 } },
    )
    const ask = () => hasty.ask('{ ukSales { publication } }', 'steward')
    const isAnswered = ({ errors }: Answer) => errors === undefined
    // Where planning has taken the time of the subgraphs nothing is asked of them.
    await eventually(ask, isAnswered)
    let goOn = () => {}
    const held = new Promise<void>(resolve => {
      goOn = resolve
    })
    slow.beforeAnswer = () => held
    const answer = await ask()
    expect(answer.status).toBe(504)
    expect(answer.errors).toEqual([
      { message: 'The operation took longer than 3000 ms.', extensions: { code: 'OPERATION_TIMEOUT' } },
    ])
    // It was answered, by its error.
    const refused = /^terrane_gateway_operations_total\{type="query",outcome="refused"\} (\d+)$/m
    expect(refused.exec(await (await fetch(`${hasty.gateway.url}/metrics`)).text())?.[1]).toBe('1')
    goOn()
    await eventually(ask, isAnswered)
    await hasty.stop()
  })

  test('size of the body', async () => {
    const answer = await mesh.ask(`{ ukSales { publication } } ${'#'.repeat(30_000)}`, 'steward')
    expect(answer.status).toBe(413)
    expect(answer.errors?.[0]?.extensions).toEqual({ code: 'REQUEST_TOO_LARGE' })
  })
})

describe('/graphql answers in JSON, whatever it is sent', () => {
  test.each([
    ['not JSON', '{', { 'content-type': 'application/json' }, 400],
    ['an empty body', '', { 'content-type': 'application/json' }, 400],
    ['no question', '{}', { 'content-type': 'application/json' }, 400],
    ['another type', 'query', { 'content-type': 'text/csv' }, 415],
    ['a syntax error', '{"query":"{"}', { 'content-type': 'application/json' }, 400],
    [
      'an unknown operation',
      '{"query":"query A{__typename}","operationName":"B"}',
      { 'content-type': 'application/json' },
      400,
    ],
    [
      'two operations',
      '{"query":"query A{__typename} query B{__typename}"}',
      { 'content-type': 'application/json' },
      400,
    ],
    ['a list', '[{"query":"{__typename}"}]', { 'content-type': 'application/json' }, 400],
  ])('%s', async (_name, body, headers, status) => {
    const response = await fetch(`${mesh.gateway.url}/graphql`, { method: 'POST', headers, body })
    expect(response.headers.get('content-type')).toContain('json')
    const { errors } = (await response.json()) as { errors: { message: string }[] }
    expect(errors[0]?.message).toBeTruthy()
    expect(response.status).toBe(status)
  })
})

describe('addresses', () => {
  const get = async (path: string, as?: string, init: RequestInit = {}) =>
    fetch(mesh.gateway.url + path, {
      redirect: 'manual',
      ...init,
      headers: { ...init.headers, ...(as ? { authorization: `Bearer ${await mesh.token(as)}` } : {}) },
    })

  test('what may not be known of is not there, like what does not exist', async () => {
    const [hidden, unknown] = await Promise.all([
      get('/data/europe/uk/uk-sales/1'),
      get('/data/europe/uk/nothing-here/1'),
    ])
    expect(hidden.status).toBe(404)
    expect(hidden.headers.get('content-type')).toContain('application/problem+json')
    expect(await hidden.text()).toBe(await unknown.text())
    expect((await get('/data/europe/uk/uk-sales/2', 'analyst')).status).toBe(404)
    expect((await get('/data/%ff/x/1')).status).toBe(400)
    expect(uk.requests).toHaveLength(0)
  })

  test('a bad token is refused', async () => {
    const response = await get('/data/reference/reference-geography/1', undefined, {
      headers: { authorization: 'Bearer nonsense' },
    })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('the newest major is found without a number, below the product too', async () => {
    for (const below of [
      '',
      '/orders',
      '/orders.csv',
      '/orders/1.csv',
      '/orders/1',
      '/product.odps.yaml',
      '/input/x',
    ]) {
      const response = await get(`/data/europe/uk/uk-sales${below}?asOf=1`, 'analyst')
      expect([below, response.status, response.headers.get('location')]).toEqual([
        below,
        307,
        `/data/europe/uk/uk-sales/1${below}?asOf=1`,
      ])
    }
    // Nobody learns so what they may not know of, and a major that is not there is not another.
    for (const path of ['/data/europe/uk/uk-sales/orders', '/data/europe/uk/uk-sales'])
      expect((await get(path)).status).toBe(404)
    expect((await get('/data/europe/uk/uk-sales/2/orders/1.csv', 'analyst')).status).toBe(404)
    expect(uk.requests).toHaveLength(0)
  })

  test('who lacks a grant is told what it takes and how to come by it, signed in or not', async () => {
    const fetch = reference.fetch
    const policy = 'reference-geography/x'
    reference.fetch = async () =>
      new Response(JSON.stringify({ title: 'Not allowed', detail: 'It takes a grant.', policy }), { status: 403 })
    const path = '/data/reference/reference-geography/1/countries/1.csv'
    const [nobody, visitor, analyst] = [await get(path), await get(path, 'visitor'), await get(path, 'analyst')]
    expect([nobody.status, visitor.status, analyst.status]).toEqual([403, 403, 403])
    expect(nobody.headers.get('www-authenticate')).toBe('Bearer')
    expect(analyst.headers.get('www-authenticate')).toBeNull()
    expect(nobody.headers.get('vary')).toMatch(/authorization, cookie/)
    const told = { title: 'Not allowed', status: 403, detail: 'It takes a grant.', policy }
    expect(await nobody.json()).toMatchObject({ ...told, hint: expect.stringMatching(/Sign in at .*requestAccess/) })
    expect(await analyst.json()).toMatchObject({ ...told, hint: expect.stringMatching(/^Ask for the grant/) })
    reference.fetch = fetch
  })

  test('the product gets the question, signed, without the token', async () => {
    const response = await get('/data/europe/uk/uk-sales/1/orders/1.csv?asOf=3', 'analyst', {
      headers: { cookie: 'a=b', 'if-none-match': '"1"', accept: 'text/html' },
    })
    expect(await response.json()).toMatchObject({
      path: '/data/europe/uk/uk-sales/1/orders/1.csv?asOf=3',
      subject: 'user:analyst',
    })
    const { headers } = uk.requests[0]!
    expect(headers.get('authorization')).toBeNull()
    expect(headers.get('cookie')).toBeNull()
    expect(headers.get('if-none-match')).toBe('"1"')
    expect(headers.get('accept')).toBe('text/html')
  })

  test('what a product says of the whole origin is not passed on', async () => {
    const fetch = uk.fetch
    const said = { 'clear-site-data': '"*"', nel: '{}', 'alt-svc': 'h2=":1"', 'strict-transport-security': 'max-age=1' }
    uk.fetch = async request => {
      const answer = await fetch.call(uk, request)
      const { pathname } = new URL(request.url)
      return pathname.startsWith('/data/') ? Response.json({}, { headers: { ...said, 'x-own': 'told' } }) : answer
    }
    const { headers } = await get('/data/europe/uk/uk-sales/1/orders/1.csv', 'analyst')
    uk.fetch = fetch
    expect(headers.get('x-own')).toBe('told')
    expect(Object.keys(said).filter(name => headers.has(name))).toEqual([])
  })

  test('control and observability are for those who may', async () => {
    const put = (as?: string) =>
      get('/data/europe/uk/uk-sales/1/control/pipeline/orders', as, {
        method: 'PUT',
        headers: { 'content-type': 'text/sql' },
        body: 'SELECT 1',
      })
    expect((await put('analyst')).status).toBe(403)
    expect((await get('/data/reference/reference-geography/1/control/runs')).status).toBe(403)
    // The product is told who tried what, with the decision that refuses it and without what was sent.
    expect(uk.requests).toMatchObject([
      { method: 'PUT', path: '/data/europe/uk/uk-sales/1/control/pipeline/orders', body: '' },
    ])
    expect(uk.requests[0]!.headers.get('authorization')).toBeNull()
    expect((await put('steward')).status).toBe(200)
    expect(uk.requests[1]).toMatchObject({ method: 'PUT', body: 'SELECT 1' })
  })

  test('a refusal stands, whatever the product makes of it', async () => {
    const fetch = uk.fetch
    uk.fetch = async () => new Response('all of it', { status: 200 })
    const answer = await get('/data/europe/uk/uk-sales/1/observability/audit', 'analyst')
    uk.fetch = () => Promise.reject(new Error('gone'))
    const gone = await get('/data/europe/uk/uk-sales/1/observability/audit', 'analyst')
    uk.fetch = fetch
    expect([answer.status, gone.status]).toEqual([403, 403])
    expect(await answer.text()).not.toContain('all of it')
  })

  test('uploads through an input port have no limit here, other bodies have', async () => {
    const send = async (path: string) => {
      const body = Readable.toWeb(Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(1000, 'x'))))
      return get(`/data/europe/uk/uk-sales/1/${path}`, 'steward', {
        method: 'POST',
        headers: { 'content-type': 'text/csv' },
        body: body as never,
        duplex: 'half',
      } as RequestInit)
    }
    const upload = await send('input/orders')
    expect(await upload.json()).toMatchObject({ length: 100_000 })
    expect((await send('control/runs')).status).toBe(413)
  })

  test('a product that is away is a 502 that names it', async () => {
    const fetch = uk.fetch
    uk.fetch = async request => {
      if (new URL(request.url).pathname.startsWith('/data/')) throw new Error('gone, and here is a secret')
      return fetch.call(uk, request)
    }
    const response = await get('/data/europe/uk/uk-sales/1', 'analyst')
    uk.fetch = fetch
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({ title: 'The data product "uk-sales" did not answer.' })
  })
})

test('the list for crawlers says what a product needs to find another', async () => {
  const ask = async (accept: string) =>
    (await fetch(`${mesh.gateway.url}/.well-known/data-mesh`, { headers: { accept } })).json()
  expect(await ask('application/json')).toMatchObject({
    products: [
      {
        name: 'reference-geography',
        domain: 'reference',
        major: 1,
        address: '/data/reference/reference-geography/1',
        owner: { name: 'Owners of reference-geography' },
        datasets: [
          {
            name: 'countries',
            address: '/data/reference/reference-geography/1/countries/1',
            contractId: 'reference-geography.countries',
            contractMajor: 1,
            formats: ['csv', 'json', 'ndjson', 'parquet'],
          },
        ],
      },
    ],
  })
  expect(await ask('application/ld+json')).toMatchObject({ '@type': 'dcat:Catalog' })
})

test('health, readiness and metrics', async () => {
  const get = (path: string) => fetch(mesh.gateway.url + path, { redirect: 'manual' })
  expect((await get('/healthz')).status).toBe(200)
  expect((await get('/readyz')).status).toBe(200)
  expect(await (await get('/metrics')).text()).toContain('terrane_gateway_operations_total')
  expect((await get('/nothing')).status).toBe(404)
})

test('a client that goes takes its fetches along', async () => {
  const fetchOf = uk.fetch
  let aborted = false
  let begun = () => {}
  const asked = new Promise<void>(resolve => {
    begun = resolve
  })
  uk.fetch = async request => {
    if (new URL(request.url).pathname !== '/graphql') return fetchOf.call(uk, request)
    begun()
    await new Promise<void>(resolve => request.signal.addEventListener('abort', () => resolve(), { once: true }))
    aborted = request.signal.aborted
    throw request.signal.reason
  }
  const gone = new AbortController()
  const asking = fetch(`${mesh.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await mesh.token('steward')}` },
    body: JSON.stringify({ query: '{ ukSales { publication } }' }),
    signal: gone.signal,
  })
  await asked
  gone.abort()
  await expect(asking).rejects.toThrow()
  const ended = () =>
    mesh.log.filter(({ message, errors }) => message === 'Operation' && String(errors) === 'OPERATION_ABORTED')
  await eventually(async () => aborted && ended().length > 0, Boolean)
  uk.fetch = fetchOf
  expect(ended()).toHaveLength(1)
})
