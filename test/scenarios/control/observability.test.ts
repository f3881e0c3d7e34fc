import { appendFile } from 'node:fs/promises'
import path from 'node:path'
import { serveDataProduct } from '@terrane/runtime'
import type { AuditInfo, RunInfo } from '@terrane/schema'
import { writeSources } from '../harbour/harbour.js'
import { askedMetrics, unknownIn } from '../telemetry/dashboard.js'
import { address, type GuardedHarbour, openGuardedHarbour } from './guarded-harbour.js'

/** What happened, for those who may look: runs, reads, rows set aside, figures, events. */
let harbour: GuardedHarbour
beforeAll(async () => {
  harbour = await openGuardedHarbour()
})
afterAll(() => harbour?.close())

const observed = async <T>(pathname: string, ...roles: string[]): Promise<T> =>
  (await (
    await harbour.get(
      `${address}/observability/${pathname}`,
      await harbour.as(...(roles.length > 0 ? roles : ['admin'])),
    )
  ).json()) as T
const audit = async (query = '') => (await observed<{ audit: AuditInfo[] }>(`audit${query}`)).audit

test('runs, newest first, and why they failed', async () => {
  await appendFile(path.join(harbour.sources, 'calls.csv'), '7,S001,2026-01-01T00:00:00Z,1,1.00,P,R,1.00\n')
  expect(await harbour.product.run('start')).toMatchObject({ state: 'FAILED' })
  const { runs } = await observed<{ runs: RunInfo[] }>('runs')
  expect(runs.map(({ state, trigger }) => [state, trigger])).toEqual([
    ['FAILED', 'start'],
    ['PUBLISHED', 'test'],
  ])
  expect(runs[0]!.problems[0]).toMatchObject({
    code: 'CONTRACT_BROKEN_PRIMARY_KEY',
    file: 'contracts/register.odcs.yaml',
    line: expect.any(Number),
  })
  expect((await observed<{ runs: RunInfo[] }>('runs?limit=1')).runs).toHaveLength(1)
  // That it ran, and how it ended, is known to whoever may discover the product; why, and who began it, is not.
  const { data } = await harbour.ask(
    '{ harbour { product { freshness runs { state trigger problems { code } } } } }',
    await harbour.as('clerk'),
  )
  expect(data.harbour.product.runs[0]).toEqual({ state: 'FAILED', trigger: 'start', problems: [] })
})

test('who read which properties of what: in the graph and in files', async () => {
  const clerk = await harbour.as('clerk')
  await harbour.ask('{ harbour { calls(first: 3) { nodes { fee remark } } } }', clerk)
  await (await harbour.get(`${address}/ships/1.csv`, clerk)).text()
  await harbour.get(`${address}/calls/1.csv`, await harbour.as('nobody-in-particular'))
  const of = async (subject: string) =>
    (await audit(`?subject=${subject}`)).map(({ port, dataset, properties, rows, outcome, publication }) => ({
      port,
      dataset,
      properties,
      rows,
      outcome,
      publication,
    }))
  const ships = ['built', 'edition', 'flag', 'name', 'ship_id', 'tonnage']
  const entries = await of('user:clerk')
  expect(entries).toHaveLength(3)
  expect(entries).toEqual(
    expect.arrayContaining([
      {
        port: 'graphql',
        dataset: 'calls',
        properties: ['call_id', 'fee'],
        rows: 3,
        outcome: 'allowed',
        publication: 1,
      },
      {
        port: 'graphql',
        dataset: 'calls',
        properties: ['remark'],
        rows: undefined,
        outcome: 'denied',
        publication: undefined,
      },
      { port: 'files', dataset: 'ships', properties: ships, rows: 40, outcome: 'allowed', publication: 1 },
    ]),
  )
  expect(await of('user:nobody-in-particular')).toEqual([
    { port: 'files', dataset: 'calls', properties: [], rows: undefined, outcome: 'denied', publication: undefined },
  ])
  expect((await audit('?dataset=ships')).map(({ subject }) => subject)).toEqual(['user:clerk'])
  const graph = await harbour.ask(
    '{ harbour { product { audit(where: {dataset: "ships"}, first: 5) { subject dataset properties rows outcome } } } }',
    await harbour.as('admin'),
  )
  expect(graph.data.harbour.product.audit).toEqual([
    { subject: 'user:clerk', dataset: 'ships', properties: ships, rows: 40, outcome: 'allowed' },
  ])
})

test('page after page by `before`, nothing twice and nothing lost, also of one moment', async () => {
  const clerk = await harbour.as('clerk')
  await Promise.all(
    Array.from({ length: 30 }, () =>
      harbour.ask('{ harbour { calls(first: 1) { nodes { fee } } ships(first: 1) { nodes { name } } } }', clerk),
    ),
  )
  const all = await audit('?subject=user:clerk&limit=1000')
  expect(all).toHaveLength(63)
  const paged: AuditInfo[] = []
  for (let before = ''; ; ) {
    const page = await audit(`?subject=user:clerk&limit=7${before}`)
    if (page.length === 0) break
    paged.push(...page)
    before = `&before=${encodeURIComponent(page.at(-1)!.at)}`
  }
  expect(paged).toEqual(all)
  const graph = await harbour.ask(
    'query ($at: DateTime) { harbour { product { audit(where: {subject: "user:clerk", before: $at}, first: 100) { at } } } }',
    await harbour.as('admin'),
    { at: all[10]!.at },
  )
  expect(graph.data.harbour.product.audit).toHaveLength(all.filter(({ at }) => at < all[10]!.at).length)
})

