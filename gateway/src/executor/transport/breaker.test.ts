import type { Exchange, HttpQuestion } from '../http-exchange.js'
import { Breaker, type BreakerState } from './breaker.js'
import { AnswerRefused, SubgraphUnavailable } from './exchange-errors.js'
import { withBreaker } from './with-breaker.js'

const QUESTION: HttpQuestion = { path: '/graphql', headers: [], body: '{}', idempotent: true }
const DEAD = new Error('connect ECONNREFUSED')

let now: number
let states: BreakerState[]
let breaker: Breaker
/** What the subgraph does when it is asked. */
let answer: Exchange
let asked: number
let ask: (question?: HttpQuestion) => ReturnType<Exchange>

beforeEach(() => {
  now = 0
  states = []
  asked = 0
  breaker = new Breaker({ subgraph: 'people', share: 0.5, now: () => now, onChange: state => states.push(state) })
  const guarded = withBreaker(
    question => {
      asked++
      return answer(question)
    },
    breaker,
    1_000,
  )
  ask = (question = QUESTION) => guarded(question)
})

const well: Exchange = async () => ({ status: 200, text: '' })
const dead: Exchange = async () => {
  throw DEAD
}
const times = async (count: number, how: Exchange) => {
  answer = how
  for (let request = 0; request < count; request++) await ask().catch(() => undefined)
}

test('opens once half of at least twenty requests failed; then it fails at once and says when to come again', async () => {
  await times(10, well)
  await times(9, dead)
  expect(breaker.state).toBe('closed')
  await times(1, dead)
  expect(breaker.state).toBe('open')
  asked = 0
  await expect(ask()).rejects.toEqual(new SubgraphUnavailable('people', 1))
  expect(asked).toBe(0)
  expect(states).toEqual(['open'])
})

test('a few failures among many requests, or long ago, do not open it', async () => {
  await times(19, dead)
  now = 10_000
  await times(19, dead)
  await times(100, well)
  await times(50, dead)
  expect(breaker.state).toBe('closed')
})

test.each([502, 503, 504])('status %i is a failure, another is none', async status => {
  await times(30, async () => ({ status: 500, text: '' }))
  expect(breaker.state).toBe('closed')
  await times(31, async () => ({ status, text: '' }))
  expect(breaker.state).toBe('open')
})

test('after its rest one request probes it, the others fail meanwhile', async () => {
  await times(20, dead)
  now = 1_000
  let settle = () => {}
  answer = () => new Promise(resolve => (settle = () => resolve({ status: 200, text: 'back' })))
  asked = 0
  const probe = ask()
  await expect(ask()).rejects.toBeInstanceOf(SubgraphUnavailable)
  expect([asked, breaker.state]).toEqual([1, 'half-open'])
  settle()
  expect((await probe).text).toBe('back')
  answer = well
  expect((await ask()).status).toBe(200)
  // What failed before does not count any more.
  await times(5, dead)
  expect(states).toEqual(['open', 'half-open', 'closed'])
})

test('a probe that fails makes it rest twice as long', async () => {
  await times(20, dead)
  now = 1_000
  await times(1, dead)
  expect(breaker.state).toBe('open')
  now = 2_999
  await expect(ask()).rejects.toBeInstanceOf(SubgraphUnavailable)
  now = 3_000
  answer = well
  expect((await ask()).status).toBe(200)
  expect(states).toEqual(['open', 'half-open', 'open', 'half-open', 'closed'])
})

test('it rests for half a minute at most, and for a second again once it has recovered', async () => {
  await times(20, dead)
  for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
    await expect(ask()).rejects.toEqual(new SubgraphUnavailable('people', seconds))
    now += seconds * 1_000
    await times(1, dead)
  }
  now += 30_000
  await times(1, well)
  await times(20, dead)
  await expect(ask()).rejects.toEqual(new SubgraphUnavailable('people', 1))
})

test('it may be at rest for long, and one probe alone is sent then as well', async () => {
  await times(20, dead)
  now = 3_600_000
  answer = () => new Promise(() => {})
  asked = 0
  void ask()
  for (let other = 0; other < 5; other++) await expect(ask()).rejects.toEqual(new SubgraphUnavailable('people', 1))
  expect([asked, states]).toEqual([1, ['open', 'half-open']])
})

test('what was under way when it opened neither closes nor prolongs it', async () => {
  let settle = () => {}
  answer = () => new Promise(resolve => (settle = () => resolve({ status: 200, text: '' })))
  const slow = ask()
  await times(20, dead)
  settle()
  await slow
  expect(breaker.state).toBe('open')
})

test('nor do very many that fail then', async () => {
  const failing: (() => void)[] = []
  answer = () => new Promise((_, reject) => failing.push(() => reject(DEAD)))
  const slow = Array.from({ length: 40 }, () => ask())
  await times(20, dead)
  now = 500
  for (const fail of failing) fail()
  await Promise.allSettled(slow)
  now = 1_000
  await times(1, well)
  expect(states).toEqual(['open', 'half-open', 'closed'])
})

describe('whose client has gone', () => {
  const leave = (reason?: Error) => {
    const gone = new AbortController()
    gone.abort(reason)
    return { ...QUESTION, signal: gone.signal }
  }
  const timeUp = new DOMException('The time is up', 'TimeoutError')

  test('counts for nothing, as a probe too', async () => {
    answer = dead
    for (let request = 0; request < 50; request++) await ask(leave()).catch(() => undefined)
    expect(breaker.state).toBe('closed')
    await times(20, dead)
    now = 1_000
    await ask(leave()).catch(() => undefined)
    expect(breaker.state).toBe('half-open')
    answer = well
    expect((await ask()).status).toBe(200)
    expect(breaker.state).toBe('closed')
  })

  test('an operation whose time went elsewhere counts for nothing, one that waited long for the subgraph does', async () => {
    answer = dead
    for (let request = 0; request < 50; request++) await ask(leave(timeUp)).catch(() => undefined)
    expect(breaker.state).toBe('closed')
    answer = async () => {
      now += 1_000
      throw timeUp
    }
    for (let request = 0; request < 20; request++) {
      now -= now > 1_000 ? 1_000 : 0
      await ask(leave(timeUp)).catch(() => undefined)
    }
    expect(breaker.state).toBe('open')
  })
})

test('an answer that is too large to be taken is an answer', async () => {
  await times(30, async () => {
    throw new AnswerRefused('its answer is larger than 10 bytes')
  })
  expect(breaker.state).toBe('closed')
})
