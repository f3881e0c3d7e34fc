import { openDataProduct } from '@terrane/runtime'
import { loadOrCreateKeys } from '@terrane/schema'
import { client, folder, type Harbour, openHarbour } from './harbour.js'

/** One question must not stop a product, signed or not: what it may cost, what it reads and how long it takes have ends. */
let harbour: Harbour
let steward: Record<string, string>
beforeAll(async () => {
  harbour = await openHarbour()
})
// An identity holds for a minute, and a busy machine may take longer for all of these tests.
beforeEach(async () => {
  steward = await harbour.as('steward')
})
afterAll(() => harbour?.close())

const SHIPS_OF_SHIPS = `{ harbour { ships(first: 1000) { nodes { calls(first: 1000) { nodes { ship { calls(first: 1000) { nodes { ship { name } } } } } } } } } }`

/** The same product with other limits, on what it published before. */
async function limited<Result>(
  graphLimits: { cost?: number; timeMilliseconds?: number },
  act: (limited: Harbour, signed: Record<string, string>) => Promise<Result>,
): Promise<Result> {
  await harbour.product.close()
  const { jwks } = await loadOrCreateKeys(harbour.home)
  const options = { folder, home: harbour.home, trust: jwks, env: { HARBOUR_SOURCES: harbour.sources } }
  const { product } = await openDataProduct({ ...options, graphLimits })
  const other = client(product!, harbour.home, harbour.sources, harbour.signer, () => product!.close())
  try {
    return await act(other, await other.as('steward'))
  } finally {
    await product!.close()
    const again = (await openDataProduct(options)).product!
    harbour = client(again, harbour.home, harbour.sources, harbour.signer, () => again.close())
  }
}

test('who knows the product’s own address gets no further than through the gateway', async () => {
  const aliases = Array.from({ length: 90 }, (_, at) => `a${at}: notices(first: 1000) { nodes { noticeId text } }`)
  const questions: [string, Record<string, string>][] = [
    [`{ harbour { ${aliases.join(' ')} } }`, {}],
    [SHIPS_OF_SHIPS, steward],
  ]
  for (const [question, who] of questions) {
    const answer = await harbour.ask(question, who)
    expect(answer.errors).toHaveLength(1)
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'OPERATION_TOO_COSTLY', limit: 200_000 })
    expect(answer.data?.harbour).toBeUndefined()
    expect(answer.status).toBe(400)
  }
})

test('a page of 1000 rows with every field, asked twice, is answered compiled and not', async () => {
  const page =
    '{ harbour { calls(first: 1000) { nodes { callId shipId arrivedAt berth fee pilotName remark edition ship { name flag } } } } }'
  for (let time = 0; time < 3; time++) {
    const answer = await harbour.ask(page, steward)
    expect(answer.errors).toBeUndefined()
    expect(answer.data.harbour.calls.nodes).toHaveLength(600)
  }
})

test('lists whose size only the data knows end at what may be read, with one error', async () => {
  const groups = '{ harbour { callsAggregate(groupBy: [CALL_ID]) { group { callId } count } } }'
  expect((await harbour.ask(groups, steward)).data.harbour.callsAggregate).toHaveLength(600)
  await limited({ cost: 1000 }, async (small, signed) => {
    const answer = await small.ask(groups, signed)
    expect(answer.errors).toEqual([
      expect.objectContaining({ extensions: { code: 'OPERATION_TOO_COSTLY', limit: 1000 } }),
    ])
    expect(answer.data?.harbour).toBeUndefined()
  })
})

test('an operation ends when its time is up, and the next one is answered', async () => {
  await limited({ timeMilliseconds: 0 }, async (hasty, signed) => {
    const answer = await hasty.ask('{ harbour { ships { nodes { calls { totalCount } } } } }', signed)
    expect(answer.errors).toEqual([
      { message: 'The operation took longer than 0 ms.', extensions: { code: 'OPERATION_TIMEOUT' } },
    ])
    expect(answer.status).toBe(504)
    expect((await hasty.ask('{ __typename }', signed)).data).toEqual({ __typename: 'Query' })
  })
})

test('whose client has gone reads nothing more, and others are answered while a long one runs', async () => {
  const gone = new AbortController()
  const query = '{ harbour { ships(first: 40) { nodes { calls(first: 15) { totalCount nodes { callId } } } } } }'
  const long = harbour.product.execute({ query, headers: steward, signal: gone.signal })
  // Not a wait: the operation gives others their turn, and this is one.
  setImmediate(() => gone.abort())
  const answer = await long
  expect(answer.errors).toMatchObject([{ extensions: { code: 'OPERATION_ABORTED' } }])
  expect((await harbour.ask(query, steward)).errors).toBeUndefined()
})
