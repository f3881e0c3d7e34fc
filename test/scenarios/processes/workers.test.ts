import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { graphql, parse } from 'graphql'
import { ask, childrenOf, endAll, eventually, freePort, type Running, terrane } from './processes.js'

/** `terrane gateway --workers`: processes behind one port, of which one may die, be replaced, or be drained. */

let folder: string
let supergraph: string
const servers: Server[] = []
/** What holds the subgraph's answers back. */
let gate: Promise<void> = Promise.resolve()
let held = 0

async function subgraph(field: string): Promise<string> {
  const typeDefs = parse(`type Query { ${field}: String }`)
  const schema = buildSubgraphSchema({ typeDefs, resolvers: { Query: { [field]: () => field } } as never })
  const server = createServer(async (incoming, outgoing) => {
    let body = ''
    for await (const piece of incoming) body += piece
    held++
    await gate
    held--
    outgoing.setHeader('content-type', 'application/json')
    outgoing.end(JSON.stringify(await graphql({ schema, source: (JSON.parse(body) as { query: string }).query })))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return composeServices([{ name: field, url, typeDefs }]).supergraphSdl!
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-workers-'))
  supergraph = path.join(folder, 'supergraph.graphql')
})
beforeEach(async () => {
  gate = Promise.resolve()
  writeFileSync(supergraph, await subgraph('first'))
})
afterEach(endAll)
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  rmSync(folder, { recursive: true, force: true })
})

async function open({
  count = 2,
  env = {},
}: {
  /** Nothing said: `null`. */
  count?: number | null
  env?: Record<string, string>
} = {}): Promise<{ gateway: Running; url: string }> {
  const workers = count === null ? [] : ['--workers', String(count)]
  const gateway = terrane(['gateway', '--supergraph', supergraph, '--port', '0', ...workers], {
    TERRANE_HOME: path.join(folder, 'home'),
    ...env,
  })
  return { gateway, url: await gateway.url() }
}

interface Told {
  status?: number
  data?: unknown
}

/** Over a connection of its own, or one of the agent's; nothing of an answer where the connection broke. */
function post(url: string, query: string, agent?: Agent): Promise<Told> {
  return new Promise(resolve => {
    const sent = request(
      `${url}/graphql`,
      { method: 'POST', headers: { 'content-type': 'application/json' }, agent: agent ?? new Agent() },
      async answer => {
        try {
          let body = ''
          for await (const piece of answer) body += piece
          resolve({ status: answer.statusCode!, data: (JSON.parse(body) as { data: unknown }).data })
        } catch {
          resolve({})
        }
      },
    )
    sent.on('error', () => resolve({}))
    sent.end(JSON.stringify({ query }))
  })
}

const ANSWERED = { status: 200, data: { first: 'first' } }

test('a killed worker costs its own connections at most, and another takes its place', async () => {
  const { gateway, url } = await open()
  const [victim] = childrenOf(gateway)
  expect(childrenOf(gateway)).toHaveLength(2)
  let release = () => {}
  gate = new Promise(resolve => {
    release = resolve
  })
  const before = held
  const asked = Array.from({ length: 20 }, () => post(url, '{ first }'))
  await eventually(
    async () => held - before,
    count => count > 0,
  )
  process.kill(victim!, 'SIGKILL')
  release()
  const answers = await Promise.all(asked)
  expect(answers.filter(({ status }) => status !== undefined).length).toBeGreaterThan(0)
  for (const answer of answers) if (answer.status !== undefined) expect(answer).toEqual(ANSWERED)

  const replaced = await eventually(
    async () => childrenOf(gateway),
    pids => pids.length === 2 && !pids.includes(victim!),
  )
  expect(replaced).toHaveLength(2)
  await eventually(
    () => Promise.all(Array.from({ length: 10 }, () => ask(url, '{ first }'))),
    all => all.every(({ status }) => status === 200),
  )
  expect(gateway.said()).toContain('A worker process ended and is replaced')
})