test.each([
  'audit?before=yesterday',
  'audit?before=1',
  'audit?limit=0',
  'audit?limit=-1',
  'runs?limit=many',
  'quarantine/calls?limit=1.5',
])('%s is 400', async query => {
  const answer = await harbour.get(`${address}/observability/${query}`, await harbour.as('admin'))
  expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/problem+json'])
})

describe('rows that did not fit', () => {
  test('with line and reason; the row itself for who controls the product', async () => {
    const bad = await harbour.send('POST', '/input/notices', await harbour.as('admin'), {
      type: 'text/csv',
      text: 'notice_id,text\nsecret-number,Fog\n2,Ice\n',
    })
    expect(bad.status).toBe(201)
    await harbour.product.run('after a push')
    type Quarantined = { rows: { line: number; property?: string; reason: string; text: string }[] }
    const { rows } = await observed<Quarantined>('quarantine/notices')
    expect(rows).toEqual([
      expect.objectContaining({ line: 2, property: 'notice_id', text: expect.stringContaining('secret-number') }),
    ])
    const grant = JSON.stringify({ subject: 'role:watch', actions: ['observe'], dataset: '*' })
    await harbour.send('PUT', '/control/grants', await harbour.as('admin'), { text: grant })
    const watched = await observed<Quarantined>('quarantine/notices', 'watch')
    expect(watched.rows).toEqual([expect.objectContaining({ line: 2, text: '' })])
    expect(JSON.stringify(watched)).not.toContain('secret-number')
    expect(
      (await audit('?subject=user:watch')).map(({ action, detail, outcome }) => [action, detail, outcome]),
    ).toEqual([['read quarantine', 'notices', 'allowed']])
  })

  test.each(['none', '..', '%2e%2e%2finput', '..%2f..%2fharbour'])(
    'of %s there are none, wherever it leads',
    async port => {
      const answer = await harbour.get(`${address}/observability/quarantine/${port}`, await harbour.as('admin'))
      expect(answer.status).toBe(404)
    },
  )
})

test('metrics in the text format of Prometheus', async () => {
  const answer = await harbour.get(`${address}/observability/metrics`, await harbour.as('admin'))
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0.0.4/)
  expect(await answer.text()).toMatch(/terrane_runs_total\{state="failed",product="harbour"\} [1-9]/)
})

test('all that dashboard and alerts ask of a product is among them', async () => {
  const asked = askedMetrics('product')
  expect(asked.length).toBeGreaterThan(4)
  expect(unknownIn(await (await harbour.get('/metrics')).text(), asked)).toEqual([])
})

