import { ConfigurationError, configurationOf, WORKSPACE } from './configuration.js'

test('without anything set: the demo beside the workspace', () => {
  expect(configurationOf({})).toEqual({ home: `${WORKSPACE}/.terrane`, listenPort: 4000, trickleSeconds: 300 })
})

test.each([
  [{ PORT: 'four' }, /PORT must be a number/],
  [{ PORT: '70000' }, /PORT must be a number/],
  [{ TERRANE_MESH_URL: 'localhost:4000' }, /TERRANE_MESH_URL must be an http/],
  [{ TERRANE_MESH_URL: 'file:///etc/passwd' }, /TERRANE_MESH_URL must be an http/],
  [{ TERRANE_ISSUER: 'https://id.example' }, /needs TERRANE_AUDIENCE/],
  [{ TERRANE_CLIENT_ID: 'product:europe-sales' }, /need TERRANE_CLIENT_SECRET/],
  [{ TERRANE_CLIENT_SECRET: 'hunter2' }, /needs TERRANE_MESH_URL or TERRANE_TOKEN_URL/],
  [{ TERRANE_POLL_SECONDS: 'often' }, /TERRANE_POLL_SECONDS must be a number of seconds/],
  [{ TERRANE_SUBGRAPHS: '/nowhere/subgraphs.json' }, /TERRANE_SUBGRAPHS .* no such file/],
  [{ TERRANE_SUBGRAPHS: '{"retries": "two"}' }, /TERRANE_SUBGRAPHS .*retries must be a number/],
  [{ TERRANE_SUBGRAPHS: '{"patience": 1}' }, /no setting patience/],
  [
    { TERRANE_SUBGRAPHS: '{"byName": {"uk-sales": {"breakerShare": 2}}}' },
    /byName.uk-sales: breakerShare must be from 0/,
  ],
  [{ TERRANE_METRICS: 'everywhere' }, /TERRANE_METRICS must be a port, host:port or off/],
  [{ TERRANE_METRICS: '127.0.0.1:99999' }, /TERRANE_METRICS must be a number from 0 to 65535/],
  [{ TERRANE_METRICS_TOKEN: 'hunter2' }, /TERRANE_METRICS_TOKEN must be at least 16/],
  [{ TERRANE_COMPRESSION: 'gzip' }, /TERRANE_COMPRESSION must be true or false/],
  [{ TERRANE_TRUST_TRACEPARENT: 'yes' }, /TERRANE_TRUST_TRACEPARENT must be true or false/],
  [{ TERRANE_CACHE_URL: 'localhost:6379' }, /TERRANE_CACHE_URL must be redis/],
  [{ TERRANE_CACHE_URL: 'redis://localhost/cache' }, /TERRANE_CACHE_URL must be redis/],
  [{ TERRANE_PLAN_BYTES: '0' }, /TERRANE_PLAN_BYTES must be a whole number of bytes, 1 or more/],
  [{ TERRANE_DATABASE_URL: 'postgres://localhost/x' }, /TERRANE_DATABASE_URL must be mysql/],
])('%j cannot be meant', (env, message) => {
  expect(() => configurationOf(env)).toThrow(ConfigurationError)
  expect(() => configurationOf(env)).toThrow(message)
})

test('no secret is in what it says', () => {
  const said = () => configurationOf({ TERRANE_CLIENT_SECRET: 'hunter2' })
  expect(said).toThrow(ConfigurationError)
  expect(said).not.toThrow(/hunter2/)
  expect(() => configurationOf({ TERRANE_DATABASE_URL: 'mysql:/root:hunter2@db' })).not.toThrow(/hunter2/)
  expect(() => configurationOf({ TERRANE_METRICS_TOKEN: 'hunter2' })).not.toThrow(/hunter2/)
  expect(() => configurationOf({ TERRANE_CACHE_URL: 'http://:hunter2@cache' })).not.toThrow(/hunter2/)
})

test.each(['redis://127.0.0.1:6379', 'rediss://terrane:hunter2@cache.example:6380/3'])(
  '%s is a shared cache',
  cacheUrl => {
    expect(configurationOf({ TERRANE_CACHE_URL: cacheUrl })).toMatchObject({ cacheUrl })
  },
)

test('limits are handed on by their names, and only those that are set', () => {
  expect(configurationOf({ TERRANE_CACHE_BYTES: '0', TERRANE_PLAN_BYTES: '1000' })).toMatchObject({
    limits: { cacheBytes: 0, planBytes: 1000 },
  })
})

test('with a secret alone a product is itself at the provider of its mesh', () => {
  const { client } = configurationOf({ TERRANE_MESH_URL: 'http://mesh.example/', TERRANE_CLIENT_SECRET: 's' })
  expect(client).toEqual({ secret: 's', tokenUrl: 'http://mesh.example/oidc/token' })
})

test('an issuer is kept letter by letter, its claims and algorithms beside it', () => {
  const { issuer } = configurationOf({
    TERRANE_ISSUER: 'https://id.example/',
    TERRANE_AUDIENCE: 'terrane',
    TERRANE_ROLES_CLAIM: 'realm_access.roles',
    TERRANE_ALGORITHMS: 'RS256, ES256',
  })
  expect(issuer).toEqual({
    url: 'https://id.example/',
    audience: 'terrane',
    algorithms: ['RS256', 'ES256'],
    claims: { roles: 'realm_access.roles' },
  })
})

test('how subgraphs are asked is given as JSON', () => {
  const settings = { answerBytes: 1_000_000, byName: { 'uk-sales': { headersMilliseconds: 5_000, compression: true } } }
  expect(configurationOf({ TERRANE_SUBGRAPHS: JSON.stringify(settings) }).subgraphs).toEqual(settings)
})

test.each([
  [{ TERRANE_METRICS: 'off' }, { off: true }],
  [{ TERRANE_METRICS: '9464' }, { listen: { listenPort: 9464 } }],
  [{ TERRANE_METRICS: '[::1]:9464' }, { listen: { host: '::1', listenPort: 9464 } }],
  [
    { TERRANE_METRICS: '0.0.0.0:9464', TERRANE_METRICS_TOKEN: 'a-token-of-some-length' },
    { listen: { host: '0.0.0.0', listenPort: 9464 }, token: 'a-token-of-some-length' },
  ],
])('%j says where and to whom metrics are told', (env, metrics) => {
  expect(configurationOf(env)).toMatchObject({ metrics })
})
