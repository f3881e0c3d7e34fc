import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { AuditInfo, Problem, SqlVerdict } from '@terrane/schema'
import { address, type GuardedHarbour, openGuardedHarbour } from './guarded-harbour.js'

/** A model's SQL, changed while the product serves. */
let harbour: GuardedHarbour
beforeAll(async () => {
  harbour = await openGuardedHarbour()
})
afterAll(() => harbour?.close())

const SHOUT =
  'SELECT ship_id, upper(name) AS name, flag, built, tonnage, edition FROM input.ships CROSS JOIN abstraction.edition'
const NAME = '{ harbour { ship(shipId: "S001") { name } } }'

async function putModel(name: string, sql: string, { dryRun = false, type = 'text/sql', as = 'admin' } = {}) {
  const pathname = `/control/pipeline/${encodeURIComponent(name)}${dryRun ? '?dryRun=true' : ''}`
  const answer = await harbour.send('PUT', pathname, await harbour.as(as), { type, text: sql })
  return { status: answer.status, verdict: (await answer.json()) as SqlVerdict }
}
const shipName = async () => (await harbour.ask(NAME, await harbour.as('steward'))).data.harbour.ship.name
/** Runs follow one another: when this one is done, so are all begun before. */
const settled = () => harbour.product.run('settle')
const overlays = async () =>
  (await harbour.product.describe()).models
    .filter(({ overlay }) => overlay)
    .map(({ name, changedBy }) => [name, changedBy])

