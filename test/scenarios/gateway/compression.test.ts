import { request } from 'node:http'
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { geography, SmallMesh } from './small-mesh.js'

/** Long answers are compressed for who accepts it, and nothing that must not be. */

let mesh: SmallMesh
let plain: SmallMesh
beforeAll(async () => {
  mesh = await SmallMesh.start(trust => [geography(trust)])
  plain = await SmallMesh.start(trust => [geography(trust)], { compression: false })
})
afterAll(() => Promise.all([mesh.stop(), plain.stop()]))

interface Answered {
  status: number
  headers: Record<string, string | undefined>
  body: Buffer
}

/** Nothing is accepted or unpacked unless it is said here. */
function send(path: string, headers: Record<string, string>, body?: string | Buffer, method?: string, at = mesh) {
  return new Promise<Answered>((resolve, reject) => {
    const sent = request(at.gateway.url + path, { method: method ?? (body ? 'POST' : 'GET'), headers, agent: false })
    sent.on('error', reject).on('response', async answer => {
      const pieces: Buffer[] = []
      for await (const piece of answer) pieces.push(piece as Buffer)
      resolve({ status: answer.statusCode!, headers: answer.headers as never, body: Buffer.concat(pieces) })
    })
    sent.end(body)
  })
}

const MANY = Array.from({ length: 25 }, (_, index) => `c${index}: countries { code name }`)
const LONG = JSON.stringify({ query: `{ referenceGeography { ${MANY.join(' ')} } }` })
const JSON_SENT = { 'content-type': 'application/json' }
const UNPACKED: Record<string, (body: Buffer) => Buffer> = { br: brotliDecompressSync, gzip: gunzipSync }

describe('who must not get anything compressed', () => {
  test.each([
    ['nobody who does not accept it', {}],
    ['nobody who refuses it', { 'accept-encoding': 'br;q=0, gzip;q=0, identity' }],
    ['nobody who accepts what nobody has', { 'accept-encoding': 'lzma' }],
  ])('%s', async (_, accepted) => {
    const { status, headers, body } = await send('/graphql', { ...JSON_SENT, ...(accepted as object) }, LONG)
    expect([status, headers['content-encoding'], headers['content-length']]).toEqual([
      200,
      undefined,
      String(body.length),
    ])
    expect(JSON.parse(body.toString()).data.referenceGeography.c1).toHaveLength(2)
  })

  test('tokens and pages of sign-in are not, whatever is accepted', async () => {
    const accepted = { ...JSON_SENT, 'accept-encoding': 'br, gzip' }
    const token = await send('/demo/token', accepted, JSON.stringify({ as: 'steward' }))
    const page = await send('/auth/login', { ...accepted, accept: 'text/html' })
    for (const { headers } of [token, page]) expect(headers['content-encoding']).toBeUndefined()
    expect(JSON.parse(token.body.toString()).token).toBeTruthy()
  })

  test('a request that unpacks to more than it may have is not unpacked', async () => {
    const sent = { ...JSON_SENT, 'content-encoding': 'gzip' }
    const { status } = await send('/graphql', sent, gzipSync(Buffer.from(LONG.padEnd(50_000_000, ' '))))
    expect(status).toBeGreaterThanOrEqual(400)
  })

  test('a gateway that is set not to', async () => {
    const answer = await send('/graphql', { ...JSON_SENT, 'accept-encoding': 'gzip' }, LONG, 'POST', plain)
    expect(answer.headers['content-encoding']).toBeUndefined()
  })
})

test.each(['br', 'gzip'])('a long answer in %s is the very same, met for the first time and again', async encoding => {
  const { body: whole } = await send('/graphql', JSON_SENT, LONG)
  for (let times = 0; times < 3; times++) {
    const { headers, body } = await send('/graphql', { ...JSON_SENT, 'accept-encoding': encoding }, LONG)
    expect([headers['content-encoding'], headers['content-length']]).toEqual([encoding, String(body.length)])
    expect(headers.vary).toMatch(/accept-encoding/i)
    expect(headers.vary).toMatch(/authorization/i)
    expect(body.length).toBeLessThan(whole.length / 3)
    expect(JSON.parse(UNPACKED[encoding]!(body).toString()).data).toEqual(JSON.parse(whole.toString()).data)
  }
})

test('a long refusal is, a short answer is not', async () => {
  const accepted = { ...JSON_SENT, 'accept-encoding': 'gzip' }
  const wrong = Array.from({ length: 30 }, (_, index) => `wrong${index}`).join(' ')
  const refused = await send('/graphql', accepted, JSON.stringify({ query: `{ ${wrong} }` }))
  expect([refused.status, refused.headers['content-encoding']]).toEqual([400, 'gzip'])
  expect(JSON.parse(gunzipSync(refused.body).toString()).errors.length).toBeGreaterThan(10)
  const short = await send('/graphql', accepted, JSON.stringify({ query: '{ __typename }' }))
  expect([short.status, short.headers['content-encoding']]).toEqual([200, undefined])
})

test('a document that is kept has a form for each, told apart, and is known in either', async () => {
  const identity = await send('/openapi.json', {})
  const gzip = await send('/openapi.json', { 'accept-encoding': 'gzip' })
  expect(gunzipSync(gzip.body)).toEqual(identity.body)
  expect(gzip.headers.etag).toBe(`W/${identity.headers.etag}`)
  for (const { headers } of [identity, gzip]) expect(headers.vary).toMatch(/accept-encoding/i)
  for (const tag of [identity.headers.etag!, gzip.headers.etag!]) {
    const known = await send('/openapi.json', { 'accept-encoding': 'gzip', 'if-none-match': tag })
    expect([known.status, known.body.length, known.headers['content-encoding']]).toEqual([304, 0, undefined])
  }
  const head = await send('/openapi.json', { 'accept-encoding': 'gzip' }, undefined, 'HEAD')
  expect([head.status, head.body.length]).toEqual([200, 0])
})

test('a stream of events arrives as it happens', async () => {
  const asked = new AbortController()
  const answer = await fetch(`${mesh.gateway.url}/graphql`, {
    method: 'POST',
    headers: { ...JSON_SENT, accept: 'text/event-stream', 'accept-encoding': 'br, gzip' },
    body: JSON.stringify({ query: 'subscription { referenceGeographyPublished { publication } }' }),
    signal: asked.signal,
  })
  expect(answer.headers.get('content-type')).toContain('text/event-stream')
  expect(answer.headers.get('content-encoding')).toBeNull()
  asked.abort()
})
