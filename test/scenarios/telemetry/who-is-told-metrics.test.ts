import { get } from 'node:http'
import { networkInterfaces } from 'node:os'
import { geography, SmallMesh } from '../gateway/small-mesh.js'

/** What a gateway counts is told on its own machine, or where and to whom its settings say. */

const TOKEN = 'a-token-of-some-length'

let mesh: SmallMesh
afterEach(() => mesh.stop())
const open = async (more: Parameters<typeof SmallMesh.start>[1]) => {
  mesh = await SmallMesh.start(trust => [geography(trust)], more)
  return mesh.gateway
}

/** With headers that `fetch` does not let anybody write. */
const told = (url: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; text: string; challenge: string | undefined }>((resolve, reject) => {
    get(url, { headers, agent: false }, async answer => {
      let text = ''
      for await (const piece of answer) text += piece
      resolve({ status: answer.statusCode!, text, challenge: answer.headers['www-authenticate'] })
    }).on('error', reject)
  })
const COUNTED = 'terrane_gateway_products 1'

test('where nothing is set: this machine, and nobody who comes through a proxy or another name', async () => {
  const { url } = await open({})
  expect(await told(`${url}/metrics`)).toMatchObject({ status: 200, text: expect.stringContaining(COUNTED) })
  for (const [name, value] of [
    ['x-forwarded-for', '10.0.0.7'],
    ['host', 'data.example.com'],
  ]) {
    const { status, text } = await told(`${url}/metrics`, { [name!]: value! })
    expect(status).toBe(403)
    expect(text).not.toContain('terrane_gateway_')
    expect(text).toContain('TERRANE_METRICS_TOKEN')
  }
})

const elsewhere = Object.values(networkInterfaces())
  .flat()
  .find(one => one?.family === 'IPv4' && !one.internal)?.address
;(elsewhere ? test : test.skip)('another address of this machine is not this machine', async () => {
  const { url } = await open({ host: '0.0.0.0' })
  const at = new URL(url)
  at.hostname = elsewhere!
  expect(await told(`${at.origin}/healthz`)).toMatchObject({ status: 200 })
  expect(await told(`${at.origin}/metrics`, { host: 'localhost' })).toMatchObject({ status: 403 })
})

test('where there is a token, its bearer alone', async () => {
  const { url } = await open({ metrics: { token: TOKEN } })
  expect(await told(`${url}/metrics`)).toMatchObject({ status: 401, challenge: 'Bearer' })
  expect(await told(`${url}/metrics`, { authorization: `Bearer ${await mesh.token('admin')}` })).toMatchObject({
    status: 401,
  })
  const bearer = { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '10.0.0.7' }
  expect((await told(`${url}/metrics`, bearer)).text).toContain(COUNTED)
})

test('at an address of their own they are nowhere else, and nothing else is there', async () => {
  const { url, metricsUrl } = await open({ metrics: { listen: { listenPort: 0 } } })
  expect(await told(`${url}/metrics`)).toMatchObject({ status: 404 })
  expect((await told(metricsUrl!)).text).toContain(COUNTED)
  expect(await told(metricsUrl!.replace('/metrics', '/graphql?query={__typename}'))).toMatchObject({ status: 404 })
})

test('an address that is taken is told before anything is served', async () => {
  const { url } = await open({})
  const listen = { listenPort: Number(new URL(url).port) }
  await expect(SmallMesh.start(() => [], { metrics: { listen } })).rejects.toMatchObject({
    problems: [{ code: 'LISTEN_PORT_TAKEN' }],
  })
})

test('switched off nothing is counted, and everything is answered', async () => {
  const { url } = await open({ metrics: { off: true } })
  expect(await mesh.ask('{ referenceGeography { countries { name } } }')).toMatchObject({
    status: 200,
    data: { referenceGeography: { countries: [{ name: 'United Kingdom' }, { name: 'France' }] } },
  })
  expect(await told(`${url}/metrics`)).toMatchObject({ status: 404 })
})
