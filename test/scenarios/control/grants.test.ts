import { decide, type GrantInfo, IDENTITY_HEADER, type Problem, type ProductPolicy } from '@terrane/schema'
import { mesh } from '../harbour/harbour.js'
import { address, type GuardedHarbour, openGuardedHarbour } from './guarded-harbour.js'

/** Who may do what, seen and changed while the product serves. */
let harbour: GuardedHarbour
beforeAll(async () => {
  harbour = await openGuardedHarbour()
})
afterAll(() => harbour?.close())

type Headers = Record<string, string>
const put = async (grant: unknown, headers?: Headers) =>
  harbour.send('PUT', '/control/grants', headers ?? (await harbour.as('admin')), { text: JSON.stringify(grant) })
const granted = async (grant: object): Promise<GrantInfo> => {
  const answer = await put(grant)
  if (answer.status !== 200) throw new Error(await answer.text())
  return (await answer.json()) as GrantInfo
}
const revoke = async (id: string) =>
  harbour.send('DELETE', `/control/grants/${encodeURIComponent(id)}`, await harbour.as('admin'))
const grants = async (): Promise<GrantInfo[]> =>
  (
    (await (await harbour.get(`${address}/control/grants`, await harbour.as('admin'))).json()) as {
      grants: GrantInfo[]
    }
  ).grants

const policy = async (): Promise<ProductPolicy> => {
  const identity = await harbour.signer.sign(mesh, 'harbour')
  return (await (
    await harbour.get('/.well-known/data-product/policy', { [IDENTITY_HEADER]: identity })
  ).json()) as ProductPolicy
}

const FIRST = '{ harbour { ships(first: 2) { totalCount nodes { name flag } } } }'
const csv = async (dataset: string, headers: Headers) => harbour.get(`${address}/${dataset}/1.csv`, headers)

