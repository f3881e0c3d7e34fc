import { PUBLICATION_HEADER } from '@terrane/schema'
import { CALLS, ENGINES, type Harbour, openHarbour, SHIPS } from './harbour.js'

/** What a caller who may read gets: pages, look-ups, aggregates, entities, files. */
describe.each(ENGINES)('on %s', (_, databaseUrl) => {
  let harbour: Harbour
  let steward: Record<string, string>
  beforeAll(async () => {
    harbour = await openHarbour({ databaseUrl: databaseUrl() })
  })
  // An identity holds for a minute, and a busy machine may take longer for all of these tests.
  beforeEach(async () => {
    steward = await harbour.as('steward')
  })
  afterAll(() => harbour?.close())

  const address = '/data/ports/north/harbour/1'

  test('pages follow one another by cursor until the end, each row once', async () => {
    const seen: string[] = []
    let after: string | null = null
    let pages = 0
    do {
      const answer = await harbour.ask(
        `query ($after: String) { harbour { calls(first: 70, after: $after, where: {berth: {in: [1, 2]}}, orderBy: [{fee: DESC}, {arrivedAt: ASC}]) {
        nodes { callId fee } pageInfo { hasNextPage hasPreviousPage endCursor } } } }`,
        steward,
        { after },
      )
      expect(answer.errors).toBeUndefined()
      const { nodes, pageInfo } = answer.data.harbour.calls
      seen.push(...nodes.map((node: { callId: string }) => node.callId))
      expect(pageInfo.hasPreviousPage).toBe(pages > 0)
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null
      pages++
    } while (after !== null && pages < 20)
    const expected = Array.from({ length: CALLS }, (_, index) => index + 1)
      .filter(at => [0, 1].includes(at % 5))
      .sort((a, b) => Number(a % 11 === 0) - Number(b % 11 === 0) || (a % 11 === 0 ? 0 : b - a))
    expect(pages).toBe(4)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter(id => Number(id) % 11 !== 0)).toEqual(expected.filter(at => at % 11 !== 0).map(String))
    // Missing fees come last.
    expect(seen.slice(-expected.filter(at => at % 11 === 0).length).every(id => Number(id) % 11 === 0)).toBe(true)
  })

  test('values come out exact', async () => {
    const answer = await harbour.ask(
      '{ harbour { call(callId: 7) { callId arrivedAt fee profit ship { shipId tonnage built } } } }',
      steward,
    )
    expect(answer.errors).toBeUndefined()
    expect(answer.data.harbour.call).toEqual({
      callId: '7',
      arrivedAt: '2026-08-08T08:30:00.000000Z',
      fee: '50.75',
      profit: '3.50',
      ship: { shipId: 'S008', tonnage: '9007199254740008', built: '1968-09-15' },
    })
  })

  test('aggregates agree with the rows', async () => {
    const answer = await harbour.ask(
      `{ harbour {
      byBerth: callsAggregate(groupBy: [BERTH], orderBy: [{group: {berth: ASC}}]) { group { berth } count sum { fee } countDistinct { shipId } }
      byMonth: callsAggregate(groupBy: [ARRIVED_AT_MONTH], where: {berth: {eq: 3}}, orderBy: [{count: DESC}], first: 2) { group { arrivedAtMonth } count }
      all: callsAggregate { count max { fee } }
    } }`,
      steward,
    )
    expect(answer.errors).toBeUndefined()
    const { byBerth, byMonth, all } = answer.data.harbour
    const rows = Array.from({ length: CALLS }, (_, index) => index + 1)
    expect(byBerth).toHaveLength(5)
    const second = rows.filter(at => 1 + (at % 5) === 2)
    const fees = second.filter(at => at % 11 !== 0).reduce((sum, at) => sum + at * 725, 0)
    expect(byBerth[1]).toMatchObject({
      group: { berth: 2 },
      count: second.length,
      sum: { fee: (fees / 100).toFixed(2) },
    })
    expect(byMonth).toHaveLength(2)
    expect(byMonth[0].group.arrivedAtMonth).toMatch(/^2026-\d\d-01$/)
    expect(all).toEqual([{ count: CALLS, max: { fee: ((CALLS - (CALLS % 11 === 0 ? 1 : 0)) * 7.25).toFixed(2) } }])
  })

  test('entities, references and the way back', async () => {
    const answer = await harbour.ask(
      `query ($r: [_Any!]!) { _entities(representations: $r) {
      ... on Ship { shipId name calls(first: 2, orderBy: [{callId: ASC}]) { totalCount nodes { callId ship { shipId } } } }
      ... on HarbourCall { callId ship { name } } } }`,
      steward,
      {
        r: [
          { __typename: 'Ship', shipId: 'S002' },
          { __typename: 'HarbourCall', callId: '9' },
          { __typename: 'Ship', shipId: 'none' },
        ],
      },
    )
    // A reference into nothing is told, and costs itself only.
    expect(answer.errors?.map(error => [error.path, error.extensions.code])).toEqual([
      [['_entities', 2], 'ENTITY_NOT_FOUND'],
    ])
    expect(answer.data._entities).toEqual([
      {
        shipId: 'S002',
        name: 'Ship 2',
        calls: {
          totalCount: CALLS / SHIPS,
          nodes: [
            { callId: '1', ship: { shipId: 'S002' } },
            { callId: '41', ship: { shipId: 'S002' } },
          ],
        },
      },
      { callId: '9', ship: { name: 'Ship 10' } },
      null,
    ])
  })

  test('every answer states its publication, over HTTP and in process alike', async () => {
    const query =
      '{ harbour { calls(first: 1) { nodes { callId } } product { name version owner { name } quality { passed failed } freshness datasets { name rowCount } } } }'
    const over = await harbour.ask(query, steward)
    expect(over.extensions?.terrane?.publications).toEqual({ harbour: 1 })
    const { status: _, ...body } = over
    const inside = await harbour.product.execute({ query, headers: steward })
    expect(JSON.parse(JSON.stringify(inside))).toEqual(body)
    expect(over.data.harbour.product).toMatchObject({
      name: 'harbour',
      owner: { name: 'Harbour master' },
      quality: { failed: 0 },
    })
  })

  describe('files', () => {
    test.each(['csv', 'json', 'ndjson'])('%s has every row', async format => {
      const response = await harbour.get(`${address}/calls/1.${format}`, steward)
      expect(response.status).toBe(200)
      expect(response.headers.get(PUBLICATION_HEADER)).toBe('1')
      expect(response.headers.get('content-disposition')).toContain(`harbour-calls.${format}`)
      const text = await response.text()
      const rows =
        format === 'json'
          ? JSON.parse(text)
          : text
              .trim()
              .split('\n')
              .slice(format === 'csv' ? 1 : 0)
              .map(line => (format === 'csv' ? line : JSON.parse(line)))
      expect(rows).toHaveLength(CALLS)
      if (format !== 'csv') expect(rows[6]).toMatchObject({ call_id: 7, fee: '50.75', profit: '3.50' })
    })

    test('parquet is parquet', async () => {
      const bytes = Buffer.from(await (await harbour.get(`${address}/calls/1.parquet`, steward)).arrayBuffer())
      expect(bytes.subarray(0, 4).toString()).toBe('PAR1')
      expect(bytes.subarray(-4).toString()).toBe('PAR1')
    })

    test('Accept chooses where the address does not, and what has not changed is not sent again', async () => {
      const csv = await harbour.get(`${address}/ships/1`, {
        ...steward,
        accept: 'text/csv;q=0.9, application/json;q=0.1',
      })
      expect(csv.headers.get('content-type')).toContain('text/csv')
      await csv.text()
      const again = await harbour.get(`${address}/ships/1.csv`, {
        ...steward,
        'if-none-match': csv.headers.get('etag')!,
      })
      expect(again.status).toBe(304)
      const clerk = await harbour.get(`${address}/ships/1.csv`, {
        ...(await harbour.as('clerk')),
        'if-none-match': csv.headers.get('etag')!,
      })
      expect(clerk.status).toBe(200)
      await clerk.text()
      expect((await harbour.get(`${address}/ships/1`, { ...steward, accept: 'image/png' })).status).toBe(406)
    })

    test('addresses without their last number lead to the newest', async () => {
      const dataset = await harbour.get(`${address}/calls?asOf=1`, steward)
      expect([dataset.status, dataset.headers.get('location')]).toEqual([307, `${address}/calls/1?asOf=1`])
      const product = await harbour.get('/data/ports/north/harbour', steward)
      expect([product.status, product.headers.get('location')]).toEqual([307, address])
    })

    test.each([
      ['asOf=99', 410, 'PUBLICATION_GONE'],
      ['asOf=abc', 400, 'BAD_USER_INPUT'],
      ['asOf=-1', 400, 'BAD_USER_INPUT'],
    ])('?%s is %i', async (search, status, code) => {
      const response = await harbour.get(`${address}/calls/1.csv?${search}`, steward)
      expect(response.status).toBe(status)
      expect(await response.json()).toMatchObject({ status, code })
    })
  })

  test('health, readiness and metrics', async () => {
    expect((await harbour.get('/healthz')).status).toBe(200)
    expect((await harbour.get('/readyz')).status).toBe(200)
    const metrics = await (await harbour.get('/metrics')).text()
    expect(metrics).toMatch(/terrane_publication\{product="harbour"\} 1/)
    expect(metrics).toMatch(/terrane_runs_total\{state="published",product="harbour"\} 1/)
  })
})
