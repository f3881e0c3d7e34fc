import path from 'node:path'
import Database from 'better-sqlite3'
import { Market } from './market.js'

let market: Market
beforeAll(async () => {
  market = await Market.open()
  await market.publish()
})
afterAll(() => market.close())
/** Every story begins with nothing asked and nothing granted. */
afterEach(async () => {
  const grants = `${market.gateway.url}/data/ports/north/harbour/1/control/grants`
  const headers = await market.bearer('admin')
  const answer = (await (await fetch(grants, { headers })).json()) as { grants: { id: string; origin: string }[] }
  for (const { id, origin } of answer.grants)
    if (origin === 'granted') await fetch(`${grants}/${id}`, { method: 'DELETE', headers })
  const store = new Database(path.join(market.home, 'gateway', 'catalogue.sqlite'))
  store.exec('DELETE FROM access_request; DELETE FROM access_request_event')
  store.close()
})

const FIELDS = `id product dataset properties reason until requestedBy requestedByName state decidedBy comment
  grantedProperties grantedUntil rowFilter masks grantId mayDecide history { by what comment }`
const REQUEST = `mutation ($request: MeshAccessRequestInput!) { mesh { requestAccess(request: $request) { ${FIELDS} } } }`
const DECIDE = `mutation ($id: ID!, $decision: MeshRequestDecision!) { mesh { decideRequest(id: $id, decision: $decision) { ${FIELDS} } } }`
const WITHDRAW = `mutation ($id: ID!) { mesh { withdrawRequest(id: $id) { ${FIELDS} } } }`
const ONE = `query ($id: ID!) { mesh { accessRequest(id: $id) { ${FIELDS} } } }`
const LIST = `query ($scope: MeshRequestScope, $states: [MeshRequestState!], $product: String, $first: Int, $after: String) {
  mesh { accessRequests(scope: $scope, states: $states, product: $product, first: $first, after: $after) {
    totalCount nodes { id properties requestedBy mayDecide } pageInfo { hasNextPage endCursor } } } }`

const ASKED = { product: 'harbour', dataset: 'calls', properties: ['remark', 'pilot_name'], reason: 'Berth planning.' }
const request = (as: string, change: object = {}) => market.ask(REQUEST, as, { request: { ...ASKED, ...change } })
const requested = async (as: string, change: object = {}) => {
  const answer = await request(as, change)
  expect(answer.errors).toBeUndefined()
  return answer.data.mesh.requestAccess
}
const decide = (as: string, id: string, decision: object = { approve: true }) =>
  market.ask(DECIDE, as, { id, decision })
const list = async (as: string, variables: object = {}) =>
  (await market.ask(LIST, as, variables)).data.mesh.accessRequests
const code = (answer: { errors?: { extensions: { code: string } }[] }) => answer.errors?.[0]?.extensions.code
const remarks = async (as: string) =>
  market.ask('{ harbour { calls(first: 2, orderBy: [{ callId: ASC }]) { nodes { callId remark pilotName } } } }', as)

