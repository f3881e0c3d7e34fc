import { createClient } from '@redis/client'
import { describeWith, REDIS_SERVER } from '../../servers.js'
import { eventually } from '../processes/processes.js'
import { type Door, Ledger, sharingIn } from './ledger.js'
import { RedisProxy } from './redis-proxy.js'

/**
 * A product is upgraded and serves the publication that it served before. What was answered by the one before outlives it in
 * Redis and in browsers, and is not given again: the new one may answer otherwise.
 */

const QUESTION = '{ ledger { entries { nodes { edition holder } } } }'

describeWith(REDIS_SERVER)('a product that is started anew, behind the same Redis', () => {
  let ledger: Ledger
  const redis = createClient({ url: REDIS_SERVER ?? '' })
  let redisProxy: RedisProxy

  beforeAll(async () => {
    await redis.connect()
    redisProxy = await RedisProxy.open(REDIS_SERVER!)
    ledger = await Ledger.open('over HTTP', sharingIn(redisProxy.url))
    await ledger.publish(1)
    await ledger.grant('anna', { masked: false })
  })
  afterAll(async () => {
    await ledger?.close()
    const left = [...redisProxy.names]
    if (left.length > 0) await redis.del(left)
    await redisProxy.cut()
    await redis.close()
  })

  const get = (query: string, door: Door | undefined, headers: Record<string, string> = {}) =>
    ledger.ask(
      'anna',
      query,
      { method: 'GET', headers: { 'apollo-require-preflight': 'yes', ...headers } },
      door?.gateway,
    )
  /** What stands in Redis of ours. */
  const written = async () => String(await Promise.all([...redisProxy.names].map(name => redis.get(name))))
  const hits = (door: Door) =>
    ledger.counted('terrane_gateway_cache_lookups_total{cache="shared",outcome="hit"}', door.gateway)

  /** What a gateway that starts now is given: whether it is from Redis, and the tag. */
  async function asked(headers: Record<string, string> = {}) {
    const door = await ledger.openDoor(sharingIn(redisProxy.url))
    await ledger.ready('anna', door)
    const before = await hits(door)
    const answer = await get(QUESTION, door, headers)
    const found = { shared: (await hits(door)) - before, status: answer.status, etag: answer.headers.get('etag') }
    await ledger.closeDoor(door)
    return found
  }

  test('as it was, what was answered before is given again; served otherwise, it is not', async () => {
    await ledger.ready('anna')
    const first = await get(QUESTION, undefined)
    const etag = first.headers.get('etag')!
    const old = await eventually(written, text => text !== '')

    await ledger.restart()
    expect(await asked()).toEqual({ shared: 1, status: 200, etag })

    await ledger.restart('1.0.1')
    const after = await asked({ 'if-none-match': etag })
    expect(after).toMatchObject({ shared: 0, status: 200, etag: expect.not.stringMatching(etag) })
    await eventually(written, text => text !== old)
    expect(await asked()).toEqual({ shared: 1, status: 200, etag: after.etag })
  })
})
