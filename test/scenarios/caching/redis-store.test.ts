import { randomBytes } from 'node:crypto'
import { createClient } from '@redis/client'
import { RedisStore } from '../../../gateway/src/executor/caching/redis-store.js'
import { SharedAnswers, type SharedAnswersOptions } from '../../../gateway/src/executor/caching/shared-answers.js'
import { describeWith, REDIS_SERVER } from '../../servers.js'
import { eventually } from '../processes/processes.js'
import { RedisProxy } from './redis-proxy.js'

/** A busy machine may let a Redis wait for longer than anybody is to wait for it. */
const PATIENCE_MILLISECONDS = 2000

/** What the real Redis refuses, and what is told of it. */
describeWith(REDIS_SERVER)('a Redis', () => {
  const user = `terrane-test-${randomBytes(6).toString('hex')}`
  const password = randomBytes(12).toString('hex')
  const admin = createClient({ url: REDIS_SERVER ?? '' })
  const log: { message: string; reason?: unknown }[] = []
  let store: RedisStore | undefined

  beforeAll(async () => {
    await admin.connect()
    await admin.sendCommand([
      'ACL',
      'SETUSER',
      user,
      'on',
      `>${password}`,
      `~${user}:*`,
      '-@all',
      '+getrange',
      '+select',
    ])
  })
  afterEach(() => {
    store?.close()
    log.length = 0
  })
  afterAll(async () => {
    await admin.sendCommand(['ACL', 'DELUSER', user])
    await admin.close()
  })

  const openAs = async (word: string) => {
    const url = new URL(REDIS_SERVER!)
    Object.assign(url, { username: user, password: word })
    store = await RedisStore.open(url.href, event => log.push(event), PATIENCE_MILLISECONDS)
    return store
  }
  const told = (message: string) =>
    eventually(
      async () => log.filter(line => line.message.includes(message)),
      lines => lines.length > 0,
    )

  test('that takes nothing is read all the same, and it is told once', async () => {
    const reading = await openAs(password)
    await told('answers')
    for (let at = 0; at < 5; at++) reading.set(`${user}:${at}`, 'text', 60)
    expect(await told('takes nothing more')).toHaveLength(1)
    expect(await reading.get(`${user}:0`, 100)).toBe('')
    for (let at = 0; at < 5; at++) reading.set(`${user}:${at}`, 'text', 60)
    expect(await reading.get('of somebody else', 100)).not.toBe('')
    await reading.get('of somebody else', 100)
    expect(log.map(({ message }) => message)).toEqual([
      'The shared cache answers',
      'The shared cache takes nothing more',
      'The shared cache refuses to be read',
    ])
  })

  test('that lets nobody in is away, and no password is told', async () => {
    const refused = await openAs('hunter2')
    const [line] = await told('cannot be reached')
    expect(line!.reason).toMatch(/WRONGPASS/)
    expect(JSON.stringify(log)).not.toMatch(/hunter2/)
    expect(typeof (await refused.get('name', 100))).toBe('symbol')
  })

  describe('behind something that fails', () => {
    const name = `${user}:read`
    let proxy: RedisProxy

    beforeAll(() => admin.set(name, 'text'))
    afterAll(() => admin.del(name))
    beforeEach(async () => {
      proxy = await RedisProxy.open(REDIS_SERVER!)
    })
    afterEach(async () => {
      store?.close()
      await proxy.cut()
    })
    const open = async () => {
      store = await RedisStore.open(proxy.url, event => log.push(event), PATIENCE_MILLISECONDS)
      return store
    }

    test.each([
      ['no protocol', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
      ['one answer too many', '+one\r\n+two\r\n'],
    ])('that speaks %s once is away, and is taken up again', async (_, spoilt) => {
      const reading = await open()
      await told('answers')
      expect(await reading.get(name, 100)).toBe('text')
      proxy.spoilt = spoilt
      expect(await reading.get(name, 100)).not.toBe('text')
      await told('cannot be reached')
      const found = await eventually(
        () => reading.get(name, 100),
        text => text === 'text',
      )
      expect(found).toBe('text')
      expect(log.map(({ message }) => message)).toEqual([
        'The shared cache answers',
        'The shared cache cannot be reached, and is done without',
        'The shared cache answers',
      ])
    })

    test.each(['$-1\r\n', ':42\r\n', '*1\r\n+a\r\n'])('that answers %j instead of a text has none', async spoilt => {
      const reading = await open()
      await told('answers')
      proxy.spoilt = spoilt
      expect(typeof (await reading.get(name, 100))).toBe('symbol')
      expect(await reading.get(name, 100)).toBe('text')
    })

    test('that takes connections and closes them is away all along, and is told once', async () => {
      proxy.slams = true
      await open()
      await eventually(
        async () => proxy.taken,
        taken => taken >= 4,
      )
      expect(log.map(({ message }) => message)).toEqual(['The shared cache cannot be reached, and is done without'])
      proxy.slams = false
      await told('answers')
    })
  })

  test('holds an answer as it was put there, for those of the same key and scope alone', async () => {
    // A database of its own: another suite counts what is in the first.
    const url = Object.assign(new URL(REDIS_SERVER!), { pathname: '/1' }).href
    const texts = await RedisStore.open(url, event => log.push(event), PATIENCE_MILLISECONDS)
    const names: string[] = []
    const store: SharedAnswersOptions['store'] = {
      get: (name, characters) => texts.get(name, characters),
      set: (name, text, seconds) => {
        names.push(name)
        texts.set(name, text, seconds)
      },
      close: () => texts.close(),
    }
    await told('answers')
    const of = (secret: string, scope: object) => {
      const figures = { hits: 0, misses: 0, failures: 0 }
      return new SharedAnswers({ store, secret, scope, figures, log: event => log.push(event) })
    }
    const secret = randomBytes(12).toString('hex')
    const answer = {
      text: '{"a":" ü"}',
      publications: { ledger: { publication: 17, publicationId: 'of one home' } },
      reads: [['ledger', [{ dataset: 'entries', publication: 17, properties: ['a'] }]]] as never,
      at: 1,
    }
    of(secret, {}).put('question', answer)
    await eventually(
      () => of(secret, {}).get('question'),
      found => found !== undefined,
    )
    expect(await of(secret, {}).get('question')).toEqual(answer)
    expect(await of(secret, {}).get('another question')).toBeUndefined()
    expect(await of(secret, { policy: ['role'] }).get('question')).toBeUndefined()
    expect(await of(randomBytes(12).toString('hex'), {}).get('question')).toBeUndefined()
    texts.close()
    await admin.select(1)
    expect(await admin.del(names)).toBe(1)
  })
})
