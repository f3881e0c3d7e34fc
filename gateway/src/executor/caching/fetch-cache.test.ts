import type { ProductDecision } from '@terrane/schema'
import type { Operation } from '../operation.js'
import { PublicationPins, type ReadPublication } from '../publication-pins.js'
import { Stop } from '../stop.js'
import { FetchCache, wasKept } from './fetch-cache.js'
import { KeptMemory } from './kept-memory.js'
import { PublicationsReceived } from './publications-received.js'

/** Before one product at publication 17. */
function fetches(bytes = 1_000_000) {
  const inForce = { publication: 17, publicationId: 'monday', since: 1 }
  const news = { hears: true }
  const reports = { room: true, told: [] as object[] }
  const figures = { hits: 0, misses: 0, entries: 0, bytes: 0 }
  const memory = new KeptMemory(bytes)
  const cache = new FetchCache({
    memory,
    received: new PublicationsReceived({ now: 1, inForce: () => (news.hears ? inForce : undefined) }),
    reports: {
      takes: () => reports.room,
      add: (_, subject, { reads, denied }) =>
        reports.told.push({ subject, reads: JSON.parse(reads), denied: JSON.parse(denied) }),
    },
    figures,
  })
  const of = (
    query = '{ a }',
    fingerprint = 'f',
    denied: string[] = [],
    { product = 'ledger', variables = { b: 1 } as object, pins = new PublicationPins() } = {},
  ) => {
    const decision = { product, fingerprint } as ProductDecision
    const operation = { caller: { subject: 'user:anna' } as Operation['caller'], pins }
    return cache.of(decision, { query, variables: variables as Record<string, unknown> }, operation, denied)!
  }
  return { of, inForce, news, reports, figures, memory }
}

const answer = (more: object = {}, decision = 'f', publicationId = 'monday') => ({
  data: { a: { list: [1, 2] } },
  extensions: {
    terrane: {
      publications: { ledger: 17 },
      repeatable: { decision, publicationId, reads: [{ dataset: 'entries', publication: 17, properties: ['a'] }] },
    },
  },
  ...more,
})
const read = () => ({ publication: 17 })
const pinned = (publication: number, publicationId?: string) => ({ publication, publicationId })

test('who changes what was given changes nobody else’s', async () => {
  const { of } = fetches()
  const asked = await of().ask(undefined, new Stop(), async () => answer(), read)
  Object.assign(asked.data!.a, { more: true })
  const given = of().take(undefined)!
  expect(given.data).toEqual({ a: { list: [1, 2] } })
  Object.assign(given.data!.a, { more: true })
  expect(of().take(pinned(17))).toMatchObject({ data: { a: { list: [1, 2] } }, extensions: answer().extensions })
  expect(of().take(pinned(17))!.data!.a).not.toHaveProperty('more')
  expect([wasKept(asked), wasKept(given)]).toEqual([false, true])
})

test.each([
  ['with an error', answer({ errors: [{ message: 'no' }] }), read],
  ['of a decision that the product narrowed', answer({}, 'narrower'), read],
  ['of another publication of the same number', answer({}, 'f', 'of another home'), read],
  ['that the product does not call repeatable', answer({ extensions: {} }), read],
  ['of no publication', answer(), () => undefined],
  ['of another publication than is in force', answer(), () => ({ publication: 16 })],
])('an answer %s is not kept', async (_, given, publication) => {
  const { of, figures } = fetches()
  expect(await of().ask(undefined, new Stop(), async () => given as never, publication)).toBe(given)
  expect([of().take(undefined), figures.entries]).toEqual([undefined, 0])
})

test('it is given for the same question of the same decision and publication alone, and only if the product can be told', async () => {
  const { of, inForce, reports } = fetches()
  await of('query First__ledger__0 { a }').ask(undefined, new Stop(), async () => answer(), read)
  expect(of('{ a b }').take(undefined)).toBeUndefined()
  expect(of('query First__ledger__0 { a }', 'g').take(undefined)).toBeUndefined()
  expect(of('query Other { a }').take(pinned(16))).toBeUndefined()
  expect(of('query Other { a }').take(pinned(17, 'of another home'))).toBeUndefined()
  reports.room = false
  expect(of('query Other { a }').take(pinned(17))).toBeUndefined()
  reports.room = true
  expect(of('query Other { a }', 'f', ['ledger/entries/b']).take(pinned(17))).toBeDefined()
  expect(reports.told).toEqual([
    {
      subject: 'user:anna',
      reads: [{ dataset: 'entries', publication: 17, properties: ['a'] }],
      denied: ['ledger/entries/b'],
    },
  ])
  Object.assign(inForce, { publication: 18 })
  expect(of('query Other { a }').take(pinned(17))).toBeUndefined()
})

