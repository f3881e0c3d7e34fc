import { createClient } from '@redis/client'
import { describeWith, REDIS_SERVER } from '../../servers.js'
import { eventually } from '../processes/processes.js'
import { type Door, Ledger, rowsOf, sharingIn } from './ledger.js'
import { RedisProxy } from './redis-proxy.js'

/**
 * Two gateways of one home share answers in a real Redis. What one has answered the other gives without asking the product,
 * under the conditions of its own memory: its own streams, its own decision. Redis itself is trusted with nothing.
 */

const QUESTION = '{ ledger { entries { totalCount nodes { entryId region holder edition } } } }'

interface Answer {
  status: number
  data?: { ledger: { entries: { nodes: { holder: string; edition: number }[] } | null } | null }
  errors?: { path: unknown; extensions: { code: string } }[]
}

describeWith(REDIS_SERVER)('two gateways and one Redis', () => {
  let ledger: Ledger
  let proxy: RedisProxy
  let one: Door
  let other: Door
  let edition = 0
  const redis = createClient({ url: REDIS_SERVER ?? '' })

  const namesHere = async () => {
    const names = [...proxy.names]
    const there = await Promise.all(names.map(name => redis.exists(name)))
    return names.filter((_, at) => there[at] === 1)
  }
  const forget = async () => {
    const names = await namesHere()
    if (names.length > 0) await redis.del(names)
  }

  beforeAll(async () => {
    await redis.connect()
    proxy = await RedisProxy.open(REDIS_SERVER!)
    ledger = await Ledger.open('in this process', { limits: { cacheBytes: 0 } })
    await ledger.publish(++edition)
    await ledger.grant('anna', { masked: false })
    await ledger.grant('bob', { masked: true })
    await ledger.grant('cleo', { masked: false, region: 'south' })
    await ledger.grant('dora', { masked: false })
  })
  /** Another gateway, once it reaches Redis and hears the product. */
  const ready = async () => {
    const door = await ledger.openDoor(sharingIn(proxy.url))
    await ledger.ready('anna', door)
    return door
  }
  beforeEach(async () => {
    one = await ready()
    other = await ready()
  })
  afterEach(async () => {
    await Promise.all([one, other].map(door => ledger.closeDoor(door)))
    await forget()
  })
  afterAll(async () => {
    await ledger?.close()
    await proxy?.cut()
    await redis.close()
  })

  const ask = async (door: Door, caller: string, query = QUESTION): Promise<Answer> => {
    const response = await ledger.ask(caller, query, {}, door.gateway)
    return { status: response.status, ...((await response.json()) as object) }
  }
  const fetches = ({ gateway }: Door) =>
    ledger.counted('terrane_gateway_fetches_total{subgraph="ledger",outcome="answered"}', gateway)
  const shared = (outcome: 'hit' | 'miss', { gateway }: Door) =>
    ledger.counted(`terrane_gateway_cache_lookups_total{cache="shared",outcome="${outcome}"}`, gateway)
  /** What one has answered has arrived in Redis. */
  const arrived = (count: number) => eventually(namesHere, names => names.length >= count)
  const holders = ({ data }: Answer) => data?.ledger?.entries?.nodes.map(({ holder }) => holder)
  const said = (door: Door, words: string) => door.log.filter(({ message }) => message.includes(words))

  test('what one has answered the other gives without asking, and from its own memory from then on', async () => {
    const asked = await ask(one, 'anna')
    await arrived(1)
    for (let again = 0; again < 3; again++) expect(await ask(other, 'anna')).toEqual(asked)
    expect([await fetches(one), await fetches(other)]).toEqual([1, 0])
    expect([await shared('hit', other), await shared('miss', other)]).toEqual([1, 0])
    // Whoever holds the same decision gives rise to no other answer.
    expect(await ask(other, 'dora')).toEqual(asked)
    expect(await fetches(other)).toBe(0)
  })

  test('nobody is given what was answered under another decision', async () => {
    await ask(one, 'anna')
    await arrived(1)
    expect(holders(await ask(other, 'bob'))).toEqual(rowsOf(edition).map(({ holder }) => `${holder.slice(0, 3)}…`))
    const south = rowsOf(edition).filter(({ region }) => region === 'south')
    expect(holders(await ask(other, 'cleo'))).toEqual(south.map(({ holder }) => holder))
    const refused = await ask(other, 'nobody')
    expect(refused.data?.ledger?.entries ?? null).toBeNull()
    expect(refused.errors).toMatchObject([{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }])
    expect(await shared('hit', other)).toBe(0)
  })

  test('the product’s audit has the reading, of who read it', async () => {
    await ask(one, 'anna')
    await arrived(1)
    const again = async () => (await ledger.audited('dora')).filter(({ detail }) => detail !== undefined)
    const had = (await again()).length
    await ask(other, 'dora')
    const now = await eventually(again, rows => rows.length > had)
    expect(now).toHaveLength(had + 1)
    expect(now[0]).toMatchObject({ outcome: 'allowed', rows: 6, detail: 'given again by the gateway' })
  })

  test('what was published since is asked for, also where the old answer lies there still', async () => {
    await ask(one, 'anna')
    await arrived(1)
    await ledger.publish(++edition)
    const newest = ({ data }: Answer) => data?.ledger?.entries?.nodes[0]?.edition
    await eventually(
      async () => newest(await ask(other, 'anna')),
      found => found === edition,
    )
    expect(await fetches(other)).toBeGreaterThan(0)
  })

  test('a gateway that does not hear the product is given nothing, though the other hears it', async () => {
    await ask(one, 'anna')
    await arrived(1)
    other.deaf = true
    ledger.interrupt(other)
    await eventually(
      async () => said(other, 'not heard of'),
      lines => lines.length > 0,
    )
    for (let again = 1; again < 3; again++) {
      await ask(other, 'anna')
      expect([await shared('hit', other), await fetches(other)]).toEqual([0, again])
    }
  })

  test('whoever writes there brings no answer under: moved, changed, malformed and huge values are misses', async () => {
    await ask(one, 'anna')
    const [annas] = await arrived(1)
    await ask(one, 'bob')
    const bobs = (await arrived(2)).find(name => name !== annas)!
    const written = { anna: (await redis.get(annas!))!, bob: (await redis.get(bobs))! }
    expect(written.anna).not.toMatch(/Holder|ledger/)
    const changed = (text: string) => `${text.slice(0, 80)}${text[80] === 'A' ? 'B' : 'A'}${text.slice(81)}`
    const forgeries = [
      { anna: written.bob, bob: written.anna },
      { anna: changed(written.anna), bob: changed(written.bob) },
      { anna: '{"data":{"ledger":null}}', bob: 'A'.repeat(2_000_000) },
    ]
    for (const { anna, bob } of forgeries) {
      await redis.set(annas!, anna)
      await redis.set(bobs, bob)
      expect(holders(await ask(other, 'anna'))?.[0]).toMatch(/^Holder 0 of/)
      expect(holders(await ask(other, 'bob'))?.[0]).toBe('Hol…')
      expect([await shared('hit', other), await shared('miss', other)]).toEqual([0, 2])
      expect(said(other, 'no gateway of this key')).toHaveLength(1)
      await ledger.closeDoor(other)
      other = await ready()
    }
  })

  test('a gateway of another key finds nothing, and what it puts there is nobody else’s', async () => {
    await ask(one, 'anna')
    await arrived(1)
    const stranger = await Ledger.open('in this process', sharingIn(proxy.url))
    await stranger.publish(edition)
    await stranger.grant('anna', { masked: false })
    await stranger.ready('anna')
    const answer = await stranger.ask('anna', QUESTION)
    expect(await answer.json()).toMatchObject({ data: { ledger: { entries: { totalCount: 6 } } } })
    expect(await stranger.counted('terrane_gateway_cache_lookups_total{cache="shared",outcome="hit"}')).toBe(0)
    await stranger.close()
  })

  test('while it is away, held up and back again every question is answered, and each change is told once', async () => {
    await ask(one, 'anna')
    await arrived(1)
    await proxy.cut()
    await eventually(
      async () => said(other, 'cannot be reached'),
      lines => lines.length > 0,
    )
    // A different text each: nothing is in memory.
    const query = (at: number) => `query Away${at} ${QUESTION}`
    for (let at = 0; at < 5; at++) expect((await ask(other, 'anna', query(at))).errors).toBeUndefined()
    expect(said(other, 'cannot be reached')).toHaveLength(1)
    await proxy.mend()
    await eventually(
      async () => said(other, 'The shared cache answers'),
      lines => lines.length === 2,
    )

    proxy.hold()
    for (let at = 5; at < 15; at++) expect((await ask(other, 'anna', query(at))).errors).toBeUndefined()
    expect(said(other, 'too slow')).toHaveLength(1)
    const failures = await ledger.counted('terrane_gateway_cache_failures_total{cache="shared"}', other.gateway)
    expect(failures).toBe(15)
    proxy.release()
    await eventually(
      async () => said(other, 'The shared cache answers'),
      lines => lines.length === 3,
    )
    expect(await ask(other, 'anna')).toMatchObject({ data: { ledger: { entries: { totalCount: 6 } } } })
    expect(await shared('hit', other)).toBe(1)
  })

  test('what changes without a publication, and what changes data, never goes there', async () => {
    const freshness = '{ ledger { product { freshness } } }'
    const run = 'mutation { ledger { run { id } } }'
    for (const query of [freshness, freshness, run, run]) await ask(one, 'anna', query)
    await ask(one, 'anna')
    await arrived(1)
    expect(await namesHere()).toHaveLength(1)
  })
})
