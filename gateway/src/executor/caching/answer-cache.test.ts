import { WrittenData } from '../answer-data.js'
import { PublicationPins } from '../publication-pins.js'
import { AnswerCache } from './answer-cache.js'
import { KeptMemory } from './kept-memory.js'
import { PublicationsReceived } from './publications-received.js'
import { NOT_ANSWERED } from './redis-store.js'
import { Repeats } from './repeats.js'
import { SharedAnswers } from './shared-answers.js'

/** A cache before one product whose news the test tells. */
function cacheOf(shared?: SharedAnswers) {
  const news = { now: 1, publication: 17, publicationId: 'monday', since: 1, hears: true }
  const told: object[] = []
  const reports = { room: true }
  const received = new PublicationsReceived({
    get now() {
      return news.now
    },
    inForce: () => (news.hears ? news : undefined),
  })
  const cache = new AnswerCache({
    memory: new KeptMemory(1_000_000),
    received,
    reports: { takes: () => reports.room, add: (_product, _subject, reading) => told.push(reading) },
    figures: { hits: 0, misses: 0, entries: 0, bytes: 0 },
    ...(shared ? { shared } : {}),
  })
  /** An answer of this publication, asked for now. */
  const keep = (key: string, publication: number, properties: string[] = [], publicationId = news.publicationId) => {
    const pins = new PublicationPins()
    pins.take({ ledger: { publication } })
    const repeats = new Repeats()
    const reads = [{ dataset: 'entries', publication, properties }]
    repeats.note('ledger', 'f', { extensions: { terrane: { repeatable: { decision: 'f', publicationId, reads } } } })
    return cache.keep(key, { data: new WrittenData('{}') }, { pins, repeats, denied: new Map(), since: received.now })
  }
  return { cache, received, news, told, reports, keep }
}

const nobody = new AbortController().signal
const turn = () => new Promise(resolve => setImmediate(resolve))

test('who has heard of a newer publication by an answer is given nothing older, before the news of it is there', () => {
  const { cache, received, news, keep } = cacheOf()
  keep('a', 17)
  expect(cache.get('a', 'user:anna')).toBeDefined()
  received.received({ ledger: 18 }, undefined, received.now)
  expect(cache.get('a', 'user:anna')).toBeUndefined()
  received.received({ ledger: 17 }, undefined, received.now)
  expect(cache.get('a', 'user:anna')).toBeUndefined()
  news.publication = 18
  keep('a', 18)
  expect(cache.get('a', 'user:anna')).toMatchObject({ publications: { ledger: { publication: 18 } } })
})

test('a product that began again at one is not held against what it said before', () => {
  const { cache, received, news, keep } = cacheOf()
  received.received({ ledger: 18 }, undefined, received.now)
  Object.assign(news, { now: 2, since: 2, publication: 1 })
  keep('a', 1)
  expect(cache.get('a', 'user:anna')).toBeDefined()
})

test('of one number, what is of another publication than is in force is not kept, and then nothing of it is given again', () => {
  const { cache, received, news, keep } = cacheOf()
  const first = keep('a', 17)!
  expect(cache.get('a', 'user:anna')).toBeDefined()
  const other = keep('b', 17, [], 'of another home')!
  expect(cache.get('b', 'user:anna')).toBeUndefined()
  // Whoever has the tag of the one does not take the other for it.
  expect(other.etag).not.toBe(keep('b', 17)!.etag)
  expect(keep('a', 17)!.etag).toBe(first.etag)

  received.received({ ledger: 17 }, new Map([['ledger', 'of another home']]), received.now)
  expect(cache.get('a', 'user:anna')).toBeUndefined()
  received.received({ ledger: 17 }, new Map([['ledger', 'monday']]), received.now)
  expect(cache.get('a', 'user:anna')).toBeUndefined()
  // The news begins anew, and says that the other one is in force.
  Object.assign(news, { now: 2, since: 2, publicationId: 'of another home' })
  expect(cache.get('a', 'user:anna')).toBeUndefined()
  keep('a', 17)
  expect(cache.get('a', 'user:anna')).toBeDefined()
})

test('an answer of two publications of one number is of none', () => {
  const repeats = new Repeats()
  const note = (publicationId: string) =>
    repeats.note('ledger', 'f', {
      extensions: { terrane: { repeatable: { decision: 'f', publicationId, reads: [] } } },
    })
  note('one')
  expect(repeats.publications({ ledger: 17 })).toEqual({ ledger: { publication: 17, publicationId: 'one' } })
  expect(repeats.publications({})).toBeUndefined()
  note('other')
  expect(repeats.publications({ ledger: 17 })).toBeUndefined()
})

