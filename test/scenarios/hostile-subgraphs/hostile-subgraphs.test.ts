import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { answerJson, type Behaviour, HostileMesh } from './people.js'

const ANSWER_BYTES = 1024 * 1024
const QUESTION = '{ motto books { id author { id name } } people { id } }'
const OWN = { motto: 'm', books: ['a', 'b', 'a'].map((id, at) => ({ id: String(at), author: { id, name: null } })) }
const json =
  (text: string): Behaviour =>
  response =>
    answerJson(response, text)
const answers = (answer: unknown): Behaviour => json(JSON.stringify(answer))

let hostile: HostileMesh
beforeAll(async () => {
  hostile = await HostileMesh.open({ subgraphs: { answerBytes: ANSWER_BYTES, breakerShare: 0, retryShare: 100 } })
})
afterAll(() => hostile?.close())
beforeEach(() => {
  hostile.asked.length = 0
})

/** Asks while the people behave like that; what is not theirs must be there, and each error name them. */
async function lossesUnder(behaviour: Behaviour) {
  hostile.behaviour = behaviour
  const { data, errors = [], status } = await hostile.mesh.ask(QUESTION)
  expect(status).toBe(200)
  expect({ ...data, people: null }).toEqual({ ...OWN, people: null })
  for (const { message, extensions } of errors) {
    expect(`${message} ${extensions.serviceName}`).toContain('people')
    expect(message).not.toContain('127.0.0.1')
  }
  return { data, errors, codes: [...new Set(errors.map(({ extensions }) => extensions.code))] }
}

/** Writes as long as anybody takes it. */
const forever: Behaviour = response => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const piece = Buffer.alloc(64 * 1024, ' ')
  const more = () => {
    while (!response.destroyed && response.write(piece));
  }
  response.on('drain', more)
  more()
}

