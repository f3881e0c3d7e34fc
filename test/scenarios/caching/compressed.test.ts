import { request } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { issueToken } from '@terrane/gateway'
import { eventually } from '../processes/processes.js'
import { Ledger } from './ledger.js'

/** What is given again is compressed once; downloads are for who accepts it, in a form that their tags and lengths are true of. */

const ROWS = 'nodes { entryId region holder edition }'
const LONG = `{ ledger { ${Array.from({ length: 14 }, (_, at) => `e${at}: entries { ${ROWS} }`).join(' ')} } }`
const ENTRIES = '/data/ledgers/ledger/1/entries/1'
const UNPACKED: Record<string, (body: Buffer) => Buffer> = { br: brotliDecompressSync, gzip: gunzipSync }

let ledger: Ledger
let token: string
beforeAll(async () => {
  ledger = await Ledger.open('over HTTP')
  await ledger.publish(1)
  await ledger.grant('anna', { masked: false })
  token = (await issueToken({ home: ledger.home, as: 'product:anna' }))!
  // A product of another process is asked for its grants once a second.
  await eventually(
    () => send('HEAD', `${ENTRIES}.csv`),
    ({ status }) => status === 200,
  )
})
afterAll(() => ledger?.close())

/** Nothing is accepted or unpacked unless it is said here. */
function send(method: string, path: string, headers: Record<string, string> = {}, body?: string) {
  return new Promise<{ status: number; headers: Record<string, string | undefined>; body: Buffer }>(
    (resolve, reject) => {
      const sent = request(ledger.gateway.url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        agent: false,
      })
      sent.on('error', reject).on('response', async answer => {
        const pieces: Buffer[] = []
        for await (const piece of answer) pieces.push(piece as Buffer)
        resolve({ status: answer.statusCode!, headers: answer.headers as never, body: Buffer.concat(pieces) })
      })
      sent.end(body)
    },
  )
}

const variesBy = ({ headers }: { headers: Record<string, string | undefined> }) =>
  new Set(headers.vary?.toLowerCase().split(/, */))

describe('an answer that is kept', () => {
  const ask = (headers?: Record<string, string>) => send('POST', '/graphql', headers, JSON.stringify({ query: LONG }))
  const bytes = () => ledger.counted('terrane_gateway_cache_bytes{cache="answers"}')
  let plain: Buffer
  beforeAll(async () => {
    await eventually(
      async () => {
        await ask()
        return ledger.hits()
      },
      hits => hits > 1,
    )
    plain = (await ask()).body
  })

  test.each(['gzip', 'br'])('is compressed once in %s, and what that takes is counted', async encoding => {
    const before = await bytes()
    const first = await ask({ 'accept-encoding': encoding })
    const after = await bytes()
    expect(after - before).toBe(first.body.length)
    const second = await ask({ 'accept-encoding': encoding })
    expect(await bytes()).toBe(after)
    for (const { status, headers, body } of [first, second]) {
      expect([status, headers['content-encoding'], headers['content-length']]).toEqual([
        200,
        encoding,
        String(body.length),
      ])
      expect(headers.vary).toMatch(/accept-encoding/)
      expect(headers.etag).toMatch(/^W\//)
      expect(UNPACKED[encoding]!(body)).toEqual(plain)
    }
    expect((await ask()).body).toEqual(plain)
  })

  test('is sent as it is to who accepts nothing that we have', async () => {
    const { headers, body } = await ask({ 'accept-encoding': 'br;q=0, gzip;q=0, lzma' })
    expect([headers['content-encoding'], body]).toEqual([undefined, plain])
  })
})

describe.each(['csv', 'json', 'ndjson'])('a download as %s', format => {
  const path = `${ENTRIES}.${format}`

  test('is the same compressed, under a weak tag that is known again', async () => {
    const plain = await send('GET', path)
    expect([plain.status, plain.headers['content-encoding']]).toEqual([200, undefined])
    for (const encoding of ['gzip', 'br']) {
      const accepted = { 'accept-encoding': encoding }
      const { headers, body } = await send('GET', path, accepted)
      expect([headers['content-encoding'], headers.etag]).toEqual([encoding, `W/${plain.headers.etag}`])
      expect(headers.vary).toMatch(/accept-encoding/)
      expect(UNPACKED[encoding]!(body)).toEqual(plain.body)
      const known = await send('GET', path, { ...accepted, 'if-none-match': headers.etag! })
      expect([known.status, known.body.length, known.headers['content-encoding']]).toEqual([304, 0, undefined])
    }
  })

  test('is told of by HEAD as GET would give it', async () => {
    for (const accepted of [{}, { 'accept-encoding': 'gzip' }] as Record<string, string>[]) {
      const [get, head] = [await send('GET', path, accepted), await send('HEAD', path, accepted)]
      expect([head.status, head.body.length]).toEqual([200, 0])
      for (const name of ['content-type', 'content-encoding', 'etag', 'terrane-publication'])
        expect([name, head.headers[name]]).toEqual([name, get.headers[name]])
      expect(variesBy(head)).toEqual(variesBy(get))
    }
  })
})

test('columns are compressed in themselves, and not again', async () => {
  const plain = await send('GET', `${ENTRIES}.parquet`)
  for (const method of ['GET', 'HEAD']) {
    const { status, headers, body } = await send(method, `${ENTRIES}.parquet`, { 'accept-encoding': 'gzip, br' })
    expect([status, headers['content-encoding'], headers.etag]).toEqual([200, undefined, plain.headers.etag])
    expect(body).toEqual(method === 'GET' ? plain.body : Buffer.alloc(0))
  }
})

test('a part is not given: the whole is, compressed or not', async () => {
  for (const accepted of [{}, { 'accept-encoding': 'gzip' }] as Record<string, string>[]) {
    const { status, headers, body } = await send('GET', `${ENTRIES}.csv`, { ...accepted, range: 'bytes=0-9' })
    expect([status, headers['content-range']]).toEqual([200, undefined])
    expect((headers['content-encoding'] ? gunzipSync(body) : body).toString()).toMatch(/^"?entry_?id"?,/i)
  }
})

test('HEAD of a document says what GET would', async () => {
  for (const accepted of [{}, { 'accept-encoding': 'br' }] as Record<string, string>[]) {
    const [get, head] = [await send('GET', '/openapi.json', accepted), await send('HEAD', '/openapi.json', accepted)]
    expect([head.status, head.body.length]).toEqual([200, 0])
    for (const name of ['content-type', 'content-encoding', 'etag'])
      expect([name, head.headers[name]]).toEqual([name, get.headers[name]])
    expect(variesBy(head)).toEqual(variesBy(get))
    // How long it is compressed nobody has found out.
    expect(head.headers['content-length']).toBe(accepted['accept-encoding'] ? undefined : get.headers['content-length'])
  }
})