test('a termination loses no request under way, and takes no new connection', async () => {
  const { gateway, url } = await open()
  let release = () => {}
  gate = new Promise(resolve => {
    release = resolve
  })
  const before = held
  const asked = Array.from({ length: 10 }, (_, index) => post(url, `{ first x${index}: first }`))
  await eventually(
    async () => held - before,
    count => count >= asked.length,
  )
  const ended = gateway.stop('SIGTERM')
  const refused = eventually(
    () => post(url, '{ __typename }'),
    ({ status }) => status === undefined,
  )
  // Well within the grace that a worker has for what is under way, however long it takes until nobody is let in.
  await Promise.race([refused, new Promise(resolve => setTimeout(resolve, 2000))])
  release()
  await refused
  for (const answer of await Promise.all(asked)) expect(answer).toMatchObject(ANSWERED)
  expect(await ended).toMatchObject({ exit: 0 })
})

test.each([1, 2])('another supergraph is taken by %d anew while the old finish, and no request fails', async count => {
  const { gateway, url } = await open({ count })
  const old = childrenOf(gateway)
  writeFileSync(supergraph, await subgraph('second'))
  let asking = true
  const answers: Told[] = []
  const clients = Array.from({ length: 2 }, async () => {
    while (asking) {
      answers.push(await post(url, '{ __typename }'))
      // Clients without a pause only keep the workers from getting on.
      await pause(50)
    }
  })
  gateway.child.kill('SIGHUP')
  await eventually(
    async () => childrenOf(gateway),
    pids => pids.length === count && !pids.some(pid => old.includes(pid)),
  ).finally(() => {
    asking = false
  })
  await Promise.all(clients)
  expect(answers.length).toBeGreaterThan(4)
  for (const answer of answers) expect(answer).toEqual({ status: 200, data: { __typename: 'Query' } })
  for (let times = 0; times < 6; times++)
    expect(await post(url, '{ second }')).toEqual({ status: 200, data: { second: 'second' } })
})

/** So many questions; of a worker that had no time to tell what it counts, what it told last is told. */
const counted = (metrics: string, questions: number) =>
  eventually(
    async () => (await fetch(metrics, { headers: { connection: 'close' } })).text(),
    text => text.includes(`terrane_gateway_operations_total{type="query",outcome="answered"} ${questions}\n`),
  )

test('metrics are those of all workers, whichever is asked', async () => {
  const { url } = await open()
  for (let times = 0; times < 6; times++) await ask(url, '{ first }')
  for (let times = 0; times < 3; times++) await counted(`${url}/metrics`, 6)
})

test('an address of its own for metrics is that of all workers as well', async () => {
  const port = await freePort()
  const { gateway, url } = await open({ env: { TERRANE_METRICS: String(port) } })
  for (let times = 0; times < 4; times++) await ask(url, '{ first }')
  await counted(`http://127.0.0.1:${port}/metrics`, 4)
  expect((await fetch(`${url}/metrics`)).status).toBe(404)
  expect((await gateway.stop()).exit).toBe(0)
})

test('where nothing is said one worker serves, with 0 the process itself', async () => {
  const [renewable, alone] = await Promise.all([open({ count: null }), open({ count: 0 })])
  expect([childrenOf(renewable.gateway).length, childrenOf(alone.gateway).length]).toEqual([1, 0])
  for (const { url } of [renewable, alone]) expect(await post(url, '{ first }')).toEqual(ANSWERED)
})

test('where the only worker is killed another takes its place', async () => {
  const { gateway, url } = await open({ count: 1 })
  const [victim] = childrenOf(gateway)
  process.kill(victim!, 'SIGKILL')
  await eventually(
    async () => childrenOf(gateway),
    pids => pids.length === 1 && !pids.includes(victim!),
  )
  await eventually(
    () => post(url, '{ first }'),
    ({ status }) => status === 200,
  )
  expect((await gateway.stop()).exit).toBe(0)
})

test('what needs one process is refused with several', async () => {
  const { exit, err } = await terrane(['gateway', '--demo', '--workers', '2', '--port', '0'], {
    TERRANE_HOME: path.join(folder, 'home'),
  }).end
  expect(exit).toBe(2)
  expect(err).toContain('--workers 1')
})

test('a supergraph that none of them can read is told once, and nothing is left running', async () => {
  writeFileSync(supergraph, 'type Query { a: Int }')
  const { exit, err } = await terrane(['gateway', '--supergraph', supergraph, '--port', '0', '--workers', '2'], {
    TERRANE_HOME: path.join(folder, 'home'),
  }).end
  expect(exit).toBe(2)
  expect(err).not.toMatch(/^ +at .*\.js:\d+/m)
})
