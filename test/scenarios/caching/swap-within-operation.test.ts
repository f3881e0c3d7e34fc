import { PUBLICATION_ID_HEADER } from '@terrane/schema'
import { SmallProduct } from '../gateway/small-product.js'
import { type Door, Ledger } from './ledger.js'

/**
 * A product that begins again with an empty home takes the place of the one before between two fetches of one operation,
 * both at the same number. The operation reads one of them, whole.
 */

const [BEFORE, AFTER] = [1, 2]
/** The ledger, what is beside each entry, and the ledger again. */
const QUERY = '{ ledger { entries(first: 2) { nodes { entryId edition beside { edition } } } } }'

interface Answer {
  data: { ledger: { entries: { nodes: { edition: number; beside: { edition: number } }[] } } }
  errors?: { message: string; extensions: object }[]
  extensions: { terrane: { publications: Record<string, number> } }
}

let ledger: Ledger
let door: Door
/** It knows nothing of the names of publications, as products did before there were any. */
let neighbours: SmallProduct
const url = { before: '', after: '' }

beforeAll(async () => {
  ledger = await Ledger.open('over HTTP')
  url.before = ledger.proxy!.target
  await ledger.publish(BEFORE)
  await ledger.grant('anna', { masked: false })
  url.after = await ledger.beginAgain()
  await ledger.publish(AFTER)
  ledger.proxy!.target = url.after
  await ledger.grant('anna', { masked: false })
  neighbours = new SmallProduct(
    {
      name: 'neighbours',
      domain: 'ledgers',
      visibility: 'public',
      coordinates: ['Query.neighbours', 'Neighbours'],
      sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
        type Query { neighbours: Neighbours }
        type Neighbours { count: Int }
        type LedgerEntry @key(fields: "entryId") { entryId: ID!  beside: LedgerEntry }`,
      resolvers: {
        Query: { neighbours: () => ({ count: 1 }) },
        LedgerEntry: {
          __resolveReference: async (entry: object) => entry,
          beside: ({ entryId }: { entryId: string }) => ({ entryId }),
        },
      },
      datasets: [],
      grants: [],
    },
    await ledger.trust(),
  )
  door = await ledger.openDoor({ products: [neighbours.endpoint] })
})
afterAll(() => ledger?.close())

const ask = async () => (await (await ledger.ask('anna', QUERY, {}, door.gateway)).json()) as Answer
const editions = ({ data }: Answer) => data.ledger.entries.nodes.map(({ edition, beside }) => [edition, beside.edition])

/** The other one stands there as soon as the ledger has answered for the first time. */
function swapOnce(): void {
  Object.assign(ledger.proxy!, { target: url.before })
  neighbours.beforeAnswer = async () => {
    ledger.proxy!.target = url.after
    neighbours.beforeAnswer = undefined
  }
}

test.each([
  ['a product that is asked by name', []],
  ['a product that knows of numbers only and tells what it read', [PUBLICATION_ID_HEADER]],
])('of %s the operation begins anew', async (_, unknown) => {
  for (const name of unknown) ledger.proxy!.unknown.add(name)
  swapOnce()
  const answer = await ask()
  ledger.proxy!.unknown.clear()
  expect(answer.errors).toBeUndefined()
  expect(editions(answer)).toEqual([
    [AFTER, AFTER],
    [AFTER, AFTER],
  ])
  expect(answer.extensions.terrane.publications).toEqual({ ledger: 1, neighbours: 1 })
})

test('where it goes every time, the answer says so and is of one of them', async () => {
  let turns = 0
  neighbours.beforeAnswer = async () => {
    ledger.proxy!.target = ++turns % 2 === 1 ? url.before : url.after
  }
  const answer = await ask()
  neighbours.beforeAnswer = undefined
  ledger.proxy!.target = url.after
  expect(turns).toBe(3)
  expect(answer.errors?.map(({ extensions }) => extensions)).toContainEqual(
    expect.objectContaining({ code: 'PUBLICATION_GONE', publication: 1 }),
  )
  expect(answer.data.ledger.entries.nodes.map(({ beside }) => beside?.edition ?? null)).toEqual([null, null])
})
