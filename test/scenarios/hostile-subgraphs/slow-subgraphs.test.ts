import { eventually } from '../processes/processes.js'
import { answerJson, type Behaviour, HostileMesh } from './people.js'

const QUESTION = '{ motto books { id author { id name } } people { id } }'
const OWN = { motto: 'm', books: ['a', 'b', 'a'].map((id, at) => ({ id: String(at), author: { id, name: null } })) }
const never: Behaviour = () => undefined

let hostile: HostileMesh
afterEach(() => hostile?.close())

/** A byte after the other, so that no pause is long. */
const drop: Behaviour = response => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const dripping = setInterval(() => response.write(' '), 20)
  response.on('close', () => clearInterval(dripping))
}

test.each([
  ['never answers', never],
  ['sends a byte after the other', drop],
])('what %s costs its own fields, before the time of the operation is up', async (_, behaviour) => {
  hostile = await HostileMesh.open({ limits: { timeMilliseconds: 4_000 } })
  // Of the time that there is, planning took a part.
  await eventually(
    () => hostile.mesh.ask(QUESTION),
    ({ errors }) => errors === undefined,
  )
  hostile.behaviour = behaviour
  const { data, errors, status } = await hostile.mesh.ask(QUESTION)
  expect([status, data]).toEqual([200, { ...OWN, people: null }])
  expect(errors).toHaveLength(4)
  for (const { message, extensions } of errors!)
    expect([message, extensions.code]).toEqual([expect.stringContaining('people'), 'SUBGRAPH_UNREACHABLE'])
  // Neither a socket nor a question is left behind.
  await hostile.socketsFreed()
})

test.each([
  ['headersMilliseconds', never],
  ['bodyMilliseconds', response => response.write('{')],
] as [string, Behaviour][])('%s ends what is waited for, of that subgraph alone', async (setting, behaviour) => {
  hostile = await HostileMesh.open({ subgraphs: { byName: { people: { [setting]: 1_000 } } } })
  hostile.behaviour = behaviour
  const { data } = await hostile.mesh.ask('{ motto best { id } }')
  expect(data).toEqual({ motto: 'm', best: null })
  // It may still be at work: it is not asked for the same once more.
  expect(hostile.asked).toHaveLength(1)
})

test.each<[string, Behaviour]>([
  ['before the answer', never],
  ['in the middle of its body', response => response.write('{"data": {')],
])('when the client leaves %s, the socket to the subgraph is freed', async (_, behaviour) => {
  hostile = await HostileMesh.open()
  const leaving = new AbortController()
  const begun = new Promise<void>(resolve => {
    hostile.behaviour = (response, asked, well) => {
      behaviour(response, asked, well)
      resolve()
    }
  })
  const asking = fetch(`${hostile.mesh.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ best { id } }' }),
    signal: leaving.signal,
  })
  await begun
  expect(hostile.sockets.size).toBe(1)
  leaving.abort()
  await expect(asking).rejects.toThrow()
  await hostile.socketsFreed()
  expect(hostile.asked).toHaveLength(1)
})

test('one that fails again and again is left alone, which the log tells once, and tried again', async () => {
  hostile = await HostileMesh.open({ subgraphs: { retries: 0 } })
  hostile.behaviour = response => response.socket?.resetAndDestroy()
  const ask = () => hostile.mesh.ask('{ motto best { id } }')
  const answers: Awaited<ReturnType<typeof ask>>[] = []
  let asked = 0
  // For a second it is left alone and is tried then: a busy machine may come just when it is.
  while (answers.at(-1)?.errors?.[0]?.extensions.code !== 'SUBGRAPH_UNAVAILABLE') {
    asked = hostile.asked.length
    answers.push(await ask())
  }
  expect(answers.length).toBeGreaterThan(20)
  for (const { data } of answers) expect(data).toEqual({ motto: 'm', best: null })
  expect(answers.at(-1)!.errors).toEqual([
    {
      message: expect.stringContaining('"people" is not asked at present'),
      path: ['best'],
      extensions: {
        ...{ code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'people', serviceName: 'people' },
        retryAfter: expect.any(Number),
      },
    },
  ])
  expect(hostile.asked).toHaveLength(asked)
  hostile.behaviour = async (response, _, well) => answerJson(response, await well())
  let back = await ask()
  while (back.errors) back = await ask()
  expect(back.data).toEqual({ motto: 'm', best: { id: 'a' } })
  const states = hostile.mesh.log.filter(event => 'breaker' in event)
  expect(new Set(states.map(({ subgraph }) => subgraph))).toEqual(new Set(['people']))
  expect(states.map(({ breaker }) => breaker).join(', ')).toMatch(/^open, (half-open, open, )*half-open, closed$/)
})

test('clients that leave do not make it be left alone', async () => {
  hostile = await HostileMesh.open()
  for (let request = 0; request < 30; request++) {
    const leaving = new AbortController()
    hostile.behaviour = () => leaving.abort()
    const asking = fetch(`${hostile.mesh.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // None is given what another one still waits for.
      body: JSON.stringify({ query: `{ best${request}: best { id } }` }),
      signal: leaving.signal,
    })
    await expect(asking).rejects.toThrow()
  }
  await hostile.socketsFreed()
  hostile.behaviour = async (response, _, well) => answerJson(response, await well())
  expect((await hostile.mesh.ask('{ best { id } }')).data).toEqual({ best: { id: 'a' } })
  expect(hostile.mesh.log.filter(event => 'breaker' in event)).toEqual([])
})
