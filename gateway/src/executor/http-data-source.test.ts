import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GraphQLDataSourceProcessOptions } from '@apollo/gateway'
import { HttpDataSource } from './http-data-source.js'
import { PublicationPins } from './publication-pins.js'
import { Stop, type StopSignal } from './stop.js'

/** A subgraph that says who asks, if it answers at all. */
let asked: number
let answer: (response: ServerResponse) => boolean
let server: Server
let source: HttpDataSource

beforeEach(async () => {
  asked = 0
  answer = () => true
  server = createServer((request, response) => {
    const { identity } = request.headers as { identity?: string }
    asked++
    if (answer(response)) response.end(JSON.stringify({ data: { reader: identity ?? 'anybody' } }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  source = new HttpDataSource('books', `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`)
})
afterEach(async () => {
  await source.close()
  server.close()
})

interface Asking {
  identity?: string
  /** None of what is asked outside of any operation. */
  pins?: PublicationPins | 'none'
  query?: string
  signal?: StopSignal
}

function ask({ identity, pins = new PublicationPins(), query = '{ reader }', signal }: Asking) {
  const http =
    identity === undefined ? undefined : { method: 'POST', url: '/graphql', headers: new Headers({ identity }) }
  const request = { query, variables: { first: 3 }, ...(http ? { http } : {}) }
  return source.process({
    request,
    context: { ...(pins === 'none' ? {} : { pins }), signal },
  } as unknown as GraphQLDataSourceProcessOptions)
}

/** What all of them were answered who asked at once, and how often the subgraph was asked. */
async function together(...askings: Asking[]) {
  const readers = (await Promise.all(askings.map(ask))).map(({ data }) => data?.reader)
  return { readers, times: asked }
}

test('what names nobody is asked once for all operations', async () => {
  expect(await together({}, {})).toEqual({ readers: ['anybody', 'anybody'], times: 1 })
})

test('one operation asks a product the same once', async () => {
  const pins = new PublicationPins()
  const one = { identity: 'ann', pins }
  expect(await together(one, one)).toEqual({ readers: ['ann', 'ann'], times: 1 })
})

test('operations share nothing of a product, not even those of one caller', async () => {
  expect(await together({ identity: 'ann' }, { identity: 'ann' })).toEqual({ readers: ['ann', 'ann'], times: 2 })
})

test('what belongs to no operation is shared with none', async () => {
  const one = { identity: 'ann', pins: 'none' } as const
  expect(await together(one, one)).toEqual({ readers: ['ann', 'ann'], times: 2 })
})

test('nobody is given what another identity was answered, whatever else is the same', async () => {
  const pins = new PublicationPins()
  const askings = [{ identity: 'ann', pins }, { identity: 'bob', pins }, { pins }]
  expect(await together(...askings)).toEqual({ readers: ['ann', 'bob', 'anybody'], times: 3 })
})

test('a mutation is never shared', async () => {
  const query = 'mutation { reader }'
  const pins = new PublicationPins()
  expect(
    await together({ query }, { query }, { query, identity: 'ann', pins }, { query, identity: 'ann', pins }),
  ).toEqual({
    readers: ['anybody', 'anybody', 'ann', 'ann'],
    times: 4,
  })
})

test('clients that leave while they are answered take none of the attempts that are left for a failure', async () => {
  answer = () => false
  const clients = Array.from({ length: 30 }, () => new Stop())
  const answers = clients.map(signal => ask({ identity: 'ann', signal }))
  while (asked < clients.length) await sleep(1)
  for (const signal of clients) signal.abort()
  for (const one of await Promise.allSettled(answers)) expect(one).toMatchObject({ reason: { name: 'AbortError' } })

  answer = response => {
    if (asked > clients.length + 2) return true
    response.writeHead(503).end()
    return false
  }
  expect((await ask({ identity: 'ann' })).data).toEqual({ reader: 'ann' })
})
