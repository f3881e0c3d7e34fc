import { eventually } from '../processes/processes.js'
import { type Door, Ledger, rowsOf } from './ledger.js'

/** Operations that differ need the same of a product: it is asked once, by who holds the same decision, for as long as nothing is published. */

const ENTRIES = 'ledger { entries { totalCount nodes { entryId region holder edition } } }'
const FIRST = `query First { ${ENTRIES} }`
/** What the mesh tells of is of now: this one is never given again as a whole. */
const WITH_MESH = `query WithMesh { ${ENTRIES} mesh { products { nodes { name } } } }`

interface Answer {
  data: { ledger: { entries: { nodes: { holder: string; edition: number }[] } }; mesh?: object }
  errors?: object[]
  extensions: { terrane: { publications: Record<string, number> } }
}

let ledger: Ledger
let door: Door
let edition = 0
beforeAll(async () => {
  ledger = await Ledger.open('in this process')
  door = ledger.doors[0]!
  await ledger.grant('anna', { masked: false })
  await ledger.grant('bob', { masked: true })
  await ledger.grant('cleo', { masked: false, region: 'south' })
  await ledger.grant('dora', { masked: false })
})
/** A publication that nobody has read yet, and that the gateway has heard of. */
beforeEach(async () => {
  await ledger.publish(++edition)
  await ledger.heard('anna')
  door.asked.length = 0
})
afterAll(() => ledger?.close())

const ask = async (caller: string, query: string): Promise<Answer> =>
  (await (await ledger.ask(caller, query)).json()) as Answer
const holders = ({ data }: Answer) => data.ledger.entries.nodes.map(({ holder }) => holder)

test('two that have a fetch in common ask once, whoever holds the same decision', async () => {
  const first = await ask('anna', FIRST)
  for (const who of ['anna', 'dora']) {
    const answer = await ask(who, WITH_MESH)
    expect(answer.errors).toBeUndefined()
    expect(answer.data.ledger).toEqual(first.data.ledger)
    expect(answer.data.mesh).toBeDefined()
    expect(answer.extensions).toEqual(first.extensions)
  }
  expect(door.asked).toHaveLength(1)
})

test('another decision asks for itself', async () => {
  await ask('anna', FIRST)
  expect(holders(await ask('bob', WITH_MESH))).toEqual(rowsOf(edition).map(({ holder }) => `${holder.slice(0, 3)}…`))
  const south = rowsOf(edition).filter(({ region }) => region === 'south')
  expect(holders(await ask('cleo', WITH_MESH))).toEqual(south.map(({ holder }) => holder))
  expect(door.asked).toHaveLength(3)
})

test('once something is published it is asked for again', async () => {
  await ask('anna', FIRST)
  await ledger.publish(++edition)
  await eventually(
    () => ask('anna', WITH_MESH),
    ({ data }) => data.ledger.entries.nodes[0]!.edition === edition,
  )
  expect(door.asked.length).toBeGreaterThan(1)
})

test('while the product is not heard it is asked every time', async () => {
  await ask('anna', FIRST)
  door.deaf = true
  ledger.interrupt(door)
  await eventually(
    async () => door.log.filter(({ message }) => message.includes('not heard of')),
    lines => lines.length > 0,
  )
  for (let again = 0; again < 2; again++) await ask('anna', WITH_MESH)
  expect(door.asked).toHaveLength(3)
  door.deaf = false
  await eventually(
    async () => door.news.size,
    size => size === 1,
  )
})

test('the product’s audit has both readings, each of who read', async () => {
  // Of the publication that only this test reads: of what others have read, something may be on its way.
  const readings = async (who: string) =>
    (await ledger.audited(who)).filter(({ publication }) => publication === ledger.newest).length
  await ask('anna', FIRST)
  await ask('dora', WITH_MESH)
  expect(door.asked).toHaveLength(1)
  const both = await eventually(
    () => Promise.all(['anna', 'dora'].map(readings)),
    counts => counts.every(count => count > 0),
  )
  expect(both).toEqual([1, 1])
  expect((await ledger.audited('dora'))[0]).toMatchObject({
    outcome: 'allowed',
    rows: 6,
    detail: 'given again by the gateway',
  })
})

test('what tells of now, changes data or fails is asked for every time', async () => {
  const now = (at: number) => `query Now${at} { ledger { product { freshness } } }`
  for (let at = 0; at < 2; at++) await ask('anna', now(at))
  expect(door.asked).toHaveLength(2)
  const gone = (at: number) => `query Gone${at} { ledger { entries(asOf: 4711) { totalCount } } }`
  for (let at = 0; at < 2; at++) expect((await ask('anna', gone(at))).errors).toHaveLength(1)
  expect(door.asked).toHaveLength(4)
  const run = 'mutation { ledger { run { id } } }'
  for (let at = 0; at < 2; at++) await ask('admin', run)
  const fetchHits = await ledger.counted('terrane_gateway_cache_lookups_total{cache="fetches",outcome="hit"}')
  await ask('anna', FIRST)
  expect(await ledger.counted('terrane_gateway_cache_lookups_total{cache="fetches",outcome="hit"}')).toBe(fetchHits)
})
