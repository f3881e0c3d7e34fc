import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { DataProduct } from '@terrane/runtime'
import { IdentitySigner, loadOrCreateKeys, type RunInfo } from '@terrane/schema'
import { createConnection } from 'mysql2/promise'
import { MYSQL_SERVER, testOnMysql } from '../../mysql.js'
import { client, folder, type Harbour, writeSources } from '../harbour/harbour.js'
import { endAll, eventually, type Running, terrane } from '../processes/processes.js'

/**
 * Several processes serve one product from one database and one home, as replicas behind one service do. One of them runs
 * it at a time, all of them answer the same, and whoever is killed leaves nothing in the way.
 */

const ADDRESS = '/data/ports/north/harbour/1'
let base: string
let database: string
const replicas: { running: Running; harbour: Harbour }[] = []

async function replica(...more: string[]) {
  const [home, sources] = [path.join(base, 'home'), path.join(base, 'sources')]
  const running = terrane(['serve', folder, '--port', '0', ...more], {
    TERRANE_HOME: home,
    TERRANE_DATABASE_URL: `${MYSQL_SERVER}/${database}`,
    HARBOUR_SOURCES: sources,
  })
  const url = await running.url()
  const over = (request: Request) => {
    const { pathname, search } = new URL(request.url)
    return fetch(new Request(url + pathname + search, request))
  }
  const signer = new IdentitySigner((await loadOrCreateKeys(home)).privateJwk)
  const harbour = client({ fetch: over } as DataProduct, home, sources, signer, async () => {})
  const one = { running, harbour }
  replicas.push(one)
  return one
}

beforeAll(async () => {
  base = mkdtempSync(path.join(tmpdir(), 'terrane-replicas-'))
  database = `terrane_replicas_${randomBytes(5).toString('hex')}`
  await writeSources(path.join(base, 'sources'))
  await loadOrCreateKeys(path.join(base, 'home'))
})
afterAll(async () => {
  await endAll()
  rmSync(base, { recursive: true, force: true })
  if (!MYSQL_SERVER) return
  const connection = await createConnection(MYSQL_SERVER)
  const [found] = await connection.query('SHOW DATABASES LIKE ?', [`${database.replaceAll('_', '\\_')}%`])
  for (const row of found as object[]) await connection.query('DROP DATABASE ??', [Object.values(row)[0]])
  await connection.end()
})

const runsSeenBy = async ({ harbour }: { harbour: Harbour }): Promise<RunInfo[]> => {
  const answer = await harbour.get(`${ADDRESS}/observability/runs?limit=200`, await harbour.as('admin'))
  return ((await answer.json()) as { runs: RunInfo[] }).runs
}
const readBy = async ({ harbour }: { harbour: Harbour }, dataset: string) => {
  const answer = await harbour.get(`${ADDRESS}/${dataset}/1.json`, await harbour.as('admin'))
  return { status: answer.status, publication: answer.headers.get('terrane-publication'), rows: await answer.json() }
}
const push = async ({ harbour }: { harbour: Harbour }, id: number) =>
  harbour.product.fetch(
    new Request(`http://harbour.test${ADDRESS}/input/notices`, {
      method: 'POST',
      headers: { ...(await harbour.as('admin')), 'content-type': 'application/json' },
      body: JSON.stringify([{ notice_id: id, text: `Notice ${id}` }]),
    }),
  )
const publicationsOnDisk = () => readdirSync(path.join(base, 'home', 'harbour', 'publications')).map(Number)

testOnMysql('two that start at once on an empty database publish once, and answer the same', async () => {
  const [first, second] = await Promise.all([replica(), replica()])
  const runs = await runsSeenBy(first)
  expect(runs.map(({ state }) => state).sort()).toEqual(['PUBLISHED', 'UNCHANGED'])
  const answers = [await readBy(first, 'calls'), await readBy(second, 'calls')]
  expect(answers[0]).toMatchObject({ status: 200, publication: '1', rows: expect.arrayContaining([]) })
  expect(answers[1]).toEqual(answers[0])
})

testOnMysql('runs that both are made to begin follow one another: none fails, none is in force twice', async () => {
  const ids = Array.from({ length: 12 }, (_, at) => at + 1)
  const receipts = await Promise.all(ids.map(id => push(replicas[id % 2]!, id)))
  expect(receipts.map(({ status }) => status)).toEqual(ids.map(() => 201))
  for (const one of replicas) {
    const { rows } = await eventually(
      () => readBy(one, 'notices'),
      answer => (answer.rows as object[]).length === ids.length,
    )
    expect(rows).toHaveLength(ids.length)
  }
  const runs = await eventually(
    () => runsSeenBy(replicas[0]!),
    all => all.every(({ state }) => state !== 'RUNNING'),
  )
  expect(runs.filter(({ state }) => state === 'FAILED')).toEqual([])
  const published = runs.filter(({ state }) => state === 'PUBLISHED')
  expect(new Set(published.map(({ publication }) => publication)).size).toBe(published.length)
  // No two were under way at the same time: who had to wait began when the other had ended.
  const inOrder = runs.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
  const overlapping = inOrder.filter((run, at) => at > 0 && run.startedAt < inOrder[at - 1]!.finishedAt!)
  expect(overlapping).toEqual([])
  const [one, other] = [await readBy(replicas[0]!, 'notices'), await readBy(replicas[1]!, 'notices')]
  expect(one).toEqual(other)
})

testOnMysql('one that starts while another runs removes nothing of it', async () => {
  await push(replicas[0]!, 100)
  const third = await replica('--no-run')
  const { rows } = await eventually(
    () => readBy(third, 'notices'),
    answer => (answer.rows as object[]).length === 13,
  )
  expect(rows).toHaveLength(13)
  expect((await runsSeenBy(third)).filter(({ state }) => state === 'FAILED')).toEqual([])
})

testOnMysql('one that is killed in a run leaves the right to run to the others, and no orphan', async () => {
  const [victim, survivor] = replicas as [(typeof replicas)[0], (typeof replicas)[0]]
  const before = (await readBy(survivor, 'notices')).publication
  let pushed = 0
  await eventually(
    async () => {
      if ((await runsSeenBy(survivor)).some(({ state }) => state === 'RUNNING')) return true
      // Again, for a run may be over before anybody has looked.
      expect((await push(victim, 200 + pushed++)).status).toBe(201)
      return false
    },
    running => running,
  )
  await victim.running.stop('SIGKILL')
  await push(survivor, 200 + pushed++)
  const answer = await eventually(
    () => readBy(survivor, 'notices'),
    ({ rows }) => (rows as object[]).length === 13 + pushed,
  )
  expect(Number(answer.publication)).toBeGreaterThan(Number(before))

  // The next one to start tidies up, and finds what was published.
  const next = await replica('--no-run')
  expect((await next.harbour.get('/readyz')).status).toBe(200)
  expect(await readBy(next, 'notices')).toEqual(answer)
  const history = async () => {
    const told = await next.harbour.get(ADDRESS, await next.harbour.as('admin'))
    return ((await told.json()) as { publications: { number: number }[] }).publications.map(({ number }) => number)
  }
  // What is old goes once nobody reads it any more.
  await eventually(
    async () => [publicationsOnDisk().sort(), (await history()).sort()],
    ([onDisk, told]) => String(onDisk) === String(told),
  )
})
