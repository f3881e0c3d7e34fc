import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import type { PlanQuestion } from './planner.js'
import { PlanningThread } from './planning-thread.js'
import { SupergraphPlanner } from './supergraph-planner.js'

/** Many subgraphs that all have the same fields: every level of a question multiplies the ways there are. */
function supergraphOf(subgraphs: number): string {
  const same = 'next: T @shareable a: Int @shareable b: Int @shareable c: Int @shareable d: Int @shareable'
  const composed = composeServices(
    Array.from({ length: subgraphs }, (_, index) => ({
      name: `s${index}`,
      url: 'http://subgraph.invalid',
      typeDefs: parse(`
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
        type Query { ${index === 0 ? 't: T' : `ofS${index}: Int`} }
        type T @key(fields: "id") { id: ID! ${index === 0 ? '' : same} own${index}: Int }`),
    })),
  )
  return composed.supergraphSdl!
}

function deep(levels: number, subgraphs: number): PlanQuestion {
  let selection = 'id a b c d'
  for (let level = 0; level < levels; level++) selection = `a own${1 + (level % (subgraphs - 1))} next { ${selection} }`
  return { document: `{ t { ${selection} } }`, overrides: new Map() }
}

const SUBGRAPHS = 8
const sdl = supergraphOf(SUBGRAPHS)
const easy: PlanQuestion = { document: '{ t { id own3 } }', overrides: new Map() }
/** Minutes of planning. */
const endless = deep(8, SUBGRAPHS)

const opened: PlanningThread[] = []
function open(options: { planMilliseconds?: number; memoryMegabytes?: number } = {}) {
  const logged: string[] = []
  const planner = new PlanningThread({ sdl, validate: true, log: ({ message }) => logged.push(message), ...options })
  opened.push(planner)
  return { planner, logged }
}
afterAll(() => {
  for (const planner of opened) planner.retire()
})

test('a thread plans as it would be planned here, the same question once', async () => {
  const here = new SupergraphPlanner({ sdl, validate: true })
  const { planner } = open()
  expect(await planner.load()).toBe(here.apiSdl)
  const [one, other, different] = await Promise.all([
    planner.plan(easy),
    planner.plan({ ...easy, overrides: new Map() }),
    planner.plan({ ...easy, document: '{ ofS1 }' }),
  ])
  expect(one).toEqual(JSON.parse(JSON.stringify(here.plan(easy))))
  expect(other).toBe(one)
  expect(different).not.toEqual(one)
})

test('what cannot be planned costs itself', async () => {
  const { planner } = open()
  const [failed, planned] = await Promise.allSettled([
    planner.plan({ ...easy, document: '{ nobodyHasIt }' }),
    planner.plan(easy),
  ])
  expect(failed).toMatchObject({ reason: { message: expect.stringContaining('nobodyHasIt') } })
  expect(planned.status).toBe('fulfilled')
})

test('an endless question is given up, others are answered after it, and asking again costs nothing', async () => {
  // The easy one has as long, in a thread that has planned nothing before.
  const { planner, logged } = open({ planMilliseconds: 4_000 })
  await planner.ready()
  const [given, planned] = await Promise.allSettled([planner.plan(endless), planner.plan(easy)])
  const refusal = {
    message: expect.stringContaining('too long'),
    // What its client asks is too much: no fault of the gateway.
    extensions: { code: 'OPERATION_UNPLANNABLE', http: { status: 400 } },
  }
  expect(given).toMatchObject({ status: 'rejected', reason: refusal })
  expect(planned.status).toBe('fulfilled')
  expect(logged).toEqual(['An operation was given up by the planner'])
  await expect(planner.plan(endless)).rejects.toMatchObject(refusal)
  expect(logged).toHaveLength(1)
})

test('a question over which the thread runs out of memory twice is refused, and the next one is planned', async () => {
  const { planner, logged } = open({ memoryMegabytes: 48, planMilliseconds: 600_000 })
  const [given, planned] = await Promise.allSettled([planner.plan(endless), planner.plan(easy)])
  expect(given).toMatchObject({ status: 'rejected', reason: { extensions: { code: 'OPERATION_UNPLANNABLE' } } })
  expect(planned.status).toBe('fulfilled')
  expect(logged.filter(message => message.includes('memory'))).toHaveLength(2)
}, 300_000)

test('a question that nobody waits for any more is not planned', async () => {
  const { planner } = open({ planMilliseconds: 500 })
  await planner.ready()
  const leaving = new AbortController()
  const long = planner.plan(endless)
  const left = planner.plan(deep(7, SUBGRAPHS), leaving.signal)
  leaving.abort()
  const [, given] = await Promise.allSettled([long, left])
  // Planned, it would have been given up for its time.
  expect(given).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('Nobody waits') } })
})

test('a replaced supergraph still plans what is asked, and a text that is none is refused', async () => {
  const { planner } = open()
  const asked = planner.plan(easy)
  planner.retire()
  await expect(asked).resolves.toMatchObject({ kind: 'QueryPlan' })
  await expect(planner.plan({ ...easy, document: '{ ofS2 }' })).resolves.toMatchObject({ kind: 'QueryPlan' })
  const none = new PlanningThread({ sdl: 'type Query { a: Int }', validate: true, log: () => undefined })
  await expect(none.load()).rejects.toThrow('Invalid supergraph')
  none.retire()
})
