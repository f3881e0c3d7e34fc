import { mkdtemp, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import {
  DENIED_HEADER,
  IDENTITY_HEADER,
  IdentitySigner,
  INTRODUCTION_PATH,
  loadOrCreateKeys,
  OMITTED_HEADER,
} from '@terrane/schema'
import { importJWK, SignJWT } from 'jose'
import { eventually } from '../processes/processes.js'
import { type Harbour, openHarbour } from './harbour.js'

/** Who must not get in, first. */
let harbour: Harbour
beforeAll(async () => {
  harbour = await openHarbour()
})
afterAll(() => harbour?.close())

const CALLS = '{ harbour { calls(first: 3) { nodes { callId fee } } } }'
const address = '/data/ports/north/harbour/1'

describe('without an identity', () => {
  test('an internal dataset is not there', async () => {
    const answer = await harbour.ask(CALLS)
    expect(answer.status).toBe(400)
    expect(answer.data).toBeUndefined()
    expect(JSON.stringify(answer.errors)).toMatch(/Cannot query field/)
    expect(JSON.stringify(answer)).not.toContain('Did you mean')
  })

  test('introspection, SDL and discovery tell no more', async () => {
    const types = await harbour.ask(
      '{ __schema { types { name fields { name } inputFields { name } enumValues { name } } } }',
    )
    expect(JSON.stringify(types.data)).not.toMatch(/calls|"ships?"|HarbourShip|pilot|profit/i)
    const sdl = await harbour.ask('{ _service { sdl } }')
    expect(JSON.stringify(sdl)).not.toMatch(/calls|pilot|profit/i)
    expect(sdl.errors?.[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE')
  })

  test.each([
    `${address}/calls/1.csv`,
    `${address}/calls/1`,
    `${address}/calls`,
    `${address}/calls/contract.yaml`,
    '/.well-known/data-product/policy',
    `${address}/nothing/1.csv`,
  ])('%s is 404, and says the same as what does not exist', async url => {
    const response = await harbour.get(url)
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual(await (await harbour.get(`${address}/none`)).json())
  })

  test('entities of a hidden dataset are as unknown as any', async () => {
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }'
    const hidden = await harbour.ask(query, {}, { r: [{ __typename: 'Ship', shipId: 'S001' }] })
    expect(JSON.stringify(hidden.data ?? {})).not.toContain('Ship')
    expect(hidden.errors?.length).toBeGreaterThan(0)
  })

  test('what is public is answered', async () => {
    const answer = await harbour.ask('{ harbour { notices(first: 1) { nodes { text } } } }')
    expect(answer.errors).toBeUndefined()
    expect(answer.data.harbour.notices.nodes).toEqual([])
  })
})

describe('an identity that does not hold', () => {
  const expectRefused = async (token: string) => {
    const answer = await harbour.ask(CALLS, { [IDENTITY_HEADER]: token })
    expect(answer.status).toBe(401)
    expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    expect(answer.data).toBeUndefined()
    const download = await harbour.get(`${address}/calls/1.csv`, { [IDENTITY_HEADER]: token })
    expect(download.status).toBe(401)
    const executed = await harbour.product.execute({ query: CALLS, headers: { [IDENTITY_HEADER]: token } })
    expect(JSON.stringify(executed)).toContain('UNAUTHENTICATED')
    expect(executed.data).toBeUndefined()
  }

  test('signed by somebody else', async () => {
    const home = await mkdtemp(path.join(os.tmpdir(), 'terrane-forger-'))
    const forger = new IdentitySigner((await loadOrCreateKeys(home)).privateJwk)
    const genuine = await everything()
    await expectRefused(await forger.sign(genuine, 'harbour'))
    await rm(home, { recursive: true })
  })
  test('meant for another product', async () => {
    await expectRefused(await harbour.signer.sign(await everything(), 'uk-sales'))
  })
  test('without a signature, or changed', async () => {
    const [, payload] = (await harbour.signer.sign(await everything(), 'harbour')).split('.')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    await expectRefused(`${none}.${payload}.`)
    await expectRefused('nonsense')
  })
  test('expired', async () => {
    const { privateJwk } = await loadOrCreateKeys(harbour.home)
    const token = await new SignJWT({ said: 'irrelevant' })
      .setProtectedHeader({ alg: 'EdDSA', kid: privateJwk.kid! })
      .setIssuer('terrane-gateway')
      .setAudience('harbour')
      .setIssuedAt(0)
      .setExpirationTime(60)
      .sign(await importJWK(privateJwk, 'EdDSA'))
    await expectRefused(token)
  })
  const everything = async () => ({
    caller: { subject: 'user:mallory', authenticated: true, roles: ['steward'], scopes: [] },
    decision: { product: 'harbour', policyVersion: '', discover: true, actions: [], datasets: {}, fingerprint: '' },
  })
})

describe('a decision is cut down by the product itself', () => {
  test('claims beyond the policy in force count for nothing', async () => {
    const clerk = { subject: 'user:eve', authenticated: true, roles: ['clerk'], scopes: [] }
    const all = { discover: true, read: true as const }
    const calls = { discover: true, read: true, properties: { call_id: all, remark: all, profit: all, fee: all } }
    const decision = {
      product: 'harbour',
      policyVersion: 'old',
      discover: true,
      actions: ['control' as const],
      datasets: { calls },
      fingerprint: 'f',
    }
    const headers = { [IDENTITY_HEADER]: await harbour.signer.sign({ caller: clerk, decision }, 'harbour') }
    const answer = await harbour.ask('{ harbour { calls(first: 2) { nodes { callId fee remark } } } }', headers)
    expect(answer.data.harbour.calls.nodes.map((node: { remark: unknown }) => node.remark)).toEqual([null, null])
    expect(answer.data.harbour.calls.nodes[0].fee).toBe('7.25')
    const profit = await harbour.ask('{ harbour { calls(first: 2) { nodes { profit } } } }', headers)
    expect(profit.status).toBe(400)
    const push = await harbour.product.fetch(
      new Request(`http://harbour.test${address}/input/notices`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: '[{"notice_id": 1, "text": "spam"}]',
      }),
    )
    expect(push.status).toBe(403)
  })

  test('a grant that is withdrawn counts at once', async () => {
    const admin = await harbour.as('admin')
    const put = await harbour.product.fetch(
      new Request(`http://harbour.test${address}/control/grants`, {
        method: 'PUT',
        headers: { ...admin, 'content-type': 'application/json' },
        body: JSON.stringify({ subject: 'role:guest', actions: ['read'], dataset: 'ships' }),
      }),
    )
    expect(put.status).toBe(200)
    const { id } = (await put.json()) as { id: string }
    const guest = await harbour.as('guest')
    const query = '{ harbour { ships(first: 1) { nodes { name } } } }'
    expect((await harbour.ask(query, guest)).data.harbour.ships.nodes).toHaveLength(1)
    await harbour.product.fetch(
      new Request(`http://harbour.test${address}/control/grants/${id}`, { method: 'DELETE', headers: admin }),
    )
    const after = await harbour.ask(query, guest)
    expect(after.data.harbour.ships).toBeNull()
    expect(after.errors?.[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE')
  })
})

describe('what may be discovered but not read', () => {
  test('costs itself and nothing else', async () => {
    const answer = await harbour.ask(
      '{ harbour { calls(first: 2) { nodes { callId remark fee } } } }',
      await harbour.as('clerk'),
    )
    expect(answer.status).toBe(200)
    expect(answer.data.harbour.calls.nodes).toEqual([
      { callId: '1', remark: null, fee: '7.25' },
      { callId: '2', remark: null, fee: '14.50' },
    ])
    expect(answer.errors?.map(error => [error.extensions.code, error.path])).toEqual([
      ['UNAUTHORIZED_FIELD_OR_TYPE', ['harbour', 'calls', 'nodes', 0, 'remark']],
      ['UNAUTHORIZED_FIELD_OR_TYPE', ['harbour', 'calls', 'nodes', 1, 'remark']],
    ])
    expect(JSON.stringify(answer)).not.toContain('secret')
  })

  test.each([
    ['where', 'calls(first: 1, where: {remark: {startsWith: "secret"}}) { nodes { callId } }'],
    ['where within not', 'calls(first: 1, where: {not: {remark: {isNull: true}}}) { totalCount }'],
    ['orderBy', 'calls(first: 1, orderBy: [{remark: ASC}]) { nodes { callId } }'],
    ['groupBy', 'callsAggregate(groupBy: [REMARK]) { count }'],
    ['where of an aggregate', 'callsAggregate(where: {remark: {eq: "x"}}) { count }'],
    ['a measure', 'callsAggregate { max { remark } }'],
    ['a distinct count', 'callsAggregate { countDistinct { remark } }'],
  ])('%s refuses', async (_, field) => {
    const answer = await harbour.ask(`{ harbour { ${field} } }`, await harbour.as('clerk'))
    expect(answer.errors?.map(error => error.extensions.code)).toContain('UNAUTHORIZED_FIELD_OR_TYPE')
    expect(JSON.stringify(answer.data ?? null)).not.toMatch(/secret|"count":\d|callId":"|totalCount":\d/)
  })

  test('where through a variable refuses', async () => {
    const answer = await harbour.ask(
      'query ($where: HarbourCallsWhere) { harbour { calls(first: 1, where: $where) { totalCount nodes { callId } } } }',
      await harbour.as('clerk'),
      { where: { or: [{ berth: { eq: 1 } }, { remark: { contains: '1' } }] } },
    )
    expect(answer.data.harbour.calls).toBeNull()
    expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE')
  })
})

describe('what may not even be discovered', () => {
  test.each([
    ['selecting', '{ harbour { calls(first: 1) { nodes { profit } } } }'],
    ['filtering', '{ harbour { calls(first: 1, where: {profit: {gt: "1"}}) { nodes { callId } } } }'],
    ['sorting', '{ harbour { calls(first: 1, orderBy: [{profit: ASC}]) { nodes { callId } } } }'],
    ['grouping', '{ harbour { callsAggregate(groupBy: [PROFIT]) { count } } }'],
    ['measuring', '{ harbour { callsAggregate { sum { profit } } } }'],
  ])('%s it is an error of the same words as for a name made up', async (_, query) => {
    const clerk = await harbour.as('clerk')
    const hidden = await harbour.ask(query, clerk)
    const unknown = await harbour.ask(query.replace('profit', 'prefit').replace('PROFIT', 'PREFIT'), clerk)
    expect(hidden.status).toBe(400)
    expect(hidden.data).toBeUndefined()
    const words = (answer: typeof hidden) => JSON.stringify(answer.errors).replaceAll(/prefit|profit/gi, '?')
    expect(words(hidden)).toBe(words(unknown))
    expect(words(hidden)).not.toContain('Did you mean')
  })

  test('in a variable likewise', async () => {
    const clerk = await harbour.as('clerk')
    const query =
      'query ($where: HarbourCallsWhere) { harbour { calls(first: 1, where: $where) { nodes { callId } } } }'
    const hidden = await harbour.ask(query, clerk, { where: { profit: { gt: '1' } } })
    const unknown = await harbour.ask(query, clerk, { where: { prefit: { gt: '1' } } })
    expect(hidden.data).toBeUndefined()
    expect(JSON.stringify(hidden).replaceAll('profit', '?')).toBe(JSON.stringify(unknown).replaceAll('prefit', '?'))
  })

  test('nothing of discovery, contract, download or introspection says its name', async () => {
    const clerk = await harbour.as('clerk')
    const said = [
      await (await harbour.get(address, clerk)).text(),
      await (await harbour.get(address, { ...clerk, accept: 'text/html' })).text(),
      await (await harbour.get(`${address}/calls/contract.yaml`, clerk)).text(),
      await (await harbour.get(`${address}/product.odps.yaml`, clerk)).text(),
      await (await harbour.get(`${address}/calls/1.csv`, clerk)).text(),
      JSON.stringify([...(await harbour.get(`${address}/calls/1.csv`, clerk)).headers]),
      JSON.stringify(
        await harbour.ask(
          '{ __schema { types { name fields { name } inputFields { name } enumValues { name } } } }',
          clerk,
        ),
      ),
    ]
    for (const text of said) expect(text).not.toMatch(/profit/i)
    expect(said[0]).toContain('berth')
    expect(said[6]).toContain('berth')
    const steward = await harbour.as('steward')
    expect(await (await harbour.get(address, steward)).text()).toContain('profit')
  })
})

describe('rows and masks', () => {
  test('rows outside the filter do not exist, anywhere', async () => {
    const agent = await harbour.as('gb-agent')
    const answer = await harbour.ask(
      `{ harbour {
        ships(first: 100) { totalCount nodes { flag } }
        one: ship(shipId: "S001") { name }
        mine: ship(shipId: "S004") { name }
        shipsAggregate(groupBy: [FLAG]) { group { flag } count }
        filtered: ships(where: {flag: {eq: "NO"}}, first: 5) { totalCount nodes { shipId } }
      } }`,
      agent,
    )
    expect(answer.errors).toBeUndefined()
    const { ships, one, mine, shipsAggregate, filtered } = answer.data.harbour
    expect(new Set(ships.nodes.map((node: { flag: string }) => node.flag))).toEqual(new Set(['GB']))
    expect(ships.totalCount).toBe(10)
    expect(one).toBeNull()
    expect(mine).toEqual({ name: 'Ship 4' })
    expect(shipsAggregate).toEqual([{ group: { flag: 'GB' }, count: 10 }])
    expect(filtered).toEqual({ totalCount: 0, nodes: [] })
    const entities = await harbour.ask(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Ship { shipId name } } }',
      agent,
      {
        r: [
          { __typename: 'Ship', shipId: 'S001' },
          { __typename: 'Ship', shipId: 'S004' },
        ],
      },
    )
    expect(entities.data._entities).toEqual([null, { shipId: 'S004', name: 'Ship 4' }])
    const csv = (await (await harbour.get(`${address}/ships/1.csv`, agent)).text()).trim().split('\n')
    expect(csv).toHaveLength(11)
    expect(csv.slice(1).every(line => line.includes('GB'))).toBe(true)
    const calls = await harbour.ask(CALLS, agent)
    expect(calls.errors?.[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE')
  })

  test('a mask is all there is: in values, filters, groups and files', async () => {
    const clerk = await harbour.as('clerk')
    const answer = await harbour.ask(
      `{ harbour {
        calls(first: 2) { nodes { pilotName } }
        found: calls(where: {pilotName: {eq: "Pilot 1"}}, first: 1) { totalCount }
        callsAggregate(groupBy: [PILOT_NAME]) { group { pilotName } count }
      } }`,
      clerk,
    )
    expect(answer.errors).toBeUndefined()
    expect(answer.data.harbour.calls.nodes).toEqual([{ pilotName: 'P…' }, { pilotName: 'P…' }])
    expect(answer.data.harbour.found.totalCount).toBe(0)
    expect(answer.data.harbour.callsAggregate).toEqual([{ group: { pilotName: 'P…' }, count: 600 }])
    const response = await harbour.get(`${address}/calls/1.csv`, clerk)
    expect(response.headers.get(OMITTED_HEADER)).toBe('remark')
    const text = await response.text()
    expect(text).toContain('P…')
    expect(text).not.toMatch(/Pilot \d|secret/)
  })

  test('a dataset that may be known of but not read is 403', async () => {
    const nobody = await harbour.as('nobody-in-particular')
    const response = await harbour.get(`${address}/calls/1.csv`, nobody)
    expect(response.status).toBe(403)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ status: 403, code: 'UNAUTHORIZED_FIELD_OR_TYPE' })
  })
})

test('the audit tells who read which properties and who was refused', async () => {
  await harbour.ask('{ harbour { calls(first: 2) { nodes { fee remark } } } }', await harbour.as('clerk'))
  const response = await harbour.get(
    `${address}/observability/audit?subject=user:clerk&dataset=calls&limit=1000`,
    await harbour.as('admin'),
  )
  const { audit: entries } = (await response.json()) as { audit: object[] }
  expect(entries).toContainEqual(
    expect.objectContaining({ outcome: 'allowed', properties: ['call_id', 'fee'], rows: 2 }),
  )
  expect(entries).toContainEqual(expect.objectContaining({ outcome: 'denied', properties: ['remark'] }))
})

test("nobody else on the machine gets at a product's files", async () => {
  expect((await stat(path.join(harbour.home, 'harbour'))).mode & 0o077).toBe(0)
})

test('what the gateway took out of a question is in the audit, and nothing that the product does not have', async () => {
  const denied = 'harbour/calls/remark,harbour/ships,harbour/none,elsewhere/calls,harbour/calls/constructor,,x'
  await harbour.ask('{ harbour { __typename } }', { ...(await harbour.as('auditee')), [DENIED_HEADER]: denied })
  const audit = async () => {
    const pathname = `${address}/observability/audit?subject=user:auditee`
    const response = await harbour.get(pathname, await harbour.as('admin'))
    const found = (await response.json()) as { audit: { dataset?: string; properties: string[]; outcome: string }[] }
    return found.audit.map(({ dataset, properties, outcome }) => ({ dataset, properties, outcome }))
  }
  const entries = await eventually(audit, found => found.length >= 2)
  const told = entries.toSorted((one, other) => (one.dataset! < other.dataset! ? -1 : 1))
  expect(told).toEqual([
    { dataset: 'calls', properties: ['remark'], outcome: 'denied' },
    { dataset: 'ships', properties: [], outcome: 'denied' },
  ])
})

test('its name is told to the gateway that introduces itself, and to nobody else', async () => {
  const ask = async (headers: Record<string, string>) =>
    harbour.product.fetch(new Request(`http://harbour${INTRODUCTION_PATH}`, { headers }))
  expect((await ask({})).status).toBe(404)
  expect((await ask(await harbour.as('clerk'))).status).toBe(404)
  const introduced = { [IDENTITY_HEADER]: await harbour.signer.introduce() }
  expect(await (await ask(introduced)).json()).toEqual({ name: 'harbour' })
  // What introduces is good for nothing else.
  for (const elsewhere of ['/.well-known/data-product', '/.well-known/data-product/policy', '/graphql']) {
    const refused = await harbour.product.fetch(new Request(`http://harbour${elsewhere}`, { headers: introduced }))
    expect(refused.status).toBe(401)
  }
})

test('an order by what is denied is refused as a literal and in a variable, also where only the rows are counted', async () => {
  const clerk = await harbour.as('clerk')
  for (const selection of ['totalCount', 'totalCount nodes { callId }']) {
    const literal = await harbour.ask(`{ harbour { calls(orderBy: [{ remark: ASC }]) { ${selection} } } }`, clerk)
    const variable = await harbour.ask(
      `query ($by: [HarbourCallsOrderBy!]) { harbour { calls(orderBy: $by) { ${selection} } } }`,
      clerk,
      { by: [{ remark: 'ASC' }] },
    )
    for (const answer of [literal, variable]) {
      expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE')
      expect(JSON.stringify(answer.data)).not.toMatch(/\d/)
    }
  }
})
