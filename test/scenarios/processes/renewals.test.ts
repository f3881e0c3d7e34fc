import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { constants, tmpdir } from 'node:os'
import path from 'node:path'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { ask, childrenOf, endAll, eventually, isThere, type Running, terrane } from './processes.js'

/** Workers die, hang, and are to be renewed once more, while they are being renewed; what is under way goes on. */

/** Hands out the supergraph, one copy after the other. */
let source: Server
/** The field that the supergraph has now. */
let field: string
/** Copies that are held back, each of what the supergraph was when it was asked for. */
let held: (() => void)[]
let holding: boolean
/** Answers when the test says so. */
let subgraph: Server
let asked: (() => void)[]
let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-renewals-'))
})
beforeEach(async () => {
  field = 'first'
  held = []
  holding = false
  source = createServer((_request, answer) => {
    const typeDefs = parse(`type Query { ${field}: String }`)
    const { port } = subgraph.address() as AddressInfo
    const { supergraphSdl } = composeServices([{ name: 'only', url: `http://127.0.0.1:${port}`, typeDefs }])
    const send = () => void answer.end(supergraphSdl)
    if (holding) held.push(send)
    else send()
  })
  asked = []
  subgraph = createServer((_request, answer) => {
    answer.setHeader('content-type', 'application/json')
    asked.push(() => void answer.end(JSON.stringify({ data: { first: 'at last' } })))
  })
  for (const server of [source, subgraph]) await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterEach(async () => {
  await endAll()
  for (const server of [source, subgraph]) {
    server.closeAllConnections()
    server.close()
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function open(workers: number): Promise<{ gateway: Running; url: string }> {
  const supergraph = `http://127.0.0.1:${(source.address() as AddressInfo).port}`
  const gateway = terrane(['gateway', '--supergraph', supergraph, '--port', '0', '--workers', String(workers)], {
    TERRANE_HOME: path.join(folder, 'home'),
  })
  return { gateway, url: await gateway.url() }
}

/** Holds copies back from now on; `count` of them are asked for. */
const untilHeld = (count: number) =>
  eventually(
    async () => held.length,
    length => length >= count,
  )

function release(): void {
  holding = false
  for (const send of held.splice(0)) send()
}

/** A signal that was sent has come: it does not wait for the process any more. */
const received = (gateway: Running, signal: NodeJS.Signals) =>
  eventually(
    async () => BigInt(`0x${/^ShdPnd:\s*(\w+)/m.exec(readFileSync(`/proc/${gateway.child.pid}/status`, 'utf8'))![1]}`),
    pending => ((pending >> BigInt(constants.signals[signal] - 1)) & 1n) === 0n,
  )

/** So many workers, and none of these. */
const successors = (gateway: Running, count: number, before: number[]) =>
  eventually(
    async () => childrenOf(gateway),
    now => now.length === count && !now.some(pid => before.includes(pid)),
  )

/** Every worker knows the field. */
const known = (url: string, name: string) =>
  eventually(
    () =>
      Promise.all(Array.from({ length: 6 }, () => ask(url, `{ __typename @skip(if: true) ${name} @skip(if: true) }`))),
    answers => Array.isArray(answers) && answers.every(({ status }) => status === 200),
  )

test('a worker that dies while others are started in its place leaves no more than there were', async () => {
  const { gateway } = await open(2)
  const before = childrenOf(gateway)
  holding = true
  gateway.child.kill('SIGHUP')
  await untilHeld(2)
  process.kill(before[0]!, 'SIGKILL')
  await eventually(
    async () => childrenOf(gateway),
    now => !now.includes(before[0]!),
  )
  // Longer than it takes until somebody who has died is replaced.
  await new Promise(resolve => setTimeout(resolve, 1500))
  release()
  const after = await successors(gateway, 2, before)
  await new Promise(resolve => setTimeout(resolve, 1500))
  expect(childrenOf(gateway)).toEqual(after)
})

test('what has changed since its successor has read it is read once more', async () => {
  const { gateway, url } = await open(1)
  holding = true
  field = 'second'
  gateway.child.kill('SIGHUP')
  await untilHeld(1)
  field = 'third'
  gateway.child.kill('SIGHUP')
  await received(gateway, 'SIGHUP')
  release()
  await known(url, 'third')
})

test('whoever is being started in the place of a dead one is renewed as well', async () => {
  const { gateway, url } = await open(1)
  const before = childrenOf(gateway)
  holding = true
  process.kill(before[0]!, 'SIGKILL')
  await untilHeld(1)
  field = 'second'
  gateway.child.kill('SIGHUP')
  await received(gateway, 'SIGHUP')
  release()
  await known(url, 'second')
  // Whoever has read the first may still be ending.
  await successors(gateway, 1, before)
})

/** A question under way at a worker that is renewed meanwhile, and drains. */
async function underWay() {
  const { gateway, url } = await open(1)
  const before = childrenOf(gateway)
  const answer = ask(url, '{ first }').catch((error: Error) => error)
  await eventually(
    async () => asked.length,
    length => length >= 1,
  )
  field = 'second'
  gateway.child.kill('SIGHUP')
  await eventually(
    async () => childrenOf(gateway),
    now => now.length === 2,
  )
  return { gateway, url, before, answer }
}

test('what takes long goes on at the old worker while another has its place', async () => {
  const { gateway, before, answer } = await underWay()
  // Longer than all has that is under way when the gateway ends.
  await new Promise(resolve => setTimeout(resolve, 15_000))
  asked[0]!()
  expect(await answer).toMatchObject({ status: 200, data: { first: 'at last' } })
  await successors(gateway, 1, before)
})

test('a termination does not wait as long for it', async () => {
  const { gateway, url, answer } = await underWay()
  // From here on the old one has long.
  await known(url, 'second')
  expect(await gateway.stop('SIGTERM')).toMatchObject({ exit: 0 })
  expect(await answer).not.toMatchObject({ status: 200 })
})

test('a worker that hangs is replaced', async () => {
  const { gateway, url } = await open(2)
  const before = childrenOf(gateway)
  process.kill(before[0]!, 'SIGSTOP')
  const after = await eventually(
    async () => childrenOf(gateway),
    now => now.length === 2 && !now.includes(before[0]!),
  )
  expect(after).toContain(before[1])
  await known(url, 'first')
})

test('where the primary is killed, what is under way is answered, and nobody stays', async () => {
  const { gateway, url } = await open(1)
  const [worker] = childrenOf(gateway)
  const answer = ask(url, '{ first }').catch((error: Error) => error)
  await eventually(
    async () => asked.length,
    length => length >= 1,
  )
  gateway.child.kill('SIGKILL')
  // Not until its output ends, which the worker writes to as well.
  await once(gateway.child, 'exit')
  await new Promise(resolve => setTimeout(resolve, 500))
  asked[0]!()
  expect(await answer).toMatchObject({ status: 200, data: { first: 'at last' } })
  await eventually(
    async () => isThere(worker!),
    there => !there,
  )
})
