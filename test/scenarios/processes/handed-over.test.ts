import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { childrenOf, endAll, eventually, freePort, isThere, type Running, terrane } from './processes.js'

/** Connections that the primary had handed to a worker which ended before it took them. */

let folder: string
/** Echoes the number that it is asked for. */
let subgraph: Server

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-handed-over-'))
  subgraph = createServer(async (incoming, outgoing) => {
    let body = ''
    for await (const piece of incoming) body += piece
    const [, number] = body.match(/echo\(n:\s*(\d+)\)/)!
    outgoing.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { echo: Number(number) } }))
  })
  await new Promise<void>(resolve => subgraph.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(subgraph.address() as AddressInfo).port}`
  const typeDefs = parse('type Query { echo(n: Int): Int }')
  const { supergraphSdl } = composeServices([{ name: 'only', url, typeDefs }])
  writeFileSync(path.join(folder, 'supergraph.graphql'), supergraphSdl!)
})
afterEach(endAll)
afterAll(() => {
  subgraph.closeAllConnections()
  subgraph.close()
  rmSync(folder, { recursive: true, force: true })
})

function open(workers: number, port = '0'): Running {
  const supergraph = path.join(folder, 'supergraph.graphql')
  return terrane(['gateway', '--supergraph', supergraph, '--port', port, '--workers', String(workers)], {
    TERRANE_HOME: path.join(folder, 'home'),
  })
}

/** Over a connection of its own: the number, or what became of the connection. */
function echo(url: string, n: number): Promise<unknown> {
  return new Promise(resolve => {
    const sent = request(
      `${url}/graphql`,
      { method: 'POST', headers: { 'content-type': 'application/json' }, agent: new Agent() },
      async answer => {
        try {
          let body = ''
          for await (const piece of answer) body += piece
          resolve((JSON.parse(body) as { data?: { echo: number } }).data?.echo ?? body)
        } catch {
          resolve('cut')
        }
      },
    )
    sent.on('error', () => resolve('cut'))
    sent.end(JSON.stringify({ query: `{ echo(n: ${n}) }` }))
  })
}

const NUMBERS = Array.from({ length: 6 }, (_, index) => index)

/** Connections to a worker that has stopped, and the other ones; it is killed once all others have their answers. */
async function askAndKill(url: string, victim: number, others: number): Promise<unknown[]> {
  process.kill(victim, 'SIGSTOP')
  let answered = 0
  const asked = NUMBERS.map(n =>
    echo(url, n).finally(() => {
      answered++
    }),
  )
  await eventually(
    async () => answered,
    count => count >= others,
  )
  process.kill(victim, 'SIGKILL')
  return Promise.all(asked)
}

test('what a worker had not taken when it ended is answered by another, and a killed primary leaves the port free', async () => {
  const port = String(await freePort())
  const gateway = open(2, port)
  const url = await gateway.url()
  const [victim] = childrenOf(gateway)
  // One at a time is handed to a worker: all but that one are answered.
  expect(await askAndKill(url, victim!, NUMBERS.length - 1)).toEqual(NUMBERS)

  const workers = await eventually(
    async () => childrenOf(gateway),
    pids => pids.length === 2 && !pids.includes(victim!),
  )
  gateway.child.kill('SIGKILL')
  await eventually(
    async () => workers.filter(isThere),
    left => left.length === 0,
  )
  const again = open(1, port)
  expect(await again.url()).toBe(url)
  // Where there is no other one, the connection ends.
  const answers = await askAndKill(url, childrenOf(again)[0]!, 0)
  expect(answers).toEqual(NUMBERS.map(() => 'cut'))
})

test('workers that are killed one after the other under load: no answer is wrong, and none is missing', async () => {
  const gateway = open(2)
  const url = await gateway.url()
  let asking = true
  let number = 0
  const answers: [number, unknown][] = []
  const clients = Array.from({ length: 8 }, async () => {
    while (asking) {
      const n = number++
      answers.push([n, await echo(url, n)])
      // Where nobody listens for a moment.
      if (answers.at(-1)![1] === 'cut') await new Promise(resolve => setTimeout(resolve, 50))
    }
  })
  for (let times = 0; times < 3; times++) {
    const [victim] = childrenOf(gateway)
    const before = answers.length
    await eventually(
      async () => answers.length,
      length => length > before + 8,
    )
    process.kill(victim!, 'SIGKILL')
    await eventually(
      async () => childrenOf(gateway),
      pids => pids.length === 2 && !pids.includes(victim!),
    )
  }
  asking = false
  await Promise.all(clients)
  for (const [n, answer] of answers) if (answer !== 'cut') expect(answer).toBe(n)
  expect(await gateway.stop()).toMatchObject({ exit: 0 })
})
