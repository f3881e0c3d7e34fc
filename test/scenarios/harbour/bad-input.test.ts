import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { openDataProduct } from '@terrane/runtime'
import { PUBLICATION_HEADER } from '@terrane/schema'
import { CALLS, folder, type Harbour, openHarbour, writeSources } from './harbour.js'

/** Whatever comes in, the answer is clear and what was published is served. */
let harbour: Harbour
let admin: Record<string, string>
beforeAll(async () => {
  harbour = await openHarbour()
})
// An identity holds for a minute, and a busy machine may take longer for all of these tests.
beforeEach(async () => {
  admin = await harbour.as('admin')
})
afterAll(() => harbour?.close())
afterEach(async () => {
  const answer = await harbour.ask('{ harbour { callsAggregate { count } ship(shipId: "S001") { name } } }', admin)
  expect(answer.data.harbour).toEqual({ callsAggregate: [{ count: CALLS }], ship: { name: 'Ship 1' } })
})

const address = '/data/ports/north/harbour/1'
const send = (pathname: string, init: RequestInit & { headers?: Record<string, string> }) =>
  harbour.product.fetch(
    new Request(`http://harbour.test${pathname}`, { ...init, headers: { ...admin, ...init.headers } }),
  )

describe('questions', () => {
  test.each([
    ['an unknown field', '{ harbour { calls(first: 1) { nodes { call_id } } } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a broken query', '{ harbour { calls(first: 1 { nodes }', 'GRAPHQL_PARSE_FAILED'],
    [
      'an unknown enum member',
      '{ harbour { callsAggregate(groupBy: [NOPE]) { count } } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a page too large', '{ harbour { calls(first: 1001) { nodes { callId } } } }', 'BAD_USER_INPUT'],
    ['a negative page', '{ harbour { calls(first: -1) { nodes { callId } } } }', 'BAD_USER_INPUT'],
    [
      'a cursor made up',
      '{ harbour { calls(first: 1, after: "bm9uc2Vuc2U") { nodes { callId } } } }',
      'BAD_USER_INPUT',
    ],
    [
      'a cursor of JSON',
      `{ harbour { calls(first: 1, after: "${Buffer.from('[1,{"a":1}]').toString('base64url')}") { nodes { callId } } } }`,
      'BAD_USER_INPUT',
    ],
    [
      'a cursor of a publication to come',
      `{ harbour { calls(first: 1, after: "${Buffer.from('[99,"sealed"]').toString('base64url')}") { nodes { callId } } } }`,
      'PUBLICATION_GONE',
    ],
    ['a publication to come', '{ harbour { calls(first: 1, asOf: 99) { nodes { callId } } } }', 'PUBLICATION_GONE'],
    ['no publication at all', '{ harbour { calls(first: 1, asOf: 0) { nodes { callId } } } }', 'BAD_USER_INPUT'],
    [
      'text for a decimal',
      '{ harbour { calls(first: 1, where: {fee: {gt: "dear"}}) { nodes { callId } } } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ])('%s', async (_, query, code) => {
    const answer = await harbour.ask(query, admin)
    expect(answer.errors?.[0]?.extensions.code).toBe(code)
    expect(JSON.stringify(answer)).not.toMatch(/Did you mean|stack|node_modules|SQLITE|duckdb/i)
  })

  test('a cursor of another order', async () => {
    const first = await harbour.ask(
      '{ harbour { calls(first: 1, orderBy: [{fee: ASC}]) { pageInfo { endCursor } } } }',
      admin,
    )
    const { endCursor } = first.data.harbour.calls.pageInfo
    const answer = await harbour.ask(
      `{ harbour { calls(first: 1, after: "${endCursor}") { nodes { callId } } } }`,
      admin,
    )
    expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })

  test('a publication header that is no number', async () => {
    const answer = await harbour.ask('{ harbour { product { name } } }', {
      ...admin,
      [PUBLICATION_HEADER]: "1' OR 1=1",
    })
    expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT'])
  })

  test('a body that is no JSON, and no body', async () => {
    for (const body of ['{"query":', '']) {
      const response = await send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      expect(response.status).toBe(400)
      expect(await response.json()).toHaveProperty('errors')
    }
  })
})

describe('pushes', () => {
  const push = (body: BodyInit, type: string, port = 'notices') =>
    send(`${address}/input/${port}`, { method: 'POST', headers: { 'content-type': type }, body })

  test.each([
    ['a type nobody knows', 'hello', 'text/plain', 415],
    ['broken JSON', '{"notice_id": 1,', 'application/json', 422],
    ['half a parquet file', 'PAR1 and then nothing', 'application/vnd.apache.parquet', 422],
    ['an empty file', '', 'text/csv', 422],
  ])('%s', async (_, body, type, status) => {
    const response = await push(body, type)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ status, code: expect.stringMatching(/^INPUT_/) })
  })

  test('to a port that fetches, or that is none', async () => {
    expect((await push('a,b', 'text/csv', 'calls')).status).toBe(405)
    expect((await push('a,b', 'text/csv', 'nothing')).status).toBe(404)
  })
})

