import { type MetricsDoor, type MetricsReader, metricsRefusal } from './metrics-door.js'

const TOKEN = 'a-token-of-some-length'
const here: MetricsReader = { address: '127.0.0.1', headers: { host: 'localhost:4000' } }
const status = (door: MetricsDoor, reader: MetricsReader, own = false) => metricsRefusal(door, reader, own)?.status

test.each<[string, MetricsReader]>([
  ['from another machine', { ...here, address: '10.0.0.7' }],
  ['from an address that looks like this machine', { ...here, address: '::ffff:10.127.0.1' }],
  ['from nowhere', { ...here, address: undefined }],
  ['through a proxy on this machine', { ...here, headers: { ...here.headers, 'x-forwarded-for': '10.0.0.7' } }],
  ['through a proxy that keeps the host', { ...here, headers: { host: 'data.example.com' } }],
  ['through a proxy that tells of itself', { ...here, headers: { ...here.headers, via: '1.1 edge' } }],
  ['from a page whose name leads here', { ...here, headers: { host: 'localhost.evil.example:4000' } }],
  ['from a client that names no host', { ...here, headers: {} }],
])('%s nobody is told', (_, reader) => {
  expect(status({}, reader)).toBe(403)
})

test.each([
  ['nothing', undefined],
  ['another token', `Bearer ${TOKEN}s`],
  ['a part of it', `Bearer ${TOKEN.slice(1)}`],
  ['an empty one', 'Bearer '],
  ['another scheme', `Basic ${TOKEN}`],
])(
  'where there is a token, who bears %s is told nothing, not even on this machine or at their own address',
  (_, given) => {
    const reader = { ...here, authorization: given }
    expect(status({ token: TOKEN }, reader)).toBe(401)
    expect(status({ token: TOKEN, listen: { listenPort: 1 } }, reader, true)).toBe(401)
  },
)

test('this machine, who bears the token wherever he is, and whoever reaches their own address are told', () => {
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
    expect(status({}, { ...here, address })).toBeUndefined()
  expect(status({}, { ...here, headers: { host: '[::1]:4000' } })).toBeUndefined()
  const far = { address: '10.0.0.7', headers: { host: 'gateway:9464' } }
  expect(status({ token: TOKEN }, { ...far, authorization: `bearer ${TOKEN}` })).toBeUndefined()
  expect(status({ listen: { listenPort: 9464 } }, far, true)).toBeUndefined()
})