test('its own server tells them where and to whom it is set to', async () => {
  const counted = /terrane_runs_total\{/
  const status = async (url: string, authorization?: string) =>
    (await fetch(url, authorization ? { headers: { authorization } } : {})).status
  const closed = await serveDataProduct(harbour.product, { listenPort: 0, metrics: { off: true } })
  expect(await status(`${closed.url}/metrics`)).toBe(404)
  await closed.close()
  const token = 'a-token-of-some-length'
  const apart = await serveDataProduct(harbour.product, {
    listenPort: 0,
    metrics: { listen: { listenPort: 0 }, token },
  })
  expect(await status(`${apart.url}/metrics`, `Bearer ${token}`)).toBe(404)
  expect(await status(apart.metricsUrl!)).toBe(401)
  const told = await fetch(apart.metricsUrl!, { headers: { authorization: `Bearer ${token}` } })
  expect(await told.text()).toMatch(counted)
  expect(await status(apart.metricsUrl!.replace('/metrics', address))).toBe(404)
  await apart.close()
  const plain = await serveDataProduct(harbour.product, { listenPort: 0 })
  expect(await (await fetch(`${plain.url}/metrics`)).text()).toMatch(counted)
  const proxied = { headers: { 'x-forwarded-for': '10.0.0.7' } }
  expect((await fetch(`${plain.url}/metrics`, proxied)).status).toBe(403)
  await plain.close()
})

test('its own server compresses long answers for who accepts it, and no stream', async () => {
  const { url, close } = await serveDataProduct(harbour.product, { listenPort: 0 })
  const plain = await serveDataProduct(harbour.product, { listenPort: 0, compression: false })
  const ask = async (at: string, path: string, accepted: string) => {
    const headers = { ...(await harbour.as('admin')), 'accept-encoding': accepted }
    return fetch(at + path, { headers, signal: AbortSignal.timeout(60_000) })
  }
  const [identity, gzip] = [await ask(url, '/openapi.json', 'identity'), await ask(url, '/openapi.json', 'gzip')]
  expect(identity.headers.get('content-encoding')).toBeNull()
  expect(gzip.headers.get('content-encoding')).toBe('gzip')
  expect(gzip.headers.get('vary')).toMatch(/accept-encoding/i)
  expect(gzip.headers.get('etag')).toBe(`W/${identity.headers.get('etag')}`)
  expect(await gzip.text()).toBe(await identity.text())
  expect((await ask(plain.url, '/openapi.json', 'gzip')).headers.get('content-encoding')).toBeNull()
  const events = await ask(url, `${address}/observability/events`, 'gzip')
  expect(events.headers.get('content-encoding')).toBeNull()
  const reader = events.body!.getReader()
  expect(new TextDecoder().decode((await reader.read()).value)).toContain(': connected')
  await reader.cancel()
  await Promise.all([close(), plain.close()])
})

describe('events', () => {
  const served = () => serveDataProduct(harbour.product, { listenPort: 0 })
  const readable = (answer: Response) => answer.body!.pipeThrough(new TextDecoderStream()).getReader()

  test('a CloudEvent for each publication, over HTTP, until the reader leaves', async () => {
    const { url, close } = await served()
    const [staying, leaving] = [new AbortController(), new AbortController()]
    const listen = async (signal: AbortSignal) =>
      fetch(`${url}${address}/observability/events`, { headers: await harbour.as('admin'), signal })
    const [answer, other] = [await listen(staying.signal), await listen(leaving.signal)]
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    const reader = readable(answer)
    expect((await reader.read()).value).toBe(': connected\n\n')
    await other.body!.getReader().read()
    leaving.abort()

    const push = async (id: number) => {
      await harbour.send('POST', '/input/notices', await harbour.as('admin'), {
        text: JSON.stringify([{ notice_id: id, text: 'x' }]),
      })
    }
    await push(501)
    const run = await publishedRun()
    // Among what its run told of itself.
    const PUBLICATION = /^event: (publication)\nid: (.*)\ndata: (.*)\n\n/m
    let text = ''
    while (!PUBLICATION.test(text)) text += (await reader.read()).value
    const [, name, id, data] = PUBLICATION.exec(text)!
    expect([name, id]).toEqual(['publication', String(run)])
    expect(JSON.parse(data!)).toMatchObject({
      ...{ specversion: '1.0', id: `harbour/${run}`, type: 'terrane.publication', source: address },
      data: { product: 'harbour', publication: run },
    })
    staying.abort()
    await push(502)
    expect(await publishedRun()).toBeGreaterThan(run)
    await close()
    await harbour.redeploy()
  })

  test('end when the product does', async () => {
    const answer = await harbour.get(`${address}/observability/events`, await harbour.as('admin'))
    const reader = readable(answer)
    await reader.read()
    await harbour.redeploy()
    expect(await reader.read()).toEqual({ done: true, value: undefined })
  })
})

test('whoever may no longer observe hears no more, on the stream that is open already', async () => {
  const admin = await harbour.as('admin')
  const grant = { subject: 'user:listener', actions: ['observe'], dataset: '*' }
  const put = await harbour.send('PUT', '/control/grants', admin, { text: JSON.stringify(grant) })
  const { id } = (await put.json()) as { id: string }
  const answer = await harbour.get(`${address}/observability/events`, await harbour.as('listener'))
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader.read()).value).toBe(': connected\n\n')
  await harbour.product.run('heard')
  let heard = ''
  while (!heard.includes('terrane.run.finished')) heard += (await reader.read()).value

  expect((await harbour.send('DELETE', `/control/grants/${id}`, await harbour.as('admin'))).status).toBe(204)
  await harbour.product.run('not heard')
  let rest = ''
  for (let next = await reader.read(); !next.done; next = await reader.read()) rest += next.value
  // Lines that begin like that say nothing: beats of the heart.
  expect(rest.replace(/^:.*\n\n/gm, '')).toBe('')
  expect((await audit('?subject=user:listener'))[0]).toMatchObject({ action: 'see events', outcome: 'denied' })
})

/** Without the row that broke the first test's run. */
async function publishedRun(): Promise<number> {
  await writeSources(harbour.sources)
  const outcome = await harbour.product.run('publish')
  if (outcome.publication === undefined) throw new Error(JSON.stringify(outcome.problems))
  return outcome.publication
}

test('sample rows are a reading of data, and told as one; a name alone is not', async () => {
  const reads = async () => (await audit('?limit=1000')).filter(({ port }) => port === 'discovery')
  const before = (await reads()).length
  await harbour.ask('{ harbour { product { name datasets { name rowCount } } } }', await harbour.as('clerk'))
  expect(await reads()).toHaveLength(before)
  await harbour.ask('{ harbour { product { datasets { name sample } } } }', await harbour.as('clerk'))
  const [latest] = await reads()
  expect((await reads()).length).toBeGreaterThan(before)
  expect(latest).toMatchObject({ action: 'read', outcome: 'allowed', publication: expect.any(Number) })
  expect(latest!.properties.length).toBeGreaterThan(0)
})