describe('who must not', () => {
  test('ask: nobody in particular, and for what they may not know of', async () => {
    expect(code(await request('visitor'))).toBe('UNAUTHENTICATED')
    // A hidden name is refused in the words for one that does not exist.
    const words = async (change: object, name: string) =>
      (await request('analyst', change)).errors![0]!.message.replaceAll(name, '…')
    expect(await words({ properties: ['profit'] }, 'profit')).toBe(
      await words({ properties: ['nonsense'] }, 'nonsense'),
    )
    expect(await words({ dataset: 'wages' }, 'wages')).toBe(await words({ dataset: 'nonsense' }, 'nonsense'))
    expect(await words({ product: 'uk-sales' }, 'uk-sales')).toBe(await words({ product: 'nowhere' }, 'nowhere'))
    for (const change of [
      ...[
        { properties: [] },
        { reason: '  ' },
        { until: 'tomorrow' },
        { until: '2020-01-01' },
        { reason: 'x'.repeat(2001) },
      ],
    ])
      expect(code(await request('analyst', change))).toBe('BAD_USER_INPUT')
    expect((await list('admin', { scope: 'ALL_I_MAY_SEE' })).totalCount).toBe(0)
  })

  test('see: neither strangers nor visitors, in no list, count or by its id', async () => {
    const { id } = await requested('analyst')
    for (const as of ['visitor', 'uk-manager', 'steward']) {
      expect((await market.ask(ONE, as, { id })).data.mesh.accessRequest).toBeNull()
      for (const scope of ['MINE', 'TO_DECIDE', 'ALL_I_MAY_SEE'])
        expect(await list(as, { scope })).toMatchObject({ totalCount: 0, nodes: [] })
      // Deciding or withdrawing it is the same as for one that does not exist.
      const words = async (query: string, of: string) =>
        (await market.ask(query, as, { id: of, decision: { approve: false } })).errors![0]!.message.replace(of, '…')
      expect(await words(DECIDE, id)).toBe(await words(DECIDE, 'nonsense'))
      expect(await words(WITHDRAW, id)).toBe(await words(WITHDRAW, 'nonsense'))
    }
  })

  test('decide: the one who asked, nor with a right that is gone', async () => {
    const { id } = await requested('analyst')
    expect(code(await decide('analyst', id))).toBe('UNAUTHORIZED_FIELD_OR_TYPE')
    expect((await remarks('analyst')).data.harbour.calls).toBeNull()
    // The manager is given the right, sees the request, and loses it again.
    const grants = `${market.gateway.url}/data/ports/north/harbour/1/control/grants`
    const headers = { 'content-type': 'application/json', ...(await market.bearer('admin')) }
    const body = JSON.stringify({ subject: 'user:uk-manager', actions: ['control'], dataset: '*' })
    const grant = (await (await fetch(grants, { method: 'PUT', headers, body })).json()) as { id: string }
    expect((await list('uk-manager', { scope: 'TO_DECIDE' })).nodes).toMatchObject([{ id, mayDecide: true }])
    await fetch(`${grants}/${grant.id}`, { method: 'DELETE', headers })
    expect(code(await decide('uk-manager', id))).toBe('BAD_USER_INPUT')
    expect((await market.ask(ONE, 'admin', { id })).data.mesh.accessRequest.state).toBe('PENDING')
  })

  test('give what was not asked for', async () => {
    const { id } = await requested('analyst')
    for (const decision of [
      { approve: true, properties: ['profit'] },
      { approve: true, properties: [] },
      { approve: true, rowFilter: { nonsense: { eq: 1 } } },
      { approve: true, masks: { remark: { kind: 'nonsense' } } },
      { approve: true, until: '2020-01-01' },
      { approve: false, properties: ['remark'] },
    ])
      expect(code(await decide('admin', id, decision))).toBe('BAD_USER_INPUT')
    // Nothing of all this was decided or granted.
    expect((await market.ask(ONE, 'admin', { id })).data.mesh.accessRequest.state).toBe('PENDING')
    expect((await remarks('analyst')).data.harbour.calls).toBeNull()
    expect((await decide('admin', id)).data.mesh.decideRequest.state).toBe('APPROVED')
  })
})

test('an analyst asks, the owner approves, and the next question is answered', async () => {
  expect((await remarks('analyst')).data.harbour.calls).toBeNull()
  const asked = await requested('analyst', { until: '2099-01-01' })
  expect(asked).toMatchObject({
    ...{ product: 'harbour', dataset: 'calls', properties: ['pilot_name', 'remark'], state: 'PENDING' },
    ...{ requestedBy: 'user:analyst', requestedByName: 'Analyst', until: '2099-01-01T00:00:00.000Z', mayDecide: false },
    history: [{ by: 'user:analyst', what: 'REQUESTED', comment: 'Berth planning.' }],
  })
  expect((await list('admin', { scope: 'TO_DECIDE' })).nodes).toMatchObject([{ id: asked.id, mayDecide: true }])

  const { data } = await decide('admin', asked.id, { approve: true, comment: 'Welcome.' })
  expect(data.mesh.decideRequest).toMatchObject({
    ...{ state: 'APPROVED', decidedBy: 'user:admin', comment: 'Welcome.', mayDecide: false },
    ...{ grantedProperties: ['pilot_name', 'remark'], grantedUntil: '2099-01-01T00:00:00.000Z' },
    history: [{ what: 'REQUESTED' }, { by: 'user:admin', what: 'APPROVED', comment: 'Welcome.' }],
  })
  expect((await remarks('analyst')).data.harbour.calls.nodes[0]).toEqual({
    ...{ callId: '1', remark: 'secret remark 1', pilotName: 'Pilot 1' },
  })

  // The product wrote down who granted what to whom, and holds the grant of that id.
  const { data: product } = await market.ask(
    '{ harbour { product { grants { id subject properties by reason } audit { action subject detail } } } }',
    'admin',
  )
  expect(product.harbour.product.grants).toContainEqual({
    ...{ id: data.mesh.decideRequest.grantId, subject: 'user:analyst', properties: ['pilot_name', 'remark'] },
    ...{ by: 'user:admin', reason: `Access request ${asked.id}: Berth planning.` },
  })
  expect(product.harbour.product.audit).toContainEqual({
    ...{ action: 'put grant', subject: 'user:admin', detail: 'allow user:analyst read' },
  })
})

