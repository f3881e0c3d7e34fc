import { type Harbour, openHarbour } from './harbour.js'

/**
 * A product whose home was lost begins again, and counts its publications from 1: the same number is another publication
 * then. Cursors from before are none of it.
 */
let lost: Harbour
let anew: Harbour
beforeAll(async () => {
  lost = await openHarbour()
  anew = await openHarbour()
})
afterAll(async () => {
  await lost?.close()
  await anew?.close()
})

const list = (of: Harbour, first: number, what: string, after?: string) => async () =>
  of.ask(
    `query ($after: String) { harbour { ships(first: ${first}, after: $after) { ${what} } } }`,
    await of.as('clerk'),
    after === undefined ? {} : { after },
  )
const cursorOf = async (of: Harbour) => {
  const { data, extensions } = await list(of, 3, 'pageInfo { endCursor }')()
  expect(extensions?.terrane?.publications).toEqual({ harbour: 1 })
  return data.harbour.ships.pageInfo.endCursor as string
}
const QUESTIONS = ['nodes { shipId }', 'totalCount', 'nodes { shipId } totalCount']

test('a cursor of the publication of the same number in another home has gone, whatever is asked', async () => {
  const cursor = await cursorOf(lost)
  for (const what of QUESTIONS) {
    const { data, errors } = await list(anew, 3, what, cursor)()
    expect(data?.harbour.ships?.nodes ?? null).toBeNull()
    expect(data?.harbour.ships?.totalCount ?? null).toBeNull()
    expect(errors![0]!.message).toContain('begin at the first page')
    // Without a number: it is not the publication in force that has gone.
    for (const { extensions } of errors!) expect(extensions).toEqual({ code: 'PUBLICATION_GONE' })
  }
})

test('in its own home it goes on, and so does one that names its publication by number only', async () => {
  const cursor = await cursorOf(anew)
  const [number, sealed] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  const byNumber = (parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url')
  for (const one of [cursor, byNumber([number, sealed])]) {
    const { data, errors } = await list(anew, 1, 'nodes { shipId } totalCount', one)()
    expect([data?.harbour.ships, errors]).toEqual([{ nodes: [{ shipId: 'S004' }], totalCount: 40 }, undefined])
  }
})

test('one by number only is no cursor of another home', async () => {
  const [number, sealed] = JSON.parse(Buffer.from(await cursorOf(lost), 'base64url').toString())
  const cursor = Buffer.from(JSON.stringify([number, sealed])).toString('base64url')
  for (const what of QUESTIONS) {
    const { data, errors } = await list(anew, 3, what, cursor)()
    expect(data?.harbour.ships?.totalCount ?? null).toBeNull()
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  }
})
