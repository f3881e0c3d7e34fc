import { PublicationPins, type ReadPublication } from './publication-pins.js'

const read = ({ publication }: { publication?: number }) => (publication === undefined ? undefined : { publication })
const numbered = (publication: number) => ({ publication })

test('parallel first fetches wait for the first one, then ask for what it read', async () => {
  const pins = new PublicationPins()
  const asked: (number | undefined)[] = []
  let current = 17
  const fetch = async (pinned: ReadPublication | undefined) => {
    const publication = pinned?.publication
    asked.push(publication)
    await new Promise(resolve => setImmediate(resolve))
    const answer = { publication: publication ?? current }
    current += 1
    return answer
  }
  const answers = await Promise.all([1, 2, 3].map(() => pins.through('uk-sales', fetch, read)))
  expect(asked).toEqual([undefined, 17, 17])
  expect(answers.map(({ publication }) => publication)).toEqual([17, 17, 17])
  expect(pins.all()).toEqual({ 'uk-sales': 17 })
})

test('a first fetch that fails pins nothing; of those that wait one is the next first', async () => {
  const pins = new PublicationPins()
  const asked: (number | undefined)[] = []
  const fetch = async (pinned: ReadPublication | undefined) => {
    const publication = pinned?.publication
    asked.push(publication)
    await new Promise(resolve => setImmediate(resolve))
    if (asked.length === 1) throw new Error('gone')
    return { publication: publication ?? 4 }
  }
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => pins.through('uk-sales', fetch, read)))
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(asked).toEqual([undefined, undefined, 4])
})

test('products do not wait for one another', async () => {
  const pins = new PublicationPins()
  const never = pins.through('a', () => new Promise<{ publication?: number }>(() => {}), read)
  expect(await pins.through('b', async () => ({ publication: 2 }), read)).toEqual({ publication: 2 })
  expect(never).toBeInstanceOf(Promise)
  expect(pins.all()).toEqual({ b: 2 })
})

test('what is at hand is of the publication that the operation reads', async () => {
  const pins = new PublicationPins()
  const asked: (number | undefined)[] = []
  const known = (pinned: ReadPublication | undefined) => ((pinned?.publication ?? 17) === 17 ? 17 : undefined)
  const through = (answer: number) =>
    pins.through(
      'ledger',
      async pinned => {
        asked.push(pinned?.publication)
        return answer
      },
      numbered,
      known,
    )
  expect(await through(18)).toBe(17)
  expect(pins.all()).toEqual({ ledger: 17 })
  expect(await through(17)).toBe(17)
  expect(asked).toEqual([])
})

test('what is at hand is not taken beside a first fetch that is under way: that one says what is read', async () => {
  const pins = new PublicationPins()
  const asked: (number | undefined)[] = []
  let answerFirst = (_: number) => {}
  const first = pins.through('ledger', () => new Promise<number>(resolve => (answerFirst = resolve)), numbered)
  const second = pins.through(
    'ledger',
    async pinned => {
      asked.push(pinned?.publication)
      return pinned!.publication
    },
    numbered,
    pinned => ((pinned?.publication ?? 17) === 17 ? 17 : undefined),
  )
  answerFirst(18)
  expect([await first, await second, asked]).toEqual([18, 18, [18]])
})

test('what begins anew knows nothing of what it read, what it lost, and what was under way', async () => {
  const pins = new PublicationPins()
  pins.take({ ledger: { publication: 17 } })
  pins.lose('ledger')
  void pins.through('slow', () => new Promise<number>(() => {}), numbered)
  expect([pins.isBroken, pins.size]).toEqual([true, 1])
  pins.forget()
  expect([pins.isBroken, pins.size, pins.all()]).toEqual([false, 0, {}])
  expect(await pins.through('slow', async () => 18, numbered)).toBe(18)
  expect(pins.all()).toEqual({ slow: 18 })
})

test('an answer that says nothing pins nothing', async () => {
  const pins = new PublicationPins()
  const asked: (number | undefined)[] = []
  const fetch = async (pinned: ReadPublication | undefined) => {
    asked.push(pinned?.publication)
    return {}
  }
  for (let time = 0; time < 2; time++) await pins.through('foreign', fetch, read)
  expect([asked, pins.size]).toEqual([[undefined, undefined], 0])
})
