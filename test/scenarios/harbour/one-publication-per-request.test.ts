import { setTimeout as pause } from 'node:timers/promises'
import { PUBLICATION_HEADER } from '@terrane/schema'
import { CALLS, ENGINES, type Harbour, openHarbour, writeSources } from './harbour.js'

/**
 * `edition` is in every row of every dataset the number of calls of that publication: a mixture shows. Who asks is signed
 * anew for each request: that holds for a minute, and a busy machine takes longer than that for one of these tests.
 */
describe.each(ENGINES)('on %s', (_, databaseUrl) => {
  let harbour: Harbour
  beforeAll(async () => {
    // Nobody else serves it here: what is beyond the last ones goes at once.
    harbour = await openHarbour({ databaseUrl: databaseUrl(), graceSeconds: 0 })
  })
  afterAll(() => harbour?.close())

  const publish = async (calls: number) => {
    await writeSources(harbour.sources, calls)
    const outcome = await harbour.product.run('loop')
    expect([outcome.state, outcome.problems]).toEqual(['PUBLISHED', []])
    return outcome.publication!
  }

  const EVERYTHING = `query ($r: [_Any!]!) {
  harbour {
    calls(first: 30, orderBy: [{callId: DESC}]) { totalCount nodes { edition ship { edition calls(first: 1) { nodes { edition } } } } }
    ships(first: 5) { nodes { edition } }
    call(callId: 1) { edition }
    callsAggregate(groupBy: [EDITION]) { group { edition } count }
    shipsAggregate { min { edition } max { edition } }
    late: ships(first: 5) { nodes { edition calls(first: 2) { totalCount nodes { edition } } } }
  }
  _entities(representations: $r) { ... on Ship { edition } ... on HarbourCall { edition } }
}`
  const representations = {
    r: [
      { __typename: 'Ship', shipId: 'S003' },
      { __typename: 'HarbourCall', callId: '5' },
    ],
  }

  function editionsIn(value: unknown, found = new Set<number>()): Set<number> {
    if (Array.isArray(value)) for (const item of value) editionsIn(item, found)
    else if (value !== null && typeof value === 'object') {
      for (const [key, member] of Object.entries(value)) {
        if (key === 'edition' && typeof member === 'number') found.add(member)
        else editionsIn(member, found)
      }
    }
    return found
  }

  test('while publications follow one another, no request sees two, no grant that was reported is lost', async () => {
    const sizes = new Map<number, number>([[1, CALLS]])
    let publishing = true
    const seen = new Set<number>()
    const mixtures: unknown[] = []
    let requests = 0

    const reader = async (withAsOf: boolean) => {
      let asOf: number | undefined
      while (publishing) {
        const query = asOf
          ? EVERYTHING.replaceAll('(first: 5)', `(first: 5, asOf: ${asOf})`).replace(
              '(callId: 1)',
              `(callId: 1, asOf: ${asOf})`,
            )
          : EVERYTHING
        const answer = await harbour.ask(query, await harbour.as('steward'), representations)
        expect(answer.errors).toBeUndefined()
        requests++
        const publication = answer.extensions!.terrane!.publications.harbour!
        seen.add(publication)
        const { ships, call, late, ...rest } = answer.data.harbour
        const { totalCount } = rest.calls
        const [group] = rest.callsAggregate
        const editions = editionsIn([rest, answer.data._entities])
        const expected = sizes.get(publication) ?? totalCount
        if ([...editions].join() !== String(expected) || totalCount !== expected || group.count !== expected) {
          mixtures.push({ publication, expected, editions: [...editions], totalCount, group })
        }
        const earlier = editionsIn({ ships, call, late })
        const expectedEarlier = asOf ? sizes.get(asOf) : expected
        if (earlier.size !== 1 || (expectedEarlier !== undefined && !earlier.has(expectedEarlier))) {
          mixtures.push({ asOf, expectedEarlier, earlier: [...earlier] })
        }
        // The publication of the last answer is still kept when it is asked for, though perhaps no longer in force.
        if (withAsOf) asOf = publication
        // Readers without a pause only keep the publications from getting on.
        await pause(100)
      }
    }

    /** Writes that go through while others are refused: the store's queue must not lose them. */
    const granted: string[] = []
    const writer = async () => {
      for (let at = 0; publishing; at++) {
        const put = async (body: object) =>
          harbour.product.fetch(
            new Request('http://harbour.test/data/ports/north/harbour/1/control/grants', {
              method: 'PUT',
              headers: { ...(await harbour.as('admin')), 'content-type': 'application/json' },
              body: JSON.stringify(body),
            }),
          )
        const [good, bad] = await Promise.all([
          put({ subject: `user:guest-${at}`, actions: ['read'], dataset: 'notices' }),
          put({ subject: `user:guest-${at}`, actions: ['read'], dataset: 'nowhere' }),
        ])
        expect(bad.status).toBe(422)
        expect(good.status).toBe(200)
        granted.push(((await good.json()) as { id: string }).id)
        await pause(100)
      }
    }

    const working = [reader(false), reader(true), reader(false), writer()]
    try {
      for (const calls of [620, 580, 611, 590]) sizes.set(await publish(calls), calls)
    } finally {
      publishing = false
    }
    await Promise.all(working)

    expect(mixtures).toEqual([])
    expect(requests).toBeGreaterThan(10)
    expect(seen.size).toBeGreaterThan(1)
    const admin = await harbour.as('admin')
    const stored = (await (await harbour.get('/data/ports/north/harbour/1/control/grants', admin)).json()) as {
      grants: { id: string }[]
    }
    const ids = new Set(stored.grants.map(grant => grant.id))
    expect(granted.filter(id => !ids.has(id))).toEqual([])
  })

  test('a request stays on the publication it names, its cursors on theirs, until that is gone', async () => {
    const current = await publish(640)
    const first = await harbour.ask(
      '{ harbour { calls(first: 2, orderBy: [{callId: ASC}]) { pageInfo { endCursor } } } }',
      await harbour.as('steward'),
    )
    const after = first.data.harbour.calls.pageInfo.endCursor
    const next = await publish(650)

    const pinned = await harbour.ask('{ harbour { callsAggregate { count } } }', {
      ...(await harbour.as('steward')),
      [PUBLICATION_HEADER]: String(current),
    })
    expect(pinned.data.harbour.callsAggregate).toEqual([{ count: 640 }])
    expect(pinned.extensions?.terrane?.publications).toEqual({ harbour: current })
    const query =
      'query ($after: String) { harbour { calls(first: 1, after: $after, orderBy: [{callId: ASC}]) { totalCount nodes { callId edition ship { edition } } } } }'
    const page = await harbour.ask(query, await harbour.as('steward'), { after })
    expect(page.data.harbour.calls).toEqual({
      totalCount: 640,
      nodes: [{ callId: '3', edition: 640, ship: { edition: 640 } }],
    })
    expect(page.extensions?.terrane?.publications).toEqual({ harbour: next })

    for (const calls of [651, 652, 653]) await publish(calls)
    const gone = await harbour.ask(query, await harbour.as('steward'), { after })
    expect(gone.data.harbour.calls).toBeNull()
    expect(gone.errors?.[0]?.extensions.code).toBe('PUBLICATION_GONE')
    const header = await harbour.ask('{ harbour { callsAggregate { count } product { name } } }', {
      ...(await harbour.as('steward')),
      [PUBLICATION_HEADER]: '1',
    })
    expect(header.errors?.[0]?.extensions.code).toBe('PUBLICATION_GONE')
    expect(header.data.harbour.product).toEqual({ name: 'harbour' })
  })

  test('a download that is under way is not disturbed by what publishes or by who leaves', async () => {
    const before = (await harbour.ask('{ harbour { callsAggregate { count } } }', await harbour.as('steward'))).data
      .harbour.callsAggregate[0].count
    const response = await harbour.get('/data/ports/north/harbour/1/calls/1.csv', await harbour.as('steward'))
    const leaver = await harbour.get('/data/ports/north/harbour/1/calls/1.csv', await harbour.as('steward'))
    await leaver.body!.cancel()
    for (const calls of [660, 661, 662, 663, 664]) await publish(calls)
    const lines = (await response.text()).trim().split('\n')
    expect(lines).toHaveLength(before + 1)
    expect(lines[1]).toContain(String(before))
  })
})
