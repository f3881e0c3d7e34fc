import { createClient } from '@redis/client'
import { describeWith, REDIS_SERVER } from '../../servers.js'
import { eventually } from '../processes/processes.js'
import { type Door, Ledger, sharingIn } from './ledger.js'
import { RedisProxy } from './redis-proxy.js'

/**
 * A product begins again with an empty home and comes to the same number of publications with other data. What was kept of
 * the one before, in memory, in Redis and at clients, is of another publication.
 */

/** Of one publication in one fetch; those of different fields have none in common. */
const asking = (fields: string) => `{ ledger { entries { nodes { edition ${fields} } } } }`
const NODES = asking('')
const [BEFORE, AFTER] = [1, 2]

async function editionIn(answer: Response): Promise<number | undefined> {
  const { data } = (await answer.json()) as {
    data?: { ledger: { entries: { nodes: { edition: number }[] } | null } | null }
  }
  return data?.ledger?.entries?.nodes[0]?.edition
}

describeWith(REDIS_SERVER)('a product that begins again, behind the same gateway and Redis', () => {
  let ledger: Ledger
  const redis = createClient({ url: REDIS_SERVER ?? '' })
  let redisProxy: RedisProxy
  const url = { before: '', after: '' }

  beforeAll(async () => {
    await redis.connect()
    redisProxy = await RedisProxy.open(REDIS_SERVER!)
    ledger = await Ledger.open('over HTTP', sharingIn(redisProxy.url))
    url.before = ledger.proxy!.target
    await ledger.publish(BEFORE)
    await ledger.grant('anna', { masked: false })
    await ledger.ready('anna')
    await settled(BEFORE)
  })
  afterAll(async () => {
    await ledger?.close()
    const left = [...redisProxy.names]
    if (left.length > 0) await redis.del(left)
    await redisProxy.cut()
    await redis.close()
  })

  const get = (query: string, headers: Record<string, string> = {}, door?: Door) =>
    ledger.ask(
      'anna',
      query,
      { method: 'GET', headers: { 'apollo-require-preflight': 'yes', ...headers } },
      door?.gateway,
    )
  const edition = async (query: string, door?: Door) => {
    return editionIn(await get(query, {}, door))
  }
  /** Grants are known and news is heard: what is asked for now is kept. */
  const settled = (wanted: number) =>
    eventually(
      async () => [
        await edition(asking('settled: edition')),
        (await get(asking('settled: edition'))).headers.has('etag'),
      ],
      ([found, tagged]) => found === wanted && tagged === true,
    )

  test('neither memory nor Redis nor a tag has anything of the one before', async () => {
    await edition(NODES)
    const first = await get(NODES)
    const etag = first.headers.get('etag')!
    expect(await first.json()).toMatchObject({ extensions: { terrane: { publications: { ledger: 1 } } } })
    await eventually(
      () => redis.exists([...redisProxy.names]),
      found => found > 1,
    )
    const shared = await ledger.openDoor(sharingIn(redisProxy.url))
    await ledger.ready('anna', shared)
    await edition(NODES, shared)
    const hits = 'terrane_gateway_cache_lookups_total{cache="shared",outcome="hit"}'
    expect(await ledger.counted(hits, shared.gateway)).toBe(1)
    await ledger.closeDoor(shared)

    url.after = await ledger.beginAgain()
    await ledger.publish(AFTER)
    ledger.proxy!.target = url.after
    ledger.interrupt()
    await ledger.grant('anna', { masked: false })
    await settled(AFTER)
    expect(ledger.editions.get(1)).toBe(AFTER)

    const fresh = await ledger.openDoor(sharingIn(redisProxy.url))
    await ledger.ready('anna', fresh)
    for (const door of [ledger.doors[0]!, fresh]) expect(await edition(NODES, door)).toBe(AFTER)
    const again = await get(NODES, { 'if-none-match': etag })
    expect(again.status).toBe(200)
    expect(again.headers.get('etag')).not.toBe(etag)
    await ledger.closeDoor(fresh)
  })

  test('what the one before still answers is not kept as if it were of the one that is heard', async () => {
    const question = asking('holder')
    const { proxy } = ledger
    Object.assign(proxy!, { target: url.before, newsTarget: url.after })
    const first = await get(question)
    expect([await editionIn(first), await edition(question)]).toEqual([BEFORE, BEFORE])
    proxy!.target = url.after
    const second = await get(question)
    expect(await editionIn(second)).toBe(AFTER)
    expect(second.headers.get('etag')).not.toBe(first.headers.get('etag'))
  })

  test('once the one that is not heard has answered, nothing of the other is given again', async () => {
    const question = asking('region')
    const { proxy } = ledger
    await edition(question)
    expect((await get(question)).headers.has('etag')).toBe(true)
    proxy!.target = url.before
    expect(await edition(asking('entryId'))).toBe(BEFORE)
    expect(await edition(question)).toBe(BEFORE)
  })
})
