import { collectorOf } from './collector.js'

const OF_ALL = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }

test.each([
  ['below the address of all', OF_ALL, 'http://collector:4318/v1/traces'],
  ['and of one with a path', { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://all/otlp/' }, 'https://all/otlp/v1/traces'],
  [
    'at the address of traces as it stands',
    { ...OF_ALL, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t/in' },
    'http://t/in',
  ],
])('traces go %s', (_, env, url) => {
  expect(collectorOf(env)?.url.href).toBe(url)
})

test('without an address there is no collector', () => {
  expect(collectorOf({ OTEL_EXPORTER_OTLP_HEADERS: 'a=b' })).toBeUndefined()
})

test('what is said of traces goes before what is said of all', () => {
  const env = {
    ...OF_ALL,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_TIMEOUT: '1',
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '2',
    OTEL_EXPORTER_OTLP_HEADERS: 'both=all,all=1',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'both=traces',
  }
  expect(collectorOf(env)).toMatchObject({
    json: true,
    timeoutMilliseconds: 2,
    headers: { both: 'traces', all: '1' },
  })
})

test('by default protobuf, as it is, for ten seconds', () => {
  expect(collectorOf(OF_ALL)).toMatchObject({
    json: false,
    zipped: false,
    timeoutMilliseconds: 10_000,
    headers: {},
    tls: {},
  })
})

test.each([
  ['ENDPOINT', 'collector:4318', 'an address such as http://collector:4318, not "collector:4318"'],
  ['ENDPOINT', 'nowhere', 'an address such as'],
  ['PROTOCOL', 'grpc', 'one of http/protobuf, http/json, not "grpc"'],
  ['COMPRESSION', 'zstd', 'one of none, gzip, not "zstd"'],
  ['TIMEOUT', '10s', 'milliseconds, a whole number, not "10s"'],
])('%s as %s is refused by the name of its variable', (name, value, told) => {
  const variable = `OTEL_EXPORTER_OTLP_TRACES_${name}`
  expect(() => collectorOf({ ...OF_ALL, [variable]: value })).toThrow(`${variable} must be ${told}`)
})

test('a certificate that is not there is named', () => {
  const env = { ...OF_ALL, OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere/ca.pem' }
  expect(() => collectorOf(env)).toThrow(/^OTEL_EXPORTER_OTLP_CERTIFICATE: .*\/nowhere\/ca\.pem/)
})

test('no password is shown', () => {
  const refused = () => collectorOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://me:se@cret@collector:4317' })
  expect(refused).toThrow(/collector:4317/)
  expect(refused).not.toThrow(/cret/)
})

test('a per cent sign in a password is one', () => {
  const { headers } = collectorOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://me:50%off@collector:4318' })!
  expect(headers.authorization).toBe(`Basic ${Buffer.from('me:50%off').toString('base64')}`)
})
