import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { ask, childrenOf, endAll, eventually, isThere, type Running, terrane } from './processes.js'

/** A gateway that is told to stop before it serves, or twice, or to look anew at a moment that does not suit it. */

let folder: string
/** Hands out the supergraph, and is its only subgraph, which answers when the test says so. */
let server: Server
/** Copies of the supergraph that are handed out before further ones are held back. */
let copies: number
let held: (() => void)[]
let questions: (() => void)[]
let field: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-told-to-stop-'))
})
beforeEach(async () => {
  copies = 0
  held = []
  questions = []
  field = 'first'
  server = createServer((request, answer) => {
    if (request.method === 'POST') {
      answer.setHeader('content-type', 'application/json')
      questions.push(() => answer.end(JSON.stringify({ data: { second: 'at last' } })))
      return
    }
    const typeDefs = parse(`type Query { ${field}: String }`)
    const { supergraphSdl } = composeServices([{ name: 'only', url: address(), typeDefs }])
    if (copies-- > 0) answer.end(supergraphSdl)
    else held.push(() => answer.end(supergraphSdl))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(async () => {
  await endAll()
  server.closeAllConnections()
  server.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const open = (workers: number) =>
  terrane(['gateway', '--supergraph', address(), '--port', '0', '--workers', String(workers)], {
    TERRANE_HOME: path.join(folder, 'home'),
  })

const untilThere = (list: () => unknown[], count: number) =>
  eventually(
    async () => list().length,
    length => length >= count,
  )

/** The supergraph is held back still: nobody has waited for it. */
async function endsInOrder(gateway: Running): Promise<void> {
  const children = childrenOf(gateway)
  expect(await gateway.stop('SIGTERM')).toMatchObject({ exit: 0, signal: null, err: '' })
  expect(children.filter(isThere)).toEqual([])
}

test.each([0, 2])('while the supergraph is being read, with %d workers', async workers => {
  const gateway = open(workers)
  await untilThere(() => held, 1)
  await endsInOrder(gateway)
})

test('once one worker serves, while the other is being started', async () => {
  copies = 1
  const gateway = open(2)
  await untilThere(() => held, 1)
  await endsInOrder(gateway)
})

test('what has changed while it started is taken; a second termination changes nothing, nor a hangup after it', async () => {
  const gateway = open(1)
  await untilThere(() => held, 1)
  gateway.child.kill('SIGHUP')
  field = 'second'
  copies = 1
  held[0]!()
  const url = await gateway.url()
  await eventually(
    () => ask(url, '{ second @skip(if: true) __typename }'),
    ({ status }) => status === 200,
  )

  const answer = ask(url, '{ second }')
  await untilThere(() => questions, 1)
  gateway.child.kill('SIGTERM')
  const refused = eventually(
    () =>
      fetch(url).then(
        () => false,
        () => true,
      ),
    none => none,
  )
  // Well within the grace that a worker has for what is under way, however long it takes until nobody is let in.
  await Promise.race([refused, new Promise(resolve => setTimeout(resolve, 2000))])
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) gateway.child.kill(signal)
  const children = childrenOf(gateway)
  questions[0]!()
  await refused
  expect(await answer).toMatchObject({ status: 200, data: { second: 'at last' } })
  expect(await gateway.end).toMatchObject({ exit: 0 })
  expect(children.filter(isThere)).toEqual([])
})