describe('runs', () => {
  afterEach(() => writeSources(harbour.sources))

  test('what breaks the contract publishes nothing, says why, and is in the list of runs', async () => {
    const file = path.join(harbour.sources, 'calls.csv')
    const text = await readFile(file, 'utf8')
    await writeFile(file, `${text}${text.split('\n')[1]!.replace('secret', 'twice')}\n`)
    const outcome = await harbour.product.run('duplicate key')
    expect(outcome.state).toBe('FAILED')
    expect(outcome.problems.map(problem => problem.code)).toContain('CONTRACT_BROKEN_PRIMARY_KEY')
    const { runs } = (await (await harbour.get(`${address}/observability/runs`, admin)).json()) as {
      runs: { state: string; problems: { code: string }[] }[]
    }
    expect(runs[0]).toMatchObject({ state: 'FAILED' })
    expect(runs[0]!.problems.map(problem => problem.code)).toContain('CONTRACT_BROKEN_PRIMARY_KEY')
  })

  test('a source that is gone', async () => {
    await rm(path.join(harbour.sources, 'ships.csv'))
    const outcome = await harbour.product.run('gone')
    expect(outcome.state).toBe('FAILED')
    expect(outcome.problems[0]?.code).toMatch(/^SOURCE_/)
  })

  test('an empty source', async () => {
    await writeFile(path.join(harbour.sources, 'calls.csv'), '')
    const outcome = await harbour.product.run('empty')
    expect(outcome.state).toBe('FAILED')
    expect(outcome.problems.length).toBeGreaterThan(0)
  })

  test('nothing changed: nothing runs', async () => {
    const outcome = await harbour.product.run('again')
    expect(outcome).toMatchObject({ state: 'UNCHANGED', publication: 1 })
    expect(outcome.result).toBeUndefined()
  })
})

test('a folder with errors is refused with all of them', async () => {
  const copy = await mkdtemp(path.join(os.tmpdir(), 'terrane-broken-'))
  await cp(folder, copy, { recursive: true })
  const contract = path.join(copy, 'contracts', 'register.odcs.yaml')
  await writeFile(
    contract,
    (await readFile(contract, 'utf8'))
      .replace('logicalType: date,', 'logicalType: dat,')
      .replace('mustBeGreaterThan: 0', 'mustBeBigger: 0'),
  )
  const { product, problems } = await openDataProduct({
    folder: copy,
    home: path.join(copy, 'home'),
    trust: { keys: [] },
  })
  expect(product).toBeUndefined()
  expect(problems.length).toBeGreaterThan(1)
  for (const problem of problems)
    expect(problem).toMatchObject({ file: expect.stringContaining('register'), line: expect.any(Number) })
  await rm(copy, { recursive: true })
})

test('a store that goes away while running is 503, and is found again when it is back', async () => {
  const files = ['security.sqlite', 'metadata.sqlite'].map(name => path.join(harbour.home, 'harbour', name))
  for (const file of files) await rename(file, `${file}.away`)
  const answer = await harbour.ask('{ harbour { callsAggregate { count } } }', admin)
  expect(answer).toEqual({
    status: 503,
    errors: [{ message: expect.any(String), extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
  })
  expect((await harbour.get(`${address}/calls/1.csv`, admin)).status).toBe(503)
  const executed = await harbour.product.execute({ query: '{ harbour { callsAggregate { count } } }', headers: admin })
  expect(executed.data).toBeUndefined()
  expect(executed.errors).toHaveLength(1)
  await expect(harbour.product.run('without stores')).rejects.toThrow()
  for (const file of files) await rename(`${file}.away`, file)
  expect((await harbour.product.run('with stores')).state).toBe('UNCHANGED')
})

test('a store that cannot be opened is one clear problem', async () => {
  const copy = await mkdtemp(path.join(os.tmpdir(), 'terrane-no-home-'))
  const home = path.join(copy, 'file')
  await writeFile(home, 'not a folder')
  const { product, problems } = await openDataProduct({ folder, home, trust: { keys: [] }, env: {} })
  expect(product).toBeUndefined()
  expect(problems.map(problem => problem.code)).toEqual([
    expect.stringMatching(/^(PRODUCT_NOT_OPENED|STORE_UNAVAILABLE)$/),
  ])
  await rm(copy, { recursive: true })
})
