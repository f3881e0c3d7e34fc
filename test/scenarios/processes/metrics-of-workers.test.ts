import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { ask, endAll, eventually, type Running, terrane } from './processes.js'

/** What several workers count is told as one, whatever becomes of any of them. */

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

/** Of a worker that had no time to tell what it counts, what it told last is told. */
const told = (series: string, wanted: (found: number) => boolean) =>
  eventually(
    async () => figure(await metrics(), series) ?? 0,
    found => wanted(found),
  )

const ANSWERED = 'terrane_gateway_operations_total{type="query",outcome="answered"}'
const BREAKER = 'terrane_gateway_breaker_state{subgraph="away"}'

test('a breaker that is open at every worker is open, and no more', async () => {
  // Whichever is asked, it asks nobody any more.
  await eventually(
    () => Promise.all(Array.from({ length: 10 }, () => ask(url, '{ lost }'))),
    answers => answers.every(({ errors }) => errors[0]?.extensions?.code === 'SUBGRAPH_UNAVAILABLE'),
  )
  await told(BREAKER, state => state === 2)
})

test('names of operations are bounded over all workers', async () => {
  // Two at a time, so that there are two connections, and each worker has one.
  for (let at = 0; at < 150; at++)
    await Promise.all(['a', 'b'].map(name => ask(url, `query Name${at}${name} { __typename }`)))
  const names = await eventually(
    async () => (await metrics()).match(/terrane_gateway_operation_seconds_count\{operation="Name\w+"\}/g) ?? [],
    found => found.length >= 100,
  )
  expect(names).toHaveLength(100)
})

test('what was counted by a worker that is killed, or replaced by another, stays counted', async () => {
  const before = await told(ANSWERED, count => count >= 300)
  const [victim] = workers()
  process.kill(victim!, 'SIGKILL')
  await eventually(
    async () => workers(),
    now => now.length === 2 && !now.includes(victim!),
  )
  await told(ANSWERED, count => count === before)

  // One after the other: of two at once, one may be cut that was kept with the killed worker, and the other be counted.
  for (let times = 0; times < 2; times++)
    await eventually(
      () => ask(url, '{ __typename }'),
      ({ status }) => status === 200,
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
  await told(ANSWERED, count => count === before + 2)
  holding = false
  for (const send of held.splice(0)) send()
  await eventually(
    async () => workers(),
    now => now.length === 2 && !now.some(pid => old.includes(pid)),
  )
  await told(ANSWERED, count => count === before + 2)
})
