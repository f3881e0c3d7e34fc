import { Market } from './market.js'

let market: Market
beforeAll(async () => {
  market = await Market.open()
  await market.publish()
})
afterAll(() => market.close())

const AT = '/data/ports/north/harbour/1/control/quality'
const send = async (method: string, dataset: string, as: string, body?: string) =>
  fetch(`${market.gateway.url}${AT}/${dataset}`, {
    method,
    headers: { ...(await market.bearer(as)), ...(body === undefined ? {} : { 'content-type': 'application/yaml' }) },
    ...(body === undefined ? {} : { body }),
  })
const STRICT = '- { id: many_calls, metric: rowCount, type: library, mustBeGreaterThan: 1000, severity: error }'
const LENIENT = JSON.stringify([{ id: 'some', metric: 'rowCount', type: 'library', mustBeGreaterThan: 5 }])
const discovered = async () =>
  (
    await market.ask(
      '{ harbour { product { datasets { name qualityChangedBy qualityChangedAt quality { rule passed } } } } }',
      'admin',
    )
  ).data.harbour.product.datasets.find(({ name }: { name: string }) => name === 'calls')

test('rules are for those who control the product, and for datasets that there are', async () => {
  expect((await send('PUT', 'calls', 'visitor', STRICT)).status).toBe(403)
  for (const as of ['analyst', 'steward']) {
    expect((await send('PUT', 'calls', as, STRICT)).status).toBe(403)
    expect((await send('DELETE', 'calls', as)).status).toBe(403)
    expect((await send('GET', 'calls', as)).status).toBe(403)
  }
  for (const method of ['PUT', 'DELETE', 'GET'])
    expect((await send(method, 'nonsense', 'admin', method === 'PUT' ? STRICT : undefined)).status).toBe(404)
})

test('what no contract could say is refused, with its place', async () => {
  for (const [rules, code] of [
    ['- { metric: rowCount, type: library }', 'QUALITY_OPERATORS'],
    ['- { metric: sunshine, type: library, mustBe: 1 }', 'VALUE_NOT_ALLOWED'],
    [
      '- { metric: nullValues, type: library, mustBe: 0, arguments: { properties: [nonsense] } }',
      'QUALITY_PROPERTY_UNKNOWN',
    ],
    ['- { metric: rowCount, type: library, mustBe: 0, sunshine: 1 }', 'PROPERTY_UNKNOWN'],
    ['metric: rowCount', 'VALUE_WRONG_TYPE'],
    ['- [', 'DOCUMENT_UNREADABLE'],
    ['', 'DOCUMENT_UNREADABLE'],
  ] as const) {
    const answer = await send('PUT', 'calls', 'admin', rules)
    const { accepted, problems } = (await answer.json()) as {
      accepted: boolean
      problems: { code: string; line?: number }[]
    }
    expect([answer.status, accepted, problems.map(({ code }) => code)]).toEqual([
      422,
      false,
      expect.arrayContaining([code]),
    ])
    expect(problems[0]!.line).toBe(1)
  }
  expect(await discovered()).toMatchObject({ qualityChangedBy: null, qualityChangedAt: null })
})

test('new rules are in force at the next run, show as drift, and go by a reset', async () => {
  expect(await (await send('PUT', 'calls', 'admin', STRICT)).json()).toMatchObject({
    accepted: true,
    rules: [{ id: 'many_calls', metric: 'rowCount', severity: 'error' }],
  })
  expect(await discovered()).toMatchObject({ qualityChangedBy: 'user:admin', qualityChangedAt: expect.any(String) })
  expect(await (await send('GET', 'calls', 'admin')).json()).toMatchObject({
    ...{ dataset: 'calls', overlay: true, changedBy: 'user:admin', rules: [{ id: 'many_calls' }] },
  })
  const failed = await market.products[0]!.run('test')
  expect(failed.state).toBe('FAILED')
  expect(failed.problems.map(({ message }) => message).join()).toContain('many_calls')

  expect((await send('PUT', 'calls', 'admin', LENIENT)).status).toBe(200)
  await market.publish()
  expect((await discovered()).quality).toContainEqual({ rule: expect.stringContaining('some'), passed: true })

  expect((await send('DELETE', 'calls', 'admin')).status).toBe(204)
  expect((await send('DELETE', 'calls', 'admin')).status).toBe(404)
  expect(await discovered()).toMatchObject({ qualityChangedBy: null, qualityChangedAt: null })
  await market.publish()
  expect((await discovered()).quality.map(({ rule }: { rule: string }) => rule).join()).toContain('has_calls')
  const { data } = await market.ask('{ harbour { product { audit { action dataset outcome } } } }', 'admin')
  for (const action of ['put quality', 'reset quality'])
    expect(data.harbour.product.audit).toContainEqual({ action, dataset: 'calls', outcome: 'allowed' })
})