test.each<[string, Behaviour]>([
  ['text', json('hello')],
  ['nothing', json('')],
  ['HTML with status 200', response => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hi</h1>')],
  ['HTML with status 500', response => response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>No</h1>')],
  ['JSON of another shape', json('[1, 2]')],
  ['a connection that is reset before the answer', response => response.socket?.resetAndDestroy()],
  [
    'a connection that is reset in the middle',
    response => response.write('{"data": {', () => response.socket?.resetAndDestroy()),
  ],
  [
    'less than its content-length',
    response => {
      response.writeHead(200, { 'content-length': 1000 })
      response.write('{"data": null}', () => response.socket?.end())
    },
  ],
  [
    'more than its content-length',
    response => response.socket?.end('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{"data":{}}'),
  ],
  ['something that is no HTTP', response => response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n')],
  ['a compression nobody knows', response => response.writeHead(200, { 'content-encoding': 'lzma' }).end('????')],
  [
    'what is not compressed, though it says so',
    response => response.writeHead(200, { 'content-encoding': 'gzip' }).end('{}'),
  ],
  ['gigabytes', forever],
  ['a content-length of 10 GB', response => response.writeHead(200, { 'content-length': 1e10 }).write('{')],
  ['a zip bomb', bomb(gzipSync, 'gzip')],
  ['a brotli bomb', bomb(brotliCompressSync, 'br')],
])('%s costs its own fields', async (_, behaviour) => {
  const { data, codes } = await lossesUnder(behaviour)
  expect(data!.people).toBeNull()
  expect(codes).toEqual(['SUBGRAPH_UNREACHABLE'])
})

function bomb(compress: (body: Buffer) => Buffer, encoding: string): Behaviour {
  const body = compress(Buffer.alloc(100 * 1024 * 1024, ' '))
  return response => response.writeHead(200, { 'content-encoding': encoding }).end(body)
}

test('of an answer without end no more is taken than may be, and its socket is closed', async () => {
  await lossesUnder(forever)
  const sockets = [...hostile.sockets]
  await hostile.socketsFreed()
  // What is under way between the two when the gateway lets go is in the buffers of their sockets.
  for (const socket of sockets) expect(socket.bytesWritten).toBeLessThan(ANSWER_BYTES + 20 * 1024 * 1024)
})

test.each<[string, Behaviour]>([
  ['data that is null, without an error', answers({ data: null })],
  ['data that is a list', answers({ data: [] })],
  ['errors that are no list', answers({ data: null, errors: { message: 'no' } })],
  ['errors without end', json(`{"data": null, "errors": [${'{},'.repeat(100_000)}{}]}`)],
])('%s: its own fields', async (_, behaviour) => {
  const { data, errors } = await lossesUnder(behaviour)
  expect(data!.people).toBeNull()
  expect(errors.length).toBeGreaterThanOrEqual(4)
  expect(errors.length).toBeLessThanOrEqual(2_002)
})

test.each([
  ['none', []],
  ['too few', [{ name: 'x' }]],
  ['too many', [{ name: 'x' }, { name: 'y' }, { name: 'z' }]],
  ['no objects', [7, 'x']],
])('entities, %s of them: their fields', async (_, entities) => {
  const { data, codes } = await lossesUnder(async (response, { query }, well) =>
    answerJson(
      response,
      query.includes('_entities') ? JSON.stringify({ data: { _entities: entities } }) : await well(),
    ),
  )
  expect(data!.people).toEqual([{ id: 'a' }])
  expect(codes).toEqual(['SUBGRAPH_ANSWER_INVALID'])
})

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

test.each([
  ['data', `{"data": {"people": ${nested(200_000)}, "_entities": ${nested(200_000)}}}`],
  [
    'an error',
    `{"data": null, "errors": [{"message": "no", "extensions": {"code": "X", "deep": ${nested(200_000)}}}]}`,
  ],
  ['a path', `{"data": null, "errors": [{"message": "no", "path": ["people", ${nested(200_000)}]}]}`],
])('JSON that is nested as deeply as may be, in %s: its own fields', async (_, text) => {
  const { data } = await lossesUnder(json(text))
  expect(data!.people).not.toEqual([{ id: 'a' }])
})

test('a value of a custom scalar that is nested too deeply to be written costs itself', async () => {
  hostile.behaviour = json(`{"data": {"best": {"id": "a", "more": ${nested(200_000)}}}}`)
  const { data, errors, status } = await hostile.mesh.ask('{ motto best { id more } }')
  expect([status, data]).toEqual([200, { motto: 'm', best: { id: 'a', more: null } }])
  expect(errors).toHaveLength(1)

  const entity = `{"name": "n", "more": ${nested(200_000)}}`
  hostile.behaviour = json(`{"data": {"_entities": [${entity}, ${entity}]}}`)
  const many = await hostile.mesh.ask('{ motto books { author { id more } } }')
  expect([many.status, many.data]).toEqual([
    200,
    { motto: 'm', books: ['a', 'b', 'a'].map(id => ({ author: { id, more: null } })) },
  ])
  expect(many.errors?.length).toBeGreaterThan(0)
})

test.each<[string, unknown[]]>([
  ['of the prototype', ['__proto__', 'constructor']],
  ['beyond all entities', ['_entities', 1e300, 'name']],
  ['before all entities', ['_entities', -1, 'name']],
  ['between two entities', ['_entities', 0.5, 'name']],
  ['without end', Array(100_000).fill('people')],
])('an error at a path %s is an error at its own fields', async (_, path) => {
  const { errors } = await lossesUnder(answers({ data: null, errors: [{ message: 'no', path }] }))
  expect(errors.length).toBeGreaterThan(0)
  expect(JSON.stringify(errors).length).toBeLessThan(10_000)
  expect(({} as Record<string, unknown>).constructor).toBe(Object)
})

test('what it says of an error is bounded, and sets no status and no header of the answer', async () => {
  const error = {
    message: 'm'.repeat(500_000),
    extensions: {
      code: 'HOSTILE',
      http: { status: 418, headers: { 'set-cookie': 'terrane=evil' } },
      long: 'x'.repeat(100_000),
    },
  }
  const { errors, codes } = await lossesUnder(answers({ data: null, errors: [error] }))
  expect(codes).toEqual(['HOSTILE'])
  expect(JSON.stringify(errors).length).toBeLessThan(20_000)
  hostile.behaviour = answers({ data: null, errors: [{ ...error, extensions: { http: error.extensions.http } }] })
  const { status, headers } = await hostile.mesh.ask('{ best { id } }')
  expect([status, headers.get('set-cookie')]).toEqual([200, null])
})

test('a redirect is not followed, wherever it leads', async () => {
  let visited = 0
  const inside = createServer((_, response) => {
    visited++
    answerJson(response, '{"data": {"people": [{"id": "secret"}]}}')
  })
  await new Promise<void>(resolve => inside.listen(0, '127.0.0.1', resolve))
  const location = `http://127.0.0.1:${(inside.address() as AddressInfo).port}/graphql`
  for (const status of [301, 302, 303, 307, 308]) {
    const { data } = await lossesUnder((response: ServerResponse) =>
      response.writeHead(status, { location }).end('{"data": {"people": [{"id": "here"}]}}'),
    )
    expect(data!.people).toBeNull()
  }
  expect(visited).toBe(0)
  inside.close()
})

test('compressed answers are read, asked for or not', async () => {
  for (const [encoding, compress] of [
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ] as const) {
    hostile.behaviour = async (response, _, well) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(compress(Buffer.from(await well())))
    const { data, errors } = await hostile.mesh.ask('{ best { name } }')
    expect([data, errors]).toEqual([{ best: { name: 'name of a' } }, undefined])
  }
  expect(hostile.asked.map(({ headers }) => headers['accept-encoding'])).toEqual([undefined, undefined])
})

test('a query is asked again that met a closed connection or "not now", a mutation never', async () => {
  const failing = (...failures: Behaviour[]): Behaviour => {
    return async (response, asked, well) => {
      const failure = failures.shift()
      return failure ? failure(response, asked, well) : answerJson(response, await well())
    }
  }
  const reset: Behaviour = response => response.socket?.resetAndDestroy()
  const notNow: Behaviour = response => response.writeHead(503, { 'retry-after': '0' }).end()
  hostile.behaviour = failing(reset, notNow)
  expect((await hostile.mesh.ask('{ best { id } }')).data).toEqual({ best: { id: 'a' } })
  expect(hostile.asked).toHaveLength(3)
  for (const failure of [reset, notNow]) {
    hostile.asked.length = 0
    hostile.behaviour = failing(failure)
    const { data, errors } = await hostile.mesh.ask('mutation { hire shelve }')
    expect([data, errors?.length]).toEqual([{ hire: null, shelve: 'shelved' }, 1])
    expect(hostile.asked).toHaveLength(1)
  }
})

test('with thousands of places lost, a thousand are told and how many there are besides', async () => {
  const authors = Array.from({ length: 20_000 }, (_, at) => `author ${at}`)
  const crowd = await HostileMesh.open({}, authors)
  crowd.behaviour = response => response.writeHead(500).end()
  const { data, errors } = await crowd.mesh.ask('{ books { author { name } } }')
  expect(data!.books).toHaveLength(authors.length)
  expect(errors).toHaveLength(1_001)
  expect(errors!.at(-1)).toMatchObject({
    message: expect.stringContaining('people'),
    extensions: { code: 'SUBGRAPH_ERRORS_LEFT_OUT', count: authors.length - 1_000 },
  })
  await crowd.close()
})