describe('refused', () => {
  test.each<[string, string, string, string]>([
    ['a model that does not exist', 'boats', 'SELECT 1', 'MODEL_UNKNOWN'],
    ['a name that leads elsewhere', '../ships', 'SELECT 1', 'MODEL_UNKNOWN'],
    ['what reads a file', 'ships', "SELECT * FROM read_csv('/etc/passwd')", 'SQL_'],
    ['several statements', 'ships', 'SELECT 1; DROP TABLE x', 'SQL_'],
    ['another shape than the contract', 'ships', 'SELECT ship_id FROM input.ships', ''],
    ['a key twice', 'ships', SHOUT.replace('ship_id', "'S001' AS ship_id"), 'CONTRACT_BROKEN_PRIMARY_KEY'],
    [
      'what is required and missing',
      'ships',
      SHOUT.replace('upper(name)', 'NULL::VARCHAR'),
      'CONTRACT_BROKEN_REQUIRED',
    ],
    ['no rows where some are promised', 'ships', `${SHOUT} WHERE flag = 'XX'`, 'CONTRACT_BROKEN_QUALITY'],
    [
      'what an output below cannot hold exactly',
      'edition',
      'SELECT 3000000000 + count(*) AS edition FROM input.calls',
      'CONTRACT_BROKEN_VALUES',
    ],
  ])('%s', async (_, name, sql, code) => {
    for (const dryRun of [true, false]) {
      const { status, verdict } = await putModel(name, sql, { dryRun })
      expect(status).toBe(422)
      expect(verdict).toMatchObject({
        accepted: false,
        dryRun,
        problems: [expect.objectContaining({ code: expect.stringMatching(`^${code}`) }), ...verdict.problems.slice(1)],
      })
      expect(verdict.rows).toBeUndefined()
    }
    expect(await overlays()).toEqual([])
  })

  test('with the place of what is wrong', async () => {
    const { verdict } = await putModel('ships', 'SELECT ship_id,\n  nose FROM input.ships')
    expect(verdict.problems[0]).toMatchObject({ file: 'pipeline/output/ships.sql', line: 2 })
  })

  test('what is no SQL by its type, is too large, or neither dry nor not', async () => {
    const admin = await harbour.as('admin')
    const send = (query: string, type: string, text: string) =>
      harbour.send('PUT', `/control/pipeline/ships${query}`, admin, { type, text })
    expect((await send('', 'application/json', '"SELECT 1"')).status).toBe(415)
    expect((await send('', 'text/sqlite', 'SELECT 1')).status).toBe(415)
    expect((await send('', 'text/sql', `SELECT '${'x'.repeat(1_000_001)}'`)).status).toBe(413)
    expect((await send('?dryRun=yes', 'text/sql', SHOUT)).status).toBe(400)
    const large = await harbour.ask(
      'mutation ($sql: String!) { harbour { putModel(model: "ships", sql: $sql) { accepted problems { code } } } }',
      admin,
      { sql: `SELECT '${'x'.repeat(1_000_001)}'` },
    )
    expect(large.data.harbour.putModel).toEqual({ accepted: false, problems: [{ code: 'MODEL_TOO_LARGE' }] })
    expect(await overlays()).toEqual([])
  })

  test('two changes in one namespace; a dry run beside one is none', async () => {
    const admin = await harbour.as('admin')
    const two = await harbour.ask('mutation { harbour { a: run { id } b: resetModel(model: "ships") } }', admin)
    expect(two.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
    expect(two.data?.harbour ?? null).toBeNull()
    const dry = await harbour.ask(
      'mutation ($sql: String!) { harbour { a: putModel(model: "ships", sql: $sql, dryRun: true) { accepted } b: resetModel(model: "ships") } }',
      admin,
      { sql: SHOUT },
    )
    expect(dry.data.harbour).toEqual({ a: { accepted: true }, b: false })
  })
})

test('a dry run shows its rows, and how many, to who reads everything; to others that it would do', async () => {
  const all = await putModel('ships', SHOUT, { dryRun: true })
  expect(all).toMatchObject({ status: 200, verdict: { accepted: true, dryRun: true, rowCount: 40 } })
  expect(all.verdict.rows![0]).toMatchObject({ name: expect.stringMatching(/^SHIP \d+$/) })

  const grant = { subject: 'role:mate', actions: ['control'], dataset: '*' }
  const given = await harbour.send('PUT', '/control/grants', await harbour.as('admin'), { text: JSON.stringify(grant) })
  expect(given.status).toBe(200)
  const secret =
    'SELECT call_id, ship_id, arrived_at, berth, fee, remark AS pilot_name, remark, profit, edition FROM input.calls CROSS JOIN abstraction.edition'
  const some = await putModel('calls', secret, { dryRun: true, as: 'mate' })
  expect(some).toEqual({ status: 200, verdict: { accepted: true, dryRun: true, problems: [] } })
  const broken = await putModel(
    'calls',
    secret.replace('remark AS pilot_name', 'CAST(remark AS INTEGER) AS pilot_name'),
    { dryRun: true, as: 'mate' },
  )
  expect(broken.status).toBe(422)
  expect(JSON.stringify(broken.verdict)).not.toMatch(/secret|profit/)
  const candidates = await putModel('calls', 'SELECT prefit FROM input.calls', { dryRun: true, as: 'mate' })
  expect(JSON.stringify(candidates.verdict)).not.toMatch(/profit/)
  expect(await overlays()).toEqual([])
})

test('put, it is published, shown as drift with its author, and survives a restart; reset, it is gone', async () => {
  expect((await putModel('ships', SHOUT)).verdict).toMatchObject({ accepted: true, dryRun: false })
  await settled()
  expect(await shipName()).toBe('SHIP 1')
  expect(await overlays()).toEqual([['ships', 'user:admin']])
  expect(await harbour.redeploy()).toEqual([])
  expect(await overlays()).toEqual([['ships', 'user:admin']])
  expect(await settled()).toMatchObject({ state: 'UNCHANGED' })

  const reset = async () => (await harbour.send('DELETE', '/control/pipeline/ships', await harbour.as('admin'))).status
  expect(await reset()).toBe(204)
  expect(await reset()).toBe(404)
  await settled()
  expect(await shipName()).toBe('Ship 1')
  // What the folder says anyway is no drift.
  expect(
    (await putModel('ships', await readFile(path.join(harbour.productFolder, 'pipeline/output/ships.sql'), 'utf8')))
      .status,
  ).toBe(200)
  expect(await overlays()).toEqual([])
})

test('two changes at once are judged one after the other: together they would not do, so one is refused', async () => {
  const renamed = 'SELECT CAST(count(*) AS INTEGER) AS edition, 7 AS extra FROM input.calls'
  const using = SHOUT.replace('upper(name)', 'name || CAST(edition AS VARCHAR)')
  const [one, other] = await Promise.all([putModel('edition', renamed), putModel('ships', using)])
  expect([one!.status, other!.status]).toEqual([200, 200])
  const needsExtra = SHOUT.replace('upper(name) AS name', 'name || CAST(extra AS VARCHAR) AS name')
  const without = 'SELECT CAST(count(*) AS INTEGER) AS edition FROM input.calls'
  const both = await Promise.all([putModel('ships', needsExtra), putModel('edition', without)])
  // Whichever comes first is right, and the other one no longer is.
  expect(both.map(({ status }) => status).sort()).toEqual([200, 422])
  expect((await settled()).state).not.toBe('FAILED')
  expect(await shipName()).toBe(both[0]!.status === 200 ? 'Ship 17' : 'Ship 1600')
  for (const model of ['ships', 'edition'])
    await harbour.send('DELETE', `/control/pipeline/${model}`, await harbour.as('admin'))
  await settled()
  expect(await shipName()).toBe('Ship 1')
})

test('a baseline that changed under an overlay is an error that shows both; the old publication serves on', async () => {
  expect((await putModel('ships', SHOUT)).status).toBe(200)
  await settled()
  const file = path.join(harbour.productFolder, 'pipeline/output/ships.sql')
  const before = await readFile(file, 'utf8')
  await writeFile(file, before.replace('SELECT', 'SELECT /* newer */'))
  const [drift] = await harbour.redeploy()
  expect(drift).toMatchObject({ code: 'OVERLAY_BASELINE_CHANGED', file: 'pipeline/output/ships.sql' })
  expect(drift!.message).toMatch(/upper\(name\)[\s\S]*newer/)
  expect(await settled()).toMatchObject({ state: 'FAILED', problems: [{ code: 'OVERLAY_BASELINE_CHANGED' }] })
  expect(await shipName()).toBe('SHIP 1')
  const other = await putModel('edition', 'SELECT CAST(1 AS INTEGER) AS edition FROM input.calls')
  expect(other).toMatchObject({ status: 422, verdict: { problems: [{ code: 'OVERLAY_BASELINE_CHANGED' }] } })
  // Put again over the baseline of now, it is settled.
  expect((await putModel('ships', SHOUT)).status).toBe(200)
  expect((await settled()).problems.filter((problem: Problem) => problem.severity === 'error')).toEqual([])
  expect(await shipName()).toBe('SHIP 1')
})

test('run now: the answer comes while it goes on, and what became of it is seen', async () => {
  const answer = await harbour.send('POST', '/control/runs', await harbour.as('admin'))
  expect(answer.status).toBe(202)
  const { id, state } = (await answer.json()) as { id: string; state: string }
  expect(state).toBe('RUNNING')
  await settled()
  const seen = await (await harbour.get(`${address}/observability/runs`, await harbour.as('admin'))).json()
  expect((seen as { runs: object[] }).runs).toContainEqual(
    expect.objectContaining({ id, state: 'UNCHANGED', trigger: 'control: user:admin' }),
  )
})

test('all of it is in the audit: done, refused and tried', async () => {
  await harbour.send('POST', '/control/runs', await harbour.as('clerk'))
  const answer = await harbour.get(`${address}/observability/audit?limit=1000`, await harbour.as('admin'))
  const { audit } = (await answer.json()) as { audit: AuditInfo[] }
  const control = audit
    .filter(({ port }) => port === 'control')
    .map(({ subject, action, outcome, detail }) => [subject, action, outcome, detail])
  expect(control).toEqual(
    expect.arrayContaining([
      ['user:admin', 'run', 'allowed', undefined],
      ['user:admin', 'put model', 'allowed', 'ships'],
      ['user:admin', 'put model', 'failed', 'boats: MODEL_UNKNOWN'],
      ['user:mate', 'dry run', 'allowed', 'calls'],
      ['user:admin', 'reset model', 'allowed', 'ships'],
      ['user:admin', 'reset model', 'failed', 'ships: there is none'],
      ['user:admin', 'put grant', 'allowed', 'allow role:mate control'],
      ['user:clerk', 'change', 'denied', `POST ${address}/control/runs`],
    ]),
  )
})
