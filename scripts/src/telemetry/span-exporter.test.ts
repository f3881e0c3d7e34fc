import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { ROOT_CONTEXT } from '@opentelemetry/api'
import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { collectorOf } from './collector.js'
import { OtlpSpanExporter } from './span-exporter.js'

interface Arrived {
  method?: string
  url?: string
  headers: IncomingMessage['headers']
  body: Buffer
}

let server: Server | undefined
let exporter: OtlpSpanExporter | undefined
const arrived: Arrived[] = []
const said: unknown[] = []

beforeEach(() => {
  arrived.splice(0)
  said.splice(0)
})
afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  await exporter?.shutdown()
  exporter = undefined
  server = undefined
})

type Answer = (outgoing: Parameters<RequestListener>[1], turn: number) => void

/** Listens where the exporter is told to send to. */
async function collector(answer: Answer, secret?: { key: Buffer; cert: Buffer }): Promise<string> {
  const listener: RequestListener = async (incoming, outgoing) => {
    const pieces: Buffer[] = []
    for await (const piece of incoming) pieces.push(piece as Buffer)
    const { method, url, headers } = incoming
    answer(outgoing, arrived.push({ method, url, headers, body: Buffer.concat(pieces) }))
  }
  const listening = secret ? createSecureServer(secret, listener) : createServer(listener)
  server = listening
  await new Promise<void>(resolve => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as AddressInfo
  return secret ? `https://localhost:${port}` : `http://127.0.0.1:${port}`
}

const answered: Answer = outgoing => outgoing.writeHead(200).end()

/** One span that has ended. */
function spans() {
  const memory = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] })
  provider.getTracer('test').startSpan('POST /graphql', {}, ROOT_CONTEXT).end()
  return memory.getFinishedSpans()
}

/** To a collector as the variables say, by default as JSON. */
function send(variables: Record<string, string>) {
  const to = collectorOf({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', ...variables })
  exporter = new OtlpSpanExporter(to!, event => said.push(event))
  return again()
}

const again = () => new Promise<ExportResult>(resolve => exporter!.export(spans(), resolve))

const nameIn = (body: Buffer) => JSON.parse(body.toString()).resourceSpans[0].scopeSpans[0].spans[0].name

test('what ended is told as JSON, with the headers that the collector wants', async () => {
  const at = await collector(answered)
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: at, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc' }
  expect(await send(variables)).toEqual({ code: ExportResultCode.SUCCESS })
  const [{ method, url, headers, body }] = arrived as [Arrived]
  expect([method, url]).toEqual(['POST', '/v1/traces'])
  expect(headers).toMatchObject({ 'content-type': 'application/json', authorization: 'Bearer abc' })
  expect(nameIn(body)).toBe('POST /graphql')
})

test('with the name and the word of the address', async () => {
  const at = await collector(answered)
  await send({ OTEL_EXPORTER_OTLP_ENDPOINT: at.replace('//', '//me:se%40cret@') })
  expect(arrived[0]!.headers.authorization).toBe(`Basic ${Buffer.from('me:se@cret').toString('base64')}`)
})

test('by default as protobuf, at the address of traces as it stands', async () => {
  const at = await collector(answered)
  await send({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${at}/intake?team=a`, OTEL_EXPORTER_OTLP_PROTOCOL: '' })
  const [{ url, headers, body }] = arrived as [Arrived]
  expect(url).toBe('/intake?team=a')
  expect(headers['content-type']).toBe('application/x-protobuf')
  expect(body.toString('latin1')).toContain('POST /graphql')
})

test('compressed where that is asked for', async () => {
  const at = await collector(answered)
  await send({ OTEL_EXPORTER_OTLP_ENDPOINT: at, OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' })
  const [{ headers, body }] = arrived as [Arrived]
  expect(headers['content-encoding']).toBe('gzip')
  expect(nameIn(gunzipSync(body))).toBe('POST /graphql')
})

test('who is busy is told again', async () => {
  const at = await collector((outgoing, turn) => (turn < 2 ? outgoing.writeHead(503).end() : answered(outgoing, turn)))
  expect(await send({ OTEL_EXPORTER_OTLP_ENDPOINT: at })).toEqual({ code: ExportResultCode.SUCCESS })
  expect(arrived.map(({ body }) => nameIn(body))).toEqual(Array(2).fill('POST /graphql'))
})

test('what is refused is not told again, and who refused it is named', async () => {
  const at = await collector(outgoing => outgoing.writeHead(400).end('no'))
  const { code, error } = await send({ OTEL_EXPORTER_OTLP_ENDPOINT: at })
  expect(code).toBe(ExportResultCode.FAILED)
  expect(error?.message).toBe('it answered with status 400')
  expect(arrived).toHaveLength(1)
})

test('that it fails is said once, with who fails and why, and once that it works again', async () => {
  let status = 400
  const at = await collector(outgoing => outgoing.writeHead(status).end())
  await send({ OTEL_EXPORTER_OTLP_ENDPOINT: at.replace('//', '//me:secret@') })
  await again()
  const message = `Traces cannot be sent to ${at}/v1/traces: it answered with status 400.`
  expect(said).toEqual([{ level: 'warn', message }])
  status = 200
  await again()
  await again()
  expect(said.slice(1)).toEqual([{ level: 'info', message: `Traces are sent to ${at}/v1/traces again.` }])
})

test('who does not answer is not waited for', async () => {
  const at = await collector(() => {})
  const { code } = await send({ OTEL_EXPORTER_OTLP_ENDPOINT: at, OTEL_EXPORTER_OTLP_TIMEOUT: '200' })
  expect(code).toBe(ExportResultCode.FAILED)
})

test('who answers without end is not listened to', async () => {
  let closed = () => {}
  // By the exporter: nobody ends the server before.
  const left = new Promise<void>(resolve => {
    closed = resolve
  })
  const at = await collector(outgoing => {
    const more = () => {
      if (!outgoing.destroyed) outgoing.write(Buffer.alloc(1 << 16), more)
    }
    outgoing.on('close', closed).writeHead(200)
    more()
  })
  await send({ OTEL_EXPORTER_OTLP_ENDPOINT: at })
  await left
})

const withOpenssl = spawnSync('openssl', ['version']).status === 0 ? describe : skipLoudly()

function skipLoudly() {
  console.warn('There is no openssl: what traces trust over TLS is NOT tested.')
  return describe.skip
}

withOpenssl('a collector with a certificate of its own', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'terrane-collector-'))
  const [certificate, key] = ['cert.pem', 'key.pem'].map(name => path.join(folder, name)) as [string, string]
  beforeAll(() => {
    const self = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
    const named = ['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate]
    execFileSync('openssl', [...self, ...named], { stdio: 'pipe' })
  })
  afterAll(() => rmSync(folder, { recursive: true }))
  const secret = () => ({ key: readFileSync(key), cert: readFileSync(certificate) })

  test('is trusted where it is named', async () => {
    const at = await collector(answered, secret())
    const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: at, OTEL_EXPORTER_OTLP_CERTIFICATE: certificate }
    expect(await send(variables)).toEqual({ code: ExportResultCode.SUCCESS })
    expect(arrived).toHaveLength(1)
  })

  test('and not where it is not', async () => {
    const at = await collector(answered, secret())
    const { code, error } = await send({ OTEL_EXPORTER_OTLP_ENDPOINT: at })
    expect(code).toBe(ExportResultCode.FAILED)
    expect(String(error)).toMatch(/self-signed certificate/)
    expect(arrived).toEqual([])
  })
})