describe('who must not', () => {
  const attempts: [string, string, string, string?, string?][] = [
    ['POST', '/control/runs', 'run'],
    ['PUT', '/control/pipeline/ships', 'put model', 'text/sql', 'SELECT 1'],
    ['PUT', '/control/pipeline/ships?dryRun=true', 'dry run', 'text/sql', 'SELECT 1'],
    ['DELETE', '/control/pipeline/ships', 'reset model'],
    ['GET', '/control/grants', 'see grants'],
    [
      'PUT',
      '/control/grants',
      'put grant',
      'application/json',
      '{"subject":"*","actions":["read","control"],"dataset":"*"}',
    ],
    ['DELETE', '/control/grants/any', 'revoke grant'],
    ['GET', '/observability/audit', 'see audit'],
    ['GET', '/observability/runs', 'see runs'],
    ['GET', '/observability/events', 'see events'],
    ['GET', '/observability/metrics', 'see metrics'],
    ['GET', '/observability/quarantine/calls', 'read quarantine'],
  ]
  test.each(attempts)('%s %s', async (...[method, pathname, , type, text]) => {
    const before = await grants()
    const body = text === undefined ? undefined : { text, ...(type ? { type } : {}) }
    for (const headers of [{}, await harbour.as('clerk'), await harbour.as('steward'), await harbour.as('gb-agent')]) {
      const answer = await harbour.send(method, pathname, headers, body)
      expect(answer.status).toBe(403)
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(await answer.json()).toMatchObject({ status: 403, code: 'UNAUTHORIZED_FIELD_OR_TYPE' })
    }
    const forged = await harbour.send(method, pathname, { [IDENTITY_HEADER]: 'forged' }, body)
    expect(forged.status).toBe(401)
    expect(await grants()).toEqual(before)
  })

  test('says nothing to the wrong people of what a change would have to look like', async () => {
    const wrong = await harbour.send('PUT', '/control/pipeline/ships', await harbour.as('clerk'), {
      type: 'image/png',
      text: 'x',
    })
    expect(wrong.status).toBe(403)
    const far = await harbour.send('PUT', '/control/grants', {}, { text: 'x'.repeat(200_000) })
    expect(far.status).toBe(403)
  })

  test.each([
    ['run', 'run { id }'],
    ['putModel', 'putModel(model: "ships", sql: "SELECT 1") { accepted }'],
    ['dry run', 'putModel(model: "ships", sql: "SELECT 1", dryRun: true) { accepted rows }'],
    ['resetModel', 'resetModel(model: "ships")'],
    ['putGrant', 'putGrant(grant: {subject: "*", actions: ["read"], dataset: "*"}) { id }'],
    ['revokeGrant', 'revokeGrant(id: "any")'],
  ])('mutation %s', async (_, field) => {
    for (const headers of [{}, await harbour.as('clerk'), await harbour.as('steward')]) {
      const answer = await harbour.ask(`mutation { harbour { ${field} } }`, headers)
      expect(answer.errors?.map(error => error.extensions.code)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE'])
      expect(Object.values(answer.data?.harbour ?? {})).toEqual([null])
    }
    expect((await harbour.ask(`mutation { harbour { ${field} } }`, { [IDENTITY_HEADER]: 'forged' })).status).toBe(401)
  })

  test('audit and grants in the graph are for those who may observe, and cost only themselves', async () => {
    const answer = await harbour.ask(
      '{ harbour { product { name audit { subject } grants { id } } } }',
      await harbour.as('clerk'),
    )
    expect(answer.data.harbour.product).toEqual({ name: 'harbour', audit: null, grants: null })
    expect(answer.errors?.map(error => error.extensions.code)).toEqual(Array(2).fill('UNAUTHORIZED_FIELD_OR_TYPE'))
  })

  test('a decision signed before somebody lost control is not enough', async () => {
    const grant = await granted({ subject: 'user:deputy', actions: ['control'], dataset: '*' })
    const deputy = await harbour.as('deputy')
    expect((await harbour.get(`${address}/control/grants`, deputy)).status).toBe(200)
    expect((await revoke(grant.id)).status).toBe(204)
    expect((await harbour.get(`${address}/control/grants`, deputy)).status).toBe(403)
    expect((await put({ subject: 'user:deputy', actions: ['control'], dataset: '*' }, deputy)).status).toBe(403)
  })
})

describe('a grant is in force at once', () => {
  test('allowed, and taken away while the signed decision still says otherwise', async () => {
    const before = await harbour.as('guest')
    expect((await csv('ships', before)).status).toBe(403)
    const { id } = await granted({ subject: 'role:guest', actions: ['read'], dataset: 'ships', reason: 'asked for it' })
    // What the gateway decided earlier is never widened; its next decision is.
    expect((await csv('ships', before)).status).toBe(403)
    const after = await harbour.as('guest')
    expect((await harbour.ask(FIRST, after)).data.harbour.ships.totalCount).toBe(40)
    expect((await (await csv('ships', after)).text()).trim().split('\n')).toHaveLength(41)
    expect((await revoke(id)).status).toBe(204)
    for (const headers of [after, await harbour.as('guest')]) {
      expect((await harbour.ask(FIRST, headers)).errors?.[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE')
      expect((await csv('ships', headers)).status).toBe(403)
      const described = await (await harbour.get(address, headers)).json()
      expect((described as { datasets: { sample: unknown[] }[] }).datasets.flatMap(({ sample }) => sample)).toEqual([])
    }
    expect((await revoke(id)).status).toBe(404)
  })

  test('a denial wins, of a dataset and of one property, under a decision signed before', async () => {
    const clerk = await harbour.as('clerk')
    const ofProperty = await granted({
      effect: 'DENY',
      subject: 'role:clerk',
      actions: ['read'],
      dataset: 'ships',
      properties: ['flag'],
    })
    const answer = await harbour.ask(FIRST, clerk)
    expect(answer.data.harbour.ships.nodes[0]).toEqual({ name: 'Ship 1', flag: null })
    expect((await (await csv('ships', clerk)).text()).split('\n')[0]).toBe('ship_id,name,built,tonnage,edition')
    const ofAll = await granted({
      effect: 'deny',
      subject: 'user:clerk',
      actions: ['read', 'discover'],
      dataset: 'ships',
    })
    expect((await csv('ships', clerk)).status).toBe(404)
    expect((await harbour.ask(FIRST, clerk)).status).toBe(400)
    for (const { id } of [ofProperty, ofAll]) await revoke(id)
    expect((await harbour.ask(FIRST, clerk)).data.harbour.ships.nodes[0].flag).toBe('NO')
  })

  test('by row filter, mask, property and classification', async () => {
    const filtered = await granted({
      ...{ subject: 'user:warden', actions: ['read'], dataset: 'ships' },
      rowFilter: { flag: { eq: 'NO' } },
      masks: { name: { kind: 'first', length: 2 } },
    })
    const warden = await harbour.as('warden')
    const answer = await harbour.ask(FIRST, warden)
    expect(answer.data.harbour.ships).toEqual({ totalCount: 10, nodes: Array(2).fill({ name: 'Sh…', flag: 'NO' }) })
    const text = await (await csv('ships', warden)).text()
    expect(text.trim().split('\n')).toHaveLength(11)
    expect(text).not.toMatch(/Ship \d|GB|PA/)
    await revoke(filtered.id)

    await granted({ subject: 'user:teller', actions: ['read'], dataset: 'calls', properties: ['fee', 'profit'] })
    expect((await (await csv('calls', await harbour.as('teller'))).text()).split('\n')[0]).toBe('call_id,fee,profit')
    await granted({ subject: 'user:nurse', actions: ['read'], dataset: 'calls', classifications: ['personal'] })
    expect((await (await csv('calls', await harbour.as('nurse'))).text()).split('\n')[0]).toBe('call_id,pilot_name')
  })

  test('only in its time', async () => {
    const hour = 3_600_000
    const at = (offset: number) => new Date(Date.now() + offset).toISOString()
    const temporary = await granted({
      subject: 'user:temp',
      actions: ['read'],
      dataset: 'ships',
      from: at(-hour),
      until: at(hour),
    })
    expect((await csv('ships', await harbour.as('temp'))).status).toBe(200)
    await revoke(temporary.id)
    await granted({ subject: 'user:temp', actions: ['read'], dataset: 'ships', until: at(-hour) })
    await granted({ subject: 'user:temp', actions: ['read'], dataset: 'ships', from: at(hour) })
    expect((await csv('ships', await harbour.as('temp'))).status).toBe(403)
    const temp = { subject: 'user:temp', authenticated: true, roles: [], scopes: [] }
    const later = decide(await policy(), temp, new Date(Date.now() + 2 * hour))
    expect(later.datasets.ships!.read).toBe(true)
  })
})

describe('a grant that says something unknown is refused whole', () => {
  const good = { subject: 'user:anna', actions: ['read'], dataset: 'ships' }
  test.each<[string, object]>([
    ['no subject', { ...good, subject: undefined }],
    ['a subject of no kind', { ...good, subject: 'anna' }],
    ['an action that does not exist', { ...good, actions: ['read', 'own'] }],
    ['a dataset that does not exist', { ...good, dataset: 'boats' }],
    ['a property that does not exist', { ...good, properties: ['name', 'nose'] }],
    ['a member that does not exist', { ...good, rowfilter: { flag: { eq: 'GB' } } }],
    ['a filter on what does not exist', { ...good, rowFilter: { colour: { eq: 'red' } } }],
    ['a mask of no kind', { ...good, masks: { name: 'blur' } }],
    ['a mask on a key', { ...good, masks: { ship_id: 'hash' } }],
    ['a denial of no property', { ...good, effect: 'deny', properties: [] }],
    ['control of one dataset', { ...good, actions: ['control'] }],
  ])('%s', async (_, grant) => {
    const before = await grants()
    const answer = await put(grant)
    expect(answer.status).toBe(422)
    const refused = (await answer.json()) as { accepted: boolean; problems: Problem[] }
    expect(refused).toMatchObject({
      accepted: false,
      problems: [{ message: expect.any(String), hint: expect.any(String) }],
    })
    expect(await grants()).toEqual(before)
  })

  test('what is no JSON object is 400, what is far too large 413', async () => {
    const admin = await harbour.as('admin')
    for (const text of ['', '{', '"read"', 'null'])
      expect((await harbour.send('PUT', '/control/grants', admin, { text })).status).toBe(400)
    const large = JSON.stringify({ ...good, reason: 'x'.repeat(200_000) })
    expect((await harbour.send('PUT', '/control/grants', admin, { text: large })).status).toBe(413)
  })

  test('in the graph it is an error with the problems', async () => {
    const answer = await harbour.ask(
      'mutation { harbour { putGrant(grant: {subject: "anna", actions: ["own"], dataset: "boats"}) { id } } }',
      await harbour.as('admin'),
    )
    expect(answer.data.harbour.putGrant).toBeNull()
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      problems: Array(3)
        .fill({ code: 'GRANT_MALFORMED' })
        .map(one => expect.objectContaining(one)),
    })
  })
})

describe('in the graph and over HTTP alike', () => {
  test('put, seen and revoked', async () => {
    const admin = await harbour.as('admin')
    const answer = await harbour.ask(
      `mutation ($filter: JSON) { harbour { putGrant(grant: {subject: "user:ingrid", actions: ["READ"], dataset: "ships", rowFilter: $filter, until: "2099-01-01"}) { id effect subject actions rowFilter until origin by } } }`,
      admin,
      { filter: { flag: { in: ['GB', 'NO'] } } },
    )
    expect(answer.errors).toBeUndefined()
    const grant = answer.data.harbour.putGrant
    expect(grant).toMatchObject({
      ...{ effect: 'allow', subject: 'user:ingrid', actions: ['read'], origin: 'granted', by: 'user:admin' },
      rowFilter: { property: 'flag', op: 'in', value: ['GB', 'NO'] },
      until: '2099-01-01T00:00:00.000Z',
    })
    expect((await grants()).find(({ id }) => id === grant.id)).toMatchObject({ subject: 'user:ingrid' })
    const seen = await harbour.ask('{ harbour { product { grants { id origin } } } }', admin)
    expect(seen.data.harbour.product.grants).toContainEqual({ id: grant.id, origin: 'granted' })
    const revoked = await harbour.ask(`mutation { harbour { revokeGrant(id: "${grant.id}") } }`, admin)
    expect(revoked.data.harbour.revokeGrant).toBe(true)
    const again = await harbour.ask(`mutation { harbour { revokeGrant(id: "${grant.id}") } }`, admin)
    expect(again.data.harbour.revokeGrant).toBe(false)
  })

  test('what the contract declares cannot be revoked', async () => {
    const declared = (await grants()).filter(({ origin }) => origin === 'declared')
    expect(declared.length).toBeGreaterThan(3)
    for (const { id } of declared) expect((await revoke(id)).status).toBe(404)
    expect((await grants()).filter(({ origin }) => origin === 'declared')).toEqual(declared)
  })

  test('granted ones survive a redeploy', async () => {
    const { id } = await granted({ subject: 'user:lasting', actions: ['read'], dataset: 'ships' })
    await harbour.redeploy()
    expect((await grants()).map(grant => grant.id)).toContain(id)
    expect((await csv('ships', await harbour.as('lasting'))).status).toBe(200)
  })
})
