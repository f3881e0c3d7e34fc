import type { Exchange, HttpAnswer, HttpQuestion } from '../http-exchange.js'
import { NoAnswer } from './exchange-errors.js'
import { withRetries } from './retry.js'
import { RetryBudget } from './retry-budget.js'

const QUESTION: HttpQuestion = { path: '/graphql', headers: ['x-publication', '7'], body: '{}', idempotent: true }
const refused = () => new NoAnswer(new Error('connect ECONNREFUSED'))
const unavailable = (retryAfter?: string): HttpAnswer => ({
  status: 503,
  text: '',
  ...(retryAfter === undefined ? {} : { retryAfter }),
})

/** Answers with one thing after the other, then with 200. */
function subgraph(...outcomes: (HttpAnswer | Error)[]) {
  const asked: HttpQuestion[] = []
  const exchange: Exchange = async question => {
    asked.push(question)
    const outcome = outcomes[asked.length - 1] ?? { status: 200, text: 'well' }
    if (outcome instanceof Error) throw outcome
    return outcome
  }
  return { asked, exchange }
}
const retrying = (exchange: Exchange, share = 1) =>
  withRetries(exchange, { retries: 2, budget: new RetryBudget(share), random: () => 0 })

test('a query that got no answer is asked again, with the very same headers', async () => {
  const { asked, exchange } = subgraph(refused(), unavailable())
  expect(await retrying(exchange)(QUESTION)).toEqual({ status: 200, text: 'well' })
  expect(asked).toEqual([QUESTION, QUESTION, QUESTION])
})

test('after the last attempt the failure, or the answer, is what it was', async () => {
  const dead = subgraph(refused(), refused(), refused(), refused())
  await expect(retrying(dead.exchange)(QUESTION)).rejects.toThrow('ECONNREFUSED')
  expect(dead.asked).toHaveLength(3)
  const busy = subgraph(unavailable(), unavailable(), unavailable())
  expect(await retrying(busy.exchange)(QUESTION)).toEqual(unavailable())
  expect(busy.asked).toHaveLength(3)
})

test.each([
  ['a mutation', { ...QUESTION, idempotent: false }, refused()],
  ['an answer that broke off', QUESTION, new Error('other side closed')],
])('%s is not asked again', async (_, question, failure) => {
  const { asked, exchange } = subgraph(failure)
  await expect(retrying(exchange)(question)).rejects.toBe(failure)
  expect(asked).toHaveLength(1)
})

test('a mutation that is told "not now" is not asked again either', async () => {
  const { asked, exchange } = subgraph(unavailable('0'))
  expect((await retrying(exchange)({ ...QUESTION, idempotent: false })).status).toBe(503)
  expect(asked).toHaveLength(1)
})

test.each([
  ['0', 2],
  [new Date(0).toUTCString(), 2],
  ['soon', 2],
  ['3600', 1],
  [new Date(Date.now() + 3_600_000).toUTCString(), 1],
])('Retry-After: %s makes %i attempts', async (retryAfter, attempts) => {
  const { asked, exchange } = subgraph(unavailable(retryAfter))
  await retrying(exchange)(QUESTION)
  expect(asked).toHaveLength(attempts)
})

test('Retry-After is waited for, unless the operation ends before', async () => {
  const leaving = new AbortController()
  const { asked, exchange } = subgraph(unavailable('1'))
  const asking = retrying(question =>
    exchange(question).finally(() => setImmediate(() => leaving.abort(new Error('left')))),
  )
  await expect(asking({ ...QUESTION, signal: leaving.signal })).rejects.toThrow('left')
  expect(asked).toHaveLength(1)
})

test('every question that is asked allows its share of further attempts, and no attempt does', async () => {
  const { asked, exchange } = subgraph(...Array.from({ length: 1_000 }, () => unavailable()))
  const ask = withRetries(exchange, { retries: 100, budget: new RetryBudget(0.5, () => 0), random: () => 0 })
  const attempts = async (question: HttpQuestion) => {
    const before = asked.length
    await ask(question)
    return asked.length - before
  }
  // Ten and half of one question; what a mutation adds is another's to take.
  expect(await attempts(QUESTION)).toBe(12)
  expect(await attempts(QUESTION)).toBe(1)
  for (let mutation = 0; mutation < 4; mutation++) await attempts({ ...QUESTION, idempotent: false })
  expect(await attempts(QUESTION)).toBe(4)
})

test('retries are a share of the requests of the last seconds, and ten more', () => {
  let now = 0
  const budget = new RetryBudget(0.2, () => now)
  const taken = () => {
    let count = 0
    while (count < 1_000 && budget.takeRetry()) count++
    return count
  }
  expect(taken()).toBe(10)
  for (let request = 0; request < 100; request++) budget.asked()
  expect(taken()).toBe(20)
  now = 9_999
  expect(taken()).toBe(0)
  now = 10_000
  expect(taken()).toBe(10)
})