test('what is kept is nobody’s who asks for other entities, or another product', async () => {
  const { of } = fetches()
  const asking = (variables: object, product = 'ledger') => of('{ a }', 'f', [], { product, variables })
  await asking({ representations: [{ id: 1 }] }).ask(undefined, new Stop(), async () => answer(), read)
  expect(asking({ representations: [{ id: 1 }] }).take(undefined)).toBeDefined()
  for (const variables of [{}, { representations: [] }, { representations: [{ id: '1' }] }, { others: [{ id: 1 }] }])
    expect(asking(variables).take(undefined)).toBeUndefined()
  expect(asking({ representations: [{ id: 1 }] }, 'other').take(undefined)).toBeUndefined()
})

type Given = Awaited<ReturnType<ReturnType<ReturnType<typeof fetches>['of']>['ask']>>

describe('who asks the same meanwhile', () => {
  /** Two ask, the first is answered when it is told to. */
  async function together(
    { of }: Pick<ReturnType<typeof fetches>, 'of'>,
    [first, second]: readonly [Parameters<typeof of>[3], Parameters<typeof of>[3]] = [{}, {}],
    reading: readonly [ReadPublication | undefined, ReadPublication | undefined] = [undefined, undefined],
  ) {
    const asked: (() => void)[] = []
    const send = () => new Promise<Given>(resolve => asked.push(() => resolve(answer() as Given)))
    const [one, other] = [first, second].map((more, at) =>
      of('{ a }', 'f', [], more).ask(reading[at], new Stop(), send, read),
    ) as [Promise<Given>, Promise<Given>]
    await new Promise(resolve => setImmediate(resolve))
    return { one, other, asked }
  }

  test('is given it, a copy of his own, and the product is told of him', async () => {
    const opened = fetches()
    const { one, other, asked } = await together(opened)
    expect(asked).toHaveLength(1)
    asked[0]!()
    const [mine, given] = [await one, await other]
    expect([given.data, wasKept(mine), wasKept(given)]).toEqual([answer().data, false, true])
    Object.assign(mine.data!.a, { more: true })
    expect(given.data).toEqual(answer().data)
    expect(opened.reports.told).toHaveLength(1)
  })

  test('is told of once if it is the same operation, whose reading the product has', async () => {
    const opened = fetches()
    const pins = new PublicationPins()
    const { one, other, asked } = await together(opened, [{ pins }, { pins }])
    asked[0]!()
    await Promise.all([one, other])
    expect(opened.reports.told).toEqual([])
  })

  test.each<[string, (opened: ReturnType<typeof fetches>) => void]>([
    ['something newer is heard of', ({ inForce }) => Object.assign(inForce, { publication: 18 })],
    ['the product can be told no more', ({ reports }) => Object.assign(reports, { room: false })],
  ])('asks for himself where %s before it is answered', async (_, happens) => {
    const opened = fetches()
    const { one, other, asked } = await together(opened)
    happens(opened)
    asked[0]!()
    await one
    await new Promise(resolve => setImmediate(resolve))
    expect(asked).toHaveLength(2)
    asked[1]!()
    expect(wasKept(await other)).toBe(false)
  })

  test.each<[string, ReadPublication, ReadPublication]>([
    ['publication', { publication: 17 }, { publication: 16 }],
    [
      'publication of the same number',
      { publication: 17, publicationId: 'monday' },
      { publication: 17, publicationId: 'b' },
    ],
  ])('waits for nobody who reads another %s', async (_, first, second) => {
    const { one, other, asked } = await together(fetches(), [{}, {}], [first, second])
    expect(asked).toHaveLength(2)
    for (const end of asked) end()
    await Promise.all([one, other])
  })

  test('waits for nobody while the product is not heard: nothing could be his', async () => {
    const opened = fetches()
    opened.news.hears = false
    const { one, other, asked } = await together(opened)
    expect(asked).toHaveLength(2)
    for (const end of asked) end()
    await Promise.all([one, other])
  })
})

test('fetches and whole answers have one budget', async () => {
  const { of, figures, memory } = fetches(10_000)
  const answers = { hits: 0, misses: 0, entries: 0, bytes: 0 }
  await of().ask(undefined, new Stop(), async () => answer(), read)
  expect([figures.entries, answers.entries]).toEqual([1, 0])
  for (let at = 0; at < 10; at++) memory.set(`answer ${at}`, {}, 1000, answers)
  expect(of().take(pinned(17))).toBeUndefined()
  expect([figures.entries, answers.entries]).toEqual([0, 10])
  memory.set('answer too large', {}, 2000, answers)
  expect([memory.has('answer too large'), answers.entries]).toEqual([false, 10])
})
