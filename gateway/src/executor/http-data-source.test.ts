import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { GraphQLDataSourceProcessOptions } from '@apollo/gateway'
import { HttpDataSource } from './http-data-source.js'
import { PublicationPins } from './publication-pins.js'

/** A subgraph that says who asks. */
let asked: number
let server: Server
let source: HttpDataSource

beforeEach(async () => {
  asked = 0
  server = createServer((request, response) => {
    const { identity } = request.headers as { identity?: string }
    asked++
    response.end(JSON.stringify({ data: { reader: identity ?? 'anybody' } }))
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
  pins?: PublicationPins
  query?: string
}

function ask({ identity, pins = new PublicationPins(), query = '{ reader }' }: Asking) {
  const http =
    identity === undefined ? undefined : { method: 'POST', url: '/graphql', headers: new Headers({ identity }) }
  const request = { query, variables: { first: 3 }, ...(http ? { http } : {}) }
  return source.process({ request, context: { pins } } as unknown as GraphQLDataSourceProcessOptions)
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