test('in part: fewer properties, some rows, a mask; whoever asked is not told names that are hidden from them', async () => {
  const { id } = await requested('analyst')
  const { data } = await decide('admin', id, {
    ...{ approve: true, properties: ['pilot_name'], rowFilter: { profit: { gt: '0.6' } } },
    masks: { pilot_name: { kind: 'first', length: 1 } },
  })
  expect(data.mesh.decideRequest).toMatchObject({
    ...{ state: 'PARTLY_APPROVED', grantedProperties: ['pilot_name'], rowFilter: { profit: { gt: '0.6' } } },
  })
  const own = (await market.ask(ONE, 'analyst', { id })).data.mesh.accessRequest
  expect(own).toMatchObject({ rowFilter: null, masks: { pilot_name: { kind: 'first', length: 1 } } })
  expect(JSON.stringify(own)).not.toContain('profit')
  const read = await remarks('analyst')
  expect(read.data.harbour.calls.nodes[0]).toMatchObject({ callId: '2', pilotName: 'P…', remark: null })
})

test('denied, withdrawn and decided requests are over', async () => {
  const denied = await requested('analyst')
  expect(
    (await decide('admin', denied.id, { approve: false, comment: 'Not this.' })).data.mesh.decideRequest,
  ).toMatchObject({
    ...{ state: 'DENIED', comment: 'Not this.', grantId: null },
  })
  const withdrawn = await requested('analyst')
  expect((await market.ask(WITHDRAW, 'analyst', { id: withdrawn.id })).data.mesh.withdrawRequest.state).toBe(
    'WITHDRAWN',
  )
  for (const { id } of [denied, withdrawn]) {
    expect(code(await decide('admin', id))).toBe('CONFLICT')
    expect(code(await market.ask(WITHDRAW, 'analyst', { id }))).toBe('CONFLICT')
  }
  expect((await remarks('analyst')).data.harbour.calls).toBeNull()
  expect((await list('analyst', { states: ['DENIED'] })).nodes).toMatchObject([{ id: denied.id }])
})

test('of many who decide at once exactly one does', async () => {
  const { id } = await requested('analyst')
  const answers = await Promise.all([true, false, true, false, true].map(approve => decide('admin', id, { approve })))
  const won = answers.filter(({ errors }) => !errors)
  expect(won).toHaveLength(1)
  for (const answer of answers.filter(({ errors }) => errors)) expect(code(answer)).toBe('CONFLICT')
  const { data } = await market.ask('{ harbour { product { grants { origin } } } }', 'admin')
  const given = data.harbour.product.grants.filter(({ origin }: { origin: string }) => origin === 'granted')
  const state = won[0]!.data.mesh.decideRequest.state
  expect(given).toHaveLength(state === 'APPROVED' ? 1 : 0)
})

test('one change at a time, and not the same question twice', async () => {
  const { id } = await requested('analyst')
  expect((await request('analyst')).errors![0]!.message).toContain(id)
  const both = await market.ask(
    `mutation ($id: ID!) { mesh { a: withdrawRequest(id: $id) { id } b: withdrawRequest(id: $id) { id } } }`,
    'analyst',
    { id },
  )
  expect(code(both)).toBe('BAD_USER_INPUT')
  expect((await market.ask(ONE, 'analyst', { id })).data.mesh.accessRequest.state).toBe('PENDING')
})

test('lists go by pages, the newest first, and everything outlives the gateway', async () => {
  const asked: string[] = []
  for (const properties of [['fee'], ['berth'], ['remark'], ['arrived_at'], ['ship_id']])
    asked.unshift((await requested('analyst', { properties })).id)
  await decide('admin', asked[0]!, { approve: true })
  await market.restart()
  const first = await list('analyst', { first: 3 })
  const second = await list('analyst', { first: 3, after: first.pageInfo.endCursor })
  expect([...first.nodes, ...second.nodes].map(({ id }) => id)).toEqual(asked)
  expect([first.totalCount, first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([5, true, false])
  expect((await list('admin', { scope: 'TO_DECIDE' })).totalCount).toBe(4)
  expect((await list('admin', { scope: 'ALL_I_MAY_SEE', product: 'harbour' })).totalCount).toBe(5)
  expect((await list('admin', { scope: 'MINE' })).totalCount).toBe(0)
  expect((await market.ask('{ harbour { calls { nodes { shipId } } } }', 'analyst')).errors).toBeUndefined()
})
