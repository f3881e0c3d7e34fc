import { type Harbour, openHarbour } from './harbour.js'

/** Questions that nobody asks by mistake. */
let harbour: Harbour
let gbAgent: Record<string, string>
let clerk: Record<string, string>
beforeAll(async () => {
  harbour = await openHarbour()
})
// An identity holds for a minute, and a busy machine may take longer for all of these tests.
beforeEach(async () => {
  gbAgent = await harbour.as('gb-agent')
  clerk = await harbour.as('clerk')
})
afterAll(() => harbour?.close())

const codeOf = (answer: Awaited<ReturnType<Harbour['ask']>>) => answer.errors?.[0]?.extensions.code

describe('cursors', () => {
  const cursorOf = async (arguments_: string, who: Record<string, string>) => {
    const answer = await harbour.ask(`{ harbour { ships(${arguments_}) { pageInfo { endCursor } } } }`, who)
    return answer.data.harbour.ships.pageInfo.endCursor as string
  }
  const pageAfter = (cursor: string, arguments_: string, who: Record<string, string>) =>
    harbour.ask(
      `query ($after: String) { harbour { ships(after: $after, ${arguments_}) { nodes { shipId name } } } }`,
      who,
      { after: cursor },
    )

  test('say nothing about how many rows the caller may not see', async () => {
    const cursor = await cursorOf('first: 3', gbAgent)
    // The agent's third ship is the twelfth of the register, and so on. What is sealed may hold one number by chance.
    const told: boolean[] = []
    for (const count of [3, 4, 5, 6]) {
      const [, sealed] = JSON.parse(Buffer.from(await cursorOf(`first: ${count}`, gbAgent), 'base64url').toString())
      told.push(new RegExp(`\\b${4 * count}\\b`).test(Buffer.from(sealed, 'base64url').toString('latin1')))
    }
    expect(told.filter(Boolean).length).toBeLessThan(2)
    expect((await cursorOf('first: 1', gbAgent)).length).toBe(cursor.length)
    const next = await pageAfter(cursor, 'first: 1', gbAgent)
    expect(next.data.harbour.ships.nodes).toEqual([{ shipId: 'S016', name: 'Ship 16' }])
  })

  test('the same row has the same cursor every time', async () => {
    expect(await cursorOf('first: 3', gbAgent)).toBe(await cursorOf('first: 3', gbAgent))
  })

  test('cannot be made up, changed, or taken to another list, order or publication', async () => {
    const genuine = await cursorOf('first: 3, orderBy: [{ name: ASC }]', clerk)
    const [publication, sealed, name] = JSON.parse(Buffer.from(genuine, 'base64url').toString())
    const changed = (text: string, at: number) => {
      const bytes = Buffer.from(text)
      bytes[at]! ^= 1
      return bytes.toString()
    }
    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const made = [
      ...[0, 20, sealed.length - 3].map(at => encoded([publication, changed(sealed, at), name])),
      encoded([publication, sealed, name, name]),
      encoded([publication, sealed, 1]),
      encoded([1, 'name ASC', ['Ship 3', 3]]),
      encoded([1, ['Ship 3', '9'.repeat(400)]]),
      encoded([1, '']),
      encoded([1, {}]),
      encoded({ 0: 1, 1: 'x', length: 2 }),
      encoded(null),
      'x',
      '',
    ]
    for (const cursor of made) {
      expect(codeOf(await pageAfter(cursor, 'first: 1, orderBy: [{ name: ASC }]', clerk))).toBe('BAD_USER_INPUT')
    }
    const ofAnother = encoded([publication, sealed, changed(name, 3)])
    expect(codeOf(await pageAfter(ofAnother, 'first: 1, orderBy: [{ name: ASC }]', clerk))).toBe('PUBLICATION_GONE')
    expect(codeOf(await pageAfter(genuine, 'first: 1, orderBy: [{ name: DESC }]', clerk))).toBe('BAD_USER_INPUT')
    const calls = await harbour.ask(
      'query ($after: String) { harbour { calls(after: $after, first: 1) { nodes { callId } } } }',
      clerk,
      { after: await cursorOf('first: 3', clerk) },
    )
    expect(codeOf(calls)).toBe('BAD_USER_INPUT')
  })
})

describe('conditions that are made to break something', () => {
  const countWhere = (where: object, field = 'ships(where: $where) { totalCount }') =>
    harbour.ask(`query ($where: HarbourShipsWhere) { harbour { ${field} } }`, clerk, { where })
  const AGGREGATE = 'shipsAggregate(where: $where) { count }'
  const nested = (levels: number): object => (levels === 0 ? { name: { eq: 'x' } } : { not: nested(levels - 1) })
  const wide = (conditions: number) => ({
    or: Array.from({ length: conditions }, (_, at) => ({ name: { eq: `${at}` } })),
  })
  const long = (values: number) => ({ name: { in: Array.from({ length: values }, (_, at) => `Ship ${at}`) } })

  test.each([
    ['21 levels', nested(21)],
    ['2000 levels', nested(2000)],
    ['1500 conditions', wide(1500)],
    ['40000 values', long(40_000)],
  ])('%s are refused with what is wrong, by lists and aggregates alike', async (_, where) => {
    for (const field of [undefined, AGGREGATE]) expect(codeOf(await countWhere(where, field))).toBe('BAD_USER_INPUT')
  })

  test('what people ask is answered', async () => {
    for (const [where, count] of [
      [nested(18), 0],
      [wide(200), 0],
      [long(4000), 40],
    ] as const) {
      expect((await countWhere(where)).data).toEqual({ harbour: { ships: { totalCount: count } } })
      expect((await countWhere(where, AGGREGATE)).data).toEqual({ harbour: { shipsAggregate: [{ count }] } })
    }
  })

  test('a row filter of 3000 levels is no grant', async () => {
    const response = await harbour.product.fetch(
      new Request('http://harbour.test/data/ports/north/harbour/1/control/grants', {
        method: 'PUT',
        headers: { 'content-type': 'application/json', ...(await harbour.as('admin')) },
        body: JSON.stringify({ subject: 'user:eve', actions: ['read'], dataset: 'ships', rowFilter: nested(3000) }),
      }),
    )
    expect([response.status, (await response.json()).accepted]).toEqual([422, false])
  })
})

describe('questions that are made to fill the memory', () => {
  const send = (body: ReadableStream | string) =>
    harbour.product.fetch(
      new Request('http://harbour.test/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        duplex: 'half',
      } as RequestInit),
    )

  test('a body without end is not read to its end', async () => {
    let sent = 0
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1
        controller.enqueue(Buffer.alloc(1024 * 1024, ' '))
      },
    })
    const response = await send(endless)
    expect(response.status).toBe(400)
    expect((await response.json()).errors[0].extensions.code).toBe('BAD_USER_INPUT')
    expect(sent).toBeLessThan(25)
  })

  test('a document without end is not parsed to its end', async () => {
    const response = await send(JSON.stringify({ query: `{${' __typename'.repeat(200_000)}}` }))
    expect((await response.json()).errors[0].extensions.code).toBe('GRAPHQL_PARSE_FAILED')
  })
})
