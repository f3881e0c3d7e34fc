// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how contracts write variables
import { interpolate } from './interpolate.js'
import { isSecretName, redact, redactText } from './redact.js'

describe('what is shown of a document', () => {
  it('has no secrets, wherever they stand', () => {
    const document = {
      servers: [
        {
          host: 'db.example',
          password: 'hunter2',
          location: 'https://anna:hunter2@files.example/x?sig=hunter2&page=2',
          endpointUrl: 'https://hunter2@files.example',
          customProperties: [
            { property: 'terrane.secretAccessKey', value: 'hunter2' },
            { property: 'terrane.token', value: ['hunter2', { inner: 'hunter2' }] },
            { property: 'terrane.connector', value: 'push' },
            { property: 'azure', value: 'AccountName=a;AccountKey=hunter2==;X=1' },
          ],
          connectionString: { anything: 'hunter2' },
        },
      ],
    }
    const shown = redact(document)
    expect(JSON.stringify(shown)).not.toContain('hunter2')
    expect(shown.servers[0]!.host).toBe('db.example')
    expect(shown.servers[0]!.location).toBe('https://***@files.example/x?sig=***&page=2')
    expect(shown.servers[0]!.customProperties[2]!.value).toBe('push')
    expect(document.servers[0]!.password).toBe('hunter2')
    expect(redact(shown)).toEqual(shown)
  })
  it.each(['primaryKey', 'primaryKeyPosition', 'partitionKeyPosition', 'author', 'tokenless'.slice(5), 'keywords'])(
    'shows %s',
    name => expect(isSecretName(name)).toBe(false),
  )
  it.each([
    'password',
    'db_password',
    'clientSecret',
    'apiKey',
    'token',
    'connectionString',
    'terrane.sasKey',
    'PGPWD',
    'key',
  ])('hides %s', name => expect(isSecretName(name)).toBe(true))
  it('shows the types of a map', () => {
    const map = { map: { key: { logicalType: 'string' }, value: { logicalType: 'integer' } } }
    expect(redact(map)).toEqual(map)
  })
  it('keeps a key named __proto__ a key', () => {
    const document = JSON.parse('{"__proto__": {"password": "x"}}')
    expect(JSON.stringify(redact(document))).toBe('{"__proto__":{"password":"***"}}')
  })
})

describe('interpolation', () => {
  const env = { HOST: 'db', EMPTY: '' }
  it.each([
    ['${HOST}', 'db', []],
    ['${HOST}:${PORT:-3306}/x', 'db:3306/x', []],
    ['${EMPTY:-default}', 'default', []],
    ['${NONE:-}', '', []],
    ['${NONE}', '${NONE}', ['NONE']],
    ['$${HOST} $HOST', '${HOST} $HOST', []],
    ['${not a name}', '${not a name}', []],
  ])('%s', (text, expected, missing) => {
    expect(interpolate(text, env)).toMatchObject({ text: expected, missing })
  })
})

test.each([
  ['https://u:p@ss@host/x', 'https://***@host/x'],
  ['https://u:pa/ss@host/x', 'https://***@host/x'],
  ['https://us@er@host/x', 'https://***@host/x'],
  ['https://host:8080/@anna/x', 'https://host:8080/@anna/x'],
  ['https://host/@anna', 'https://host/@anna'],
  ['https://host/x#access_token=abc', 'https://host/x#access_token=***'],
  ['see https://u:p@a/x and mailto:b@c', 'see https://***@a/x and mailto:b@c'],
])('whatever a password holds, none of it is shown: %s', (written, shown) => {
  expect(redactText(written)).toBe(shown)
})
