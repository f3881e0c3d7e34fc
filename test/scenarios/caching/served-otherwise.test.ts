import { createClient } from '@redis/client'
import { describeWith, REDIS_SERVER } from '../../servers.js'
import { eventually } from '../processes/processes.js'
import { type Door, Ledger } from './ledger.js'

/**
 * A product is upgraded and serves the publication that it served before. What was answered by the one before outlives it in
 * Redis and in browsers, and is not given again: the new one may answer otherwise.
 */

const QUESTION = '{ ledger { entries { nodes { edition holder } } } }'
const NAMES = 'terrane:answers:*'

describeWith(REDIS_SERVER)('a product that is started anew, behind the same Redis', () => {
  let ledger: Ledger
  const redis = createClient({ url: REDIS_SERVER ?? '' })
  const others = new Set<string>()
  const names = async () => (await redis.keys(NAMES)).filter(name => !others.has(name))

  beforeAll(async () => {
    await redis.connect()
    for (const name of await redis.keys(NAMES)) others.add(name)
    ledger = await Ledger.open('over HTTP', { cacheUrl: REDIS_SERVER! })
    await ledger.publish(1)
    await ledger.grant('anna', { masked: false })
  })
  afterAll(async () => {
    const left = await names()
    if (left.length > 0) await redis.del(left)
    await redis.close()
    await ledger?.close()
  })

  const get = (query: string, door: Door | undefined, headers: Record<string, string> = {}) =>
    ledger.ask(
      'anna',
      query,
      { method: 'GET', headers: { 'apollo-require-preflight': 'yes', ...headers } },
      door?.gateway,
    )
  /** It knows the grant, hears the product and reaches Redis: what is not in memory is tagged once it can be given again. */
  async function settled(door?: Door) {
    let times = 0
    await eventually(
      async () => {
        const answer = await get(`query Settled${times++} ${QUESTION}`, door)
        return answer.headers.has('etag') && !('errors' in ((await answer.json()) as object))
      },
      kept => kept,
    )
  }
  const hits = (door: Door) =>
    ledger.counted('terrane_gateway_cache_lookups_total{cache="shared",outcome="hit"}', door.gateway)

  /** What a gateway that starts now is given: whether it is from Redis, and the tag. */
  async function asked(headers: Record<string, string> = {}) {
    const door = await ledger.openDoor({ cacheUrl: REDIS_SERVER! })
    await eventually(
      async () => door.log.some(({ message }) => message === 'The shared cache answers'),
      answers => answers,
    )
    await settled(door)
    const before = await hits(door)
    const answer = await get(QUESTION, door, headers)
    const found = { shared: (await hits(door)) - before, status: answer.status, etag: answer.headers.get('etag') }
    await ledger.closeDoor(door)
    return found
  }

  test('as it was, what was answered before is given again; served otherwise, it is not', async () => {
    await settled()
    const first = await get(QUESTION, undefined)
    const etag = first.headers.get('etag')!
    await eventually(names, found => found.length > 1)

    await ledger.restart()
    expect(await asked()).toEqual({ shared: 1, status: 200, etag })

    await ledger.restart('1.0.1')
    const after = await asked({ 'if-none-match': etag })
    expect(after).toMatchObject({ shared: 0, status: 200, etag: expect.not.stringMatching(etag) })
    expect(await asked()).toEqual({ shared: 1, status: 200, etag: after.etag })
  })
})
