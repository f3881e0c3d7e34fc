import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { type Harbour, openHarbour } from './harbour.js'

/** One bad push must not keep what others push from being published. */
let harbour: Harbour
let admin: Record<string, string>
let scratch: string
beforeAll(async () => {
  harbour = await openHarbour()
  scratch = await mkdtemp(path.join(os.tmpdir(), 'terrane-pushed-'))
})
// An identity holds for a minute, and a busy machine may take longer for all of these tests.
beforeEach(async () => {
  admin = await harbour.as('admin')
})
afterAll(async () => {
  await harbour?.close()
  await rm(scratch, { recursive: true, force: true })
})

const port = '/data/ports/north/harbour/1/input/notices'
const send = (method: string, pathname: string, headers: Record<string, string>, body?: BodyInit) =>
  harbour.product.fetch(new Request(`http://harbour.test${pathname}`, { method, headers, ...(body ? { body } : {}) }))
const push = (type: string, body: BodyInit, headers: Record<string, string> = {}) =>
  send('POST', port, { ...admin, 'content-type': type, ...headers }, body)
const notices = async (): Promise<number[]> => {
  const answer = await harbour.ask('{ harbour { notices(first: 1000) { nodes { noticeId } } } }')
  return answer.data.harbour.notices.nodes.map(({ noticeId }: { noticeId: string }) => Number(noticeId))
}

/** Footer and magic number stay; the pages between them do not. */
async function damagedParquet(name: string): Promise<Buffer> {
  const file = path.join(scratch, `${name}.parquet`)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(
    `COPY (SELECT i::INTEGER AS notice_id, md5(i::VARCHAR) AS text FROM range(1000, 21000) r(i)) TO '${file}' (COMPRESSION zstd)`,
  )
  connection.closeSync()
  instance.closeSync()
  const bytes = await readFile(file)
  return Buffer.from(bytes.fill(0x5a, 2000, Math.floor(bytes.length / 2)))
}

test('who may not control the product takes no file back, and the try is in the audit', async () => {
  const receipt = (await (await push('application/json', '{"notice_id": 1, "text": "Fog"}')).json()) as {
    sha256: string
  }
  for (const who of [{}, await harbour.as('clerk'), await harbour.as('steward')]) {
    const answer = await send('DELETE', `${port}/${receipt.sha256}`, who)
    expect([403, 404]).toContain(answer.status)
  }
  await harbour.product.run('test')
  expect(await notices()).toEqual([1])
  const audit = await (await harbour.get('/data/ports/north/harbour/1/observability/audit', admin)).text()
  expect(audit).toMatch(/"action":"withdraw"[^}]*"outcome":"denied"/)
})

test.each([
  ['a csv file without a required column', 'text/csv', () => 'numero,date\n"a,b', 'INPUT_COLUMN_MISSING'],
  ['the same in gzip', 'text/csv', () => gzipSync('numero,date\n1,2\n'), 'INPUT_COLUMN_MISSING'],
  ['a parquet file that is damaged between its ends', 'application/vnd.apache.parquet', () => damagedParquet('refused'), 'INPUT_UNREADABLE'], // biome-ignore format: a table
])('%s is refused, and nothing of it is kept', async (_, type, body, code) => {
  const bytes = await body()
  const answer = await push(
    type,
    bytes as BodyInit,
    Buffer.isBuffer(bytes) && type === 'text/csv' ? { 'content-encoding': 'gzip' } : {},
  )
  expect(answer.status).toBe(422)
  const told = await answer.json()
  expect(told).toMatchObject({ code, problems: [{ code, hint: expect.any(String) }] })
  expect(JSON.stringify(told)).not.toContain(harbour.home)
  expect((await harbour.product.run('test')).problems.map(each => each.code)).not.toContain('INPUT_FILE_SET_ASIDE')
})

test('a whole parquet file and a csv file with other columns beside the required are taken', async () => {
  expect((await push('text/csv', 'text;notice_id\nRain;2\n')).status).toBe(201)
  const outcome = await harbour.product.run('test')
  expect(outcome.problems).toEqual([])
  expect(await notices()).toEqual([1, 2])
})

test('what a run cannot read is set aside, what is pushed after it is published, and it can be taken back', async () => {
  const hidden = await damagedParquet('hidden')
  const answer = await push('application/vnd.apache.parquet', gzipSync(hidden) as BodyInit, {
    'content-encoding': 'gzip',
  })
  expect(answer.status).toBe(201)
  const { sha256 } = (await answer.json()) as { sha256: string }
  expect((await push('application/json', '{"notice_id": 3, "text": "Wind"}')).status).toBe(201)

  const outcome = await harbour.product.run('test')
  expect(['PUBLISHED', 'UNCHANGED']).toContain(outcome.state)
  expect(await notices()).toEqual([1, 2, 3])
  const runs = await (await harbour.get('/data/ports/north/harbour/1/observability/runs', admin)).text()
  expect(runs).toContain('INPUT_FILE_SET_ASIDE')
  const quarantined = '/data/ports/north/harbour/1/observability/quarantine/notices'
  expect(await (await harbour.get(quarantined, admin)).text()).toMatch(
    new RegExp(`${sha256}.*the whole file is left out`),
  )

  // Later runs go on without it as well.
  await push('application/json', '{"notice_id": 4, "text": "Sun"}')
  expect((await harbour.product.run('test')).state).not.toBe('FAILED')
  expect(await notices()).toEqual([1, 2, 3, 4])

  const kept = path.join(harbour.home, 'harbour', 'input', 'notices', sha256)
  expect(existsSync(kept)).toBe(true)
  expect((await send('DELETE', `${port}/${sha256}`, admin)).status).toBe(204)
  expect((await send('DELETE', `${port}/${sha256}`, admin)).status).toBe(404)
  const without = await harbour.product.run('test')
  expect(without.state).not.toBe('FAILED')
  expect(without.problems).toEqual([])
  expect(existsSync(kept)).toBe(false)
  expect(await (await harbour.get(quarantined, admin)).text()).not.toContain(sha256)
})

test('a good file that is taken back is in no later publication', async () => {
  const answer = await push('application/json', '{"notice_id": 5, "text": "A mistake"}')
  const { sha256 } = (await answer.json()) as { sha256: string }
  await harbour.product.run('test')
  expect(await notices()).toContain(5)
  expect((await send('DELETE', `${port}/${sha256}`, admin)).status).toBe(204)
  await harbour.product.run('test')
  expect(await notices()).toEqual([1, 2, 3, 4])
})