test('what another gateway has answered is of the same publication, not only of the same number, and asked for while it is heard', async () => {
  const texts = new Map<string, string>()
  let asked = () => {}
  const shared = () =>
    new SharedAnswers({
      store: {
        get: async name => {
          asked()
          return texts.get(name) ?? NOT_ANSWERED
        },
        set: (name, text) => void texts.set(name, text),
        close: () => {},
      },
      secret: 'secret',
      scope: {},
      figures: { hits: 0, misses: 0, failures: 0 },
      log: () => {},
    })
  const one = cacheOf(shared())
  one.keep('a', 17)
  await turn()
  const other = cacheOf(shared())
  const elsewhere = () =>
    other.cache.elsewhere('a', { subject: 'user:anna', denied: new Map(), whole: data => ({ data: data ?? null }) })
  // A product that began again with an empty home has come as far as before.
  other.news.publicationId = 'friday'
  expect(await elsewhere()).toBeUndefined()
  other.news.publicationId = 'monday'
  // The stream breaks and stands again while the store is asked.
  asked = () => Object.assign(other.news, { since: 2, now: 2 })
  expect(await elsewhere()).toBeUndefined()
  expect([other.cache.holds('a'), other.told]).toEqual([false, []])
  asked = () => {}
  expect(await elsewhere()).toMatchObject({ publications: { ledger: { publication: 17 } } })
  expect([other.cache.holds('a'), other.told.length]).toEqual([true, 1])
})

test('while a product is not heard nothing is kept or given', () => {
  const { cache, news, keep } = cacheOf()
  keep('a', 17)
  news.hears = false
  keep('b', 17)
  expect([cache.get('a', 'user:anna'), cache.holds('b')]).toEqual([undefined, false])
})

test('nothing is given whose product cannot be told of it', () => {
  const { cache, reports, keep, told } = cacheOf()
  keep('a', 17)
  reports.room = false
  expect([cache.get('a', 'user:anna'), told]).toEqual([undefined, []])
  reports.room = true
  expect(cache.get('a', 'user:anna')).toBeDefined()
})

test('who leaves while another one asks waits no longer, and asks for nothing', async () => {
  const { cache } = cacheOf()
  const leaving = new AbortController()
  let asked = 0
  const ask = () => {
    asked++
    return new Promise<string>(() => {})
  }
  void cache.once('a', nobody, () => undefined, ask)
  const waiting = cache.once('a', leaving.signal, () => undefined, ask)
  leaving.abort(new Error('left'))
  await expect(waiting).rejects.toThrow('left')
  expect(asked).toBe(1)
})

test('what a product says that it read counts as well: it cannot fill the memory', () => {
  const { cache, keep } = cacheOf()
  keep('a', 17, ['x'.repeat(200_000)])
  expect(cache.holds('a')).toBe(false)
  keep('b', 17, ['x'])
  expect(cache.holds('b')).toBe(true)
})

test('what is kept is sent as it is, with the publications that it was made of', () => {
  const { cache, keep } = cacheOf()
  const first = keep('a', 17)!
  expect(first.answer.extensions).toEqual({ terrane: { publications: { ledger: 17 } } })
  expect(first.body).toBe('{"data":{},"extensions":{"terrane":{"publications":{"ledger":17}}}}\n')
  expect(cache.get('a', 'user:anna')).toBe(first)
})

test('the same is asked once at a time, and what was kept is everybody’s', async () => {
  const { cache, keep } = cacheOf()
  let asked = 0
  const ask = async () => {
    asked++
    await turn()
    keep('a', 17)
    return 'asked'
  }
  const given = () => (cache.get('a', 'user:anna') ? 'given' : undefined)
  const answers = await Promise.all([1, 2, 3].map(() => cache.once('a', nobody, given, ask)))
  expect([answers, asked]).toEqual([['asked', 'given', 'given'], 1])
})

test('where an answer cannot be kept, those who waited for it ask all at once and not one after the other', async () => {
  const { cache } = cacheOf()
  const asking: (() => void)[] = []
  const ask = () => new Promise<string>(resolve => asking.push(() => resolve('asked')))
  const answers = [1, 2, 3, 4].map(() => cache.once<string>('a', nobody, () => undefined, ask))
  await turn()
  expect(asking).toHaveLength(1)
  asking[0]!()
  await turn()
  expect(asking).toHaveLength(4)
  for (const end of asking) end()
  expect(await Promise.all(answers)).toEqual(['asked', 'asked', 'asked', 'asked'])
})

test('where the first one left, one of those who waited is the next first', async () => {
  const { cache } = cacheOf()
  const asking: { end: () => void; leave: () => void }[] = []
  const ask = () =>
    new Promise<string>((resolve, reject) =>
      asking.push({ end: () => resolve('asked'), leave: () => reject(new Error('left')) }),
    )
  const [first, ...others] = [1, 2, 3].map(() => cache.once<string>('a', nobody, () => undefined, ask))
  asking[0]!.leave()
  await expect(first).rejects.toThrow('left')
  await turn()
  expect(asking).toHaveLength(2)
  asking[1]!.end()
  await turn()
  for (const { end } of asking) end()
  expect(await Promise.all(others)).toEqual(['asked', 'asked'])
})
