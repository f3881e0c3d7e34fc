import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { Pool } from 'undici'
import { Deferred } from '../deferred.js'
import { exchange, type HttpQuestion } from './http-exchange.js'
import { Stop, type StopSignal } from './stop.js'
import { AnswerRefused, NoAnswer } from './transport/exchange-errors.js'

let server: Server
let pool: Pool
let asked: string[]
let answer: (response: ServerResponse, body: string) => unknown

beforeEach(async () => {
  asked = []
  server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    asked.push(body)
    answer(response, body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 1 })
})
afterEach(async () => {
  await pool.destroy()
  server.closeAllConnections()
  server.close()
})

const ask = (more: Partial<HttpQuestion> = {}, answerBytes = 1_000) =>
  exchange(pool, { path: '/', headers: [], body: 'question', idempotent: true, ...more }, answerBytes)
const raw = (text: string) => (response: ServerResponse) => response.socket!.end(text)
const EARLY = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\nretry-after: 7\r\ncontent-encoding: br\r\n\r\n'

describe('what is announced before the answer', () => {
  test('is not the answer, nor any of its headers the answer’s', async () => {
    answer = raw(`${EARLY}HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nwell`)
    expect(await ask()).toEqual({ status: 200, text: 'well' })
  })

  test('is none where nothing follows: the question may be asked again', async () => {
    answer = response => response.socket!.write(EARLY, () => response.socket!.resetAndDestroy())
    await expect(ask()).rejects.toBeInstanceOf(NoAnswer)
  })
})

test('an answer that has begun and breaks off is not one that never came', async () => {
  answer = response => response.write('half', () => response.socket!.resetAndDestroy())
  const broken = ask()
  await expect(broken).rejects.toBeInstanceOf(Error)
  await expect(broken).rejects.not.toBeInstanceOf(NoAnswer)
})

test('nor is one that did not come in time: what was asked may still be under way', async () => {
  const impatient = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { headersTimeout: 10 })
  answer = () => undefined
  const late = exchange(impatient, { path: '/', headers: [], body: '', idempotent: true }, 10)
  await expect(late).rejects.toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT' })
  await expect(late).rejects.not.toBeInstanceOf(NoAnswer)
  await impatient.destroy()
})

describe('who leaves', () => {
  /** Its only socket is taken until it is told to go on. */
  async function busy() {
    const [begun, first] = [new Deferred<void>(), new Deferred<void>()]
    answer = async (response, body) => {
      begun.resolve()
      if (body === 'first') await first.promise
      response.end(body)
    }
    const before = ask({ body: 'first' })
    await begun.promise
    return { before, goOn: first.resolve }
  }

  test('before he asks has asked nothing, and waits for nobody', async () => {
    const { before, goOn } = await busy()
    const gone = new Stop()
    gone.abort(new Error('left'))
    await expect(ask({ body: 'left', signal: gone })).rejects.toThrow('left')
    goOn()
    await before
    expect([(await ask({ body: 'after' })).text, asked]).toEqual(['after', ['first', 'after']])
  })

  test('while he waits for a socket is answered at once, and the subgraph is never asked', async () => {
    const { before, goOn } = await busy()
    const leaving = new Stop()
    const left = ask({ body: 'left', signal: leaving })
    const after = ask({ body: 'after' })
    leaving.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    goOn()
    expect([(await before).text, (await after).text]).toEqual(['first', 'after'])
    expect(asked).toEqual(['first', 'after'])
  })

  test('is listened for no longer than the exchange takes', async () => {
    const listening = new Set<() => void>()
    const signal: StopSignal = {
      aborted: false,
      reason: undefined,
      throwIfAborted: () => undefined,
      addEventListener: (_, listener) => void listening.add(listener),
      removeEventListener: (_, listener) => void listening.delete(listener),
    }
    answer = response => {
      expect(listening.size).toBe(1)
      response.end('well')
    }
    expect((await ask({ signal })).text).toBe('well')
    expect(listening.size).toBe(0)
    answer = response => response.socket!.resetAndDestroy()
    await expect(ask({ signal })).rejects.toBeInstanceOf(NoAnswer)
    expect(listening.size).toBe(0)
  })
})

test('of an answer without a body it does not matter how it is compressed', async () => {
  answer = response => response.writeHead(503, { 'content-encoding': 'gzip', 'retry-after': '1' }).end()
  expect(await ask()).toEqual({ status: 503, text: '', retryAfter: '1' })
})

describe('the largest answer that is taken', () => {
  const BYTES = 1_000
  const whole = 'x'.repeat(BYTES)

  test.each<[string, (text: string) => (response: ServerResponse) => unknown]>([
    ['with its length', text => response => response.writeHead(200, { 'content-length': text.length }).end(text)],
    ['in pieces', text => response => response.write(text.slice(0, 600)) && response.end(text.slice(600))],
    ['as gzip', text => response => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text))],
    ['as br', text => response => response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync(text))],
  ])('%s has as many bytes as are allowed, and not one more', async (_, as) => {
    answer = as(whole)
    expect((await ask({}, BYTES)).text).toBe(whole)
    answer = as(`${whole}x`)
    await expect(ask({}, BYTES)).rejects.toBeInstanceOf(AnswerRefused)
  })

  test('is refused by its length alone, before it comes', async () => {
    answer = response => response.writeHead(200, { 'content-length': BYTES + 1 }).write('x')
    await expect(ask({}, BYTES)).rejects.toBeInstanceOf(AnswerRefused)
  })

  test('compressed, counts as it comes as well', async () => {
    const padded = Buffer.concat([gzipSync('short'), Buffer.alloc(BYTES)])
    answer = response => response.writeHead(200, { 'content-encoding': 'gzip' }).end(padded)
    await expect(ask({}, BYTES)).rejects.toThrow(`larger than ${BYTES} bytes`)
  })
})
