import { type Harbour, openHarbour } from './harbour.js'

/** Questions that nobody asks by mistake. */
let harbour: Harbour
let gbAgent: Record<string, string>
let clerk: Record<string, string>
beforeAll(async () => {
  harbour = await openHarbour()
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
    // The agent's third ship is the twelfth of the register.
    const cursor = await cursorOf('first: 3', gbAgent)
    const [, sealed] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toMatch(/\b12\b/)
    expect((await cursorOf('first: 1', gbAgent)).length).toBe(cursor.length)
    const next = await pageAfter(cursor, 'first: 1', gbAgent)
    expect(next.data.harbour.ships.nodes).toEqual([{ shipId: 'S016', name: 'Ship 16' }])
  })

  test('the same row has the same cursor every time', async () => {
    expect(await cursorOf('first: 3', gbAgent)).toBe(await cursorOf('first: 3', gbAgent))
  })

  test('cannot be made up, changed, or taken to another list, order or publication', async () => {
    const genuine = await cursorOf('first: 3, orderBy: [{ name: ASC }]', clerk)
    const bytes = Buffer.from(genuine, 'base64url')
    bytes[bytes.length - 5]! ^= 1
    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const made = [
      bytes.toString('base64url'),
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
    expect(codeOf(await pageAfter(genuine, 'first: 1, orderBy: [{ name: DESC }]', clerk))).toBe('BAD_USER_INPUT')
    const calls = await harbour.ask(
      'query ($after: String) { harbour { calls(after: $after, first: 1) { nodes { callId } } } }',
      clerk,
      { after: await cursorOf('first: 3', clerk) },
    )
    expect(codeOf(calls)).toBe('BAD_USER_INPUT')
  })
})
