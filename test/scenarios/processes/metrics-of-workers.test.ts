import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { ask, endAll, eventually, type Running, terrane } from './processes.js'

/** What several workers count is told as one, whatever becomes of any of them. */

jest.setTimeout(180_000)

let folder: string
let source: Server
/** Whether whoever asks for the supergraph waits; and how many do. */
let holding = false
const held: (() => void)[] = []
let gateway: Running
let url: string

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-metrics-of-workers-'))
  source = createServer((_request, answer) => {
    const typeDefs = parse('type Query { lost: String }')
    // Nobody listens there.
    const { supergraphSdl } = composeServices([{ name: 'away', url: 'http://127.0.0.1:9', typeDefs }])
    const send = () => void answer.end(supergraphSdl)
    if (holding) held.push(send)
    else send()
  })
  await new Promise<void>(resolve => source.listen(0, '127.0.0.1', resolve))
  const supergraph = `http://127.0.0.1:${(source.address() as AddressInfo).port}`
  gateway = terrane(['gateway', '--supergraph', supergraph, '--port', '0', '--workers', '2'], {
    TERRANE_HOME: path.join(folder, 'home'),
  })
  url = await gateway.url()
})
afterAll(async () => {
  await endAll()
  source.closeAllConnections()
  source.close()
  rmSync(folder, { recursive: true, force: true })
})

function workers(): number[] {
  const { pid } = gateway.child
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}

/** Over a connection of its own: the next worker has its turn. */
const metrics = async () => (await fetch(`${url}/metrics`, { headers: { connection: 'close' } })).text()

function figure(text: string, series: string): number | undefined {
  const line = text.split('\n').find(one => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length))
}

const ANSWERED = 'terrane_gateway_operations_total{type="query",outcome="answered"}'
const BREAKER = 'terrane_gateway_breaker_state{subgraph="away"}'

test('a breaker that is open at every worker is open, and no more', async () => {
  // Of what both know: each has been asked often enough.
  const opened = () => gateway.said().split('is left alone for a while').length - 1
  await eventually(
    async () => {
      await Promise.all(Array.from({ length: 10 }, () => ask(url, '{ lost }')))
      return opened()
    },
    times => times >= 2,
  )
  expect(figure(await metrics(), BREAKER)).toBe(2)
})

test('names of operations are bounded over all workers', async () => {
  // Two at a time, so that there are two connections, and each worker has one.
  for (let at = 0; at < 150; at++)
    await Promise.all(['a', 'b'].map(name => ask(url, `query Name${at}${name} { __typename }`)))
  const names = (await metrics()).match(/terrane_gateway_operation_seconds_count\{operation="Name\w+"\}/g)!
  expect(names).toHaveLength(100)
})

test('what was counted by a worker that is killed, or replaced by another, stays counted', async () => {
  const before = figure(await metrics(), ANSWERED)!
  expect(before).toBeGreaterThanOrEqual(300)
  const [victim] = workers()
  process.kill(victim!, 'SIGKILL')
  await eventually(
    async () => workers(),
    now => now.length === 2 && !now.includes(victim!),
  )
  expect(figure(await metrics(), ANSWERED)).toBe(before)

  await eventually(
    () => Promise.all([ask(url, '{ __typename }'), ask(url, '{ __typename }')]),
    () => true,
  )
  const old = workers()
  holding = true
  gateway.child.kill('SIGHUP')
  await eventually(
    // Those that serve ask for the supergraph from time to time as well.
    async () => ({ waiting: held.length, processes: workers().length }),
    ({ waiting, processes }) => waiting >= 2 && processes === 4,
  )
  // Those that are being started count nothing, and nobody waits for them.
  expect(figure(await metrics(), ANSWERED)).toBe(before + 2)
  holding = false
  for (const send of held.splice(0)) send()
  await eventually(
    async () => workers(),
    now => now.length === 2 && !now.some(pid => old.includes(pid)),
  )
  expect(figure(await metrics(), ANSWERED)).toBe(before + 2)
})
