import { NOT_ANSWERED } from './redis-store.js'
import { SharedAnswers } from './shared-answers.js'

const ANSWER = { text: '{"a":1}', publications: {}, reads: [], at: 1 }
const written = () => new Promise(resolve => setImmediate(resolve))

/** Gateways before one store. */
function gateways() {
  const texts = new Map<string, string>()
  const figures = { hits: 0, misses: 0, failures: 0 }
  const log: object[] = []
  const store = { down: false }
  const gateway = (scope: unknown = {}, secret = 'secret') =>
    new SharedAnswers({
      ...{ scope, secret, figures, log: event => log.push(event) },
      store: {
        get: async name => (store.down ? NOT_ANSWERED : (texts.get(name) ?? '')),
        set: (name, text) => void texts.set(name, text),
        close: () => {},
      },
    })
  return { gateway, texts, figures, log, store }
}

test('an answer is found under its key by whoever has the same secret and the same scope, and by nobody else', async () => {
  const { gateway } = gateways()
  gateway({ graph: 1 }).put('a', ANSWER)
  await written()
  expect(await gateway({ graph: 1 }).get('a')).toEqual(ANSWER)
  for (const [other, key] of [
    [gateway({ graph: 1 }), 'b'],
    [gateway({ graph: 2 }), 'a'],
    [gateway({ graph: 1 }, 'another secret'), 'a'],
  ] as const)
    expect(await other.get(key)).toBeUndefined()
})

test('what is moved under another name, changed or made up is nothing, and told of once', async () => {
  const { gateway, texts, figures, log } = gateways()
  for (const key of ['a', 'b']) gateway().put(key, { ...ANSWER, text: `{"${key}":1}` })
  await written()
  const [first, second] = [...texts.keys()] as [string, string]
  const own = texts.get(first)!
  const reader = gateway()
  for (const text of [texts.get(second)!, `${own.slice(0, -4)}AAAA`, own.slice(1), 'x', JSON.stringify(ANSWER)]) {
    texts.set(first, text)
    expect(await reader.get('a')).toBeUndefined()
  }
  expect([figures.failures, log.length]).toEqual([5, 1])
  texts.set(first, own)
  expect(await reader.get('a')).toMatchObject({ text: '{"a":1}' })
})

test('a store that does not answer has nothing, and neither one that has nothing', async () => {
  const { gateway, figures, store } = gateways()
  expect([await gateway().get('a'), figures.failures]).toEqual([undefined, 0])
  store.down = true
  expect([await gateway().get('a'), figures.failures]).toEqual([undefined, 1])
})

test('what is very large is not handed on', async () => {
  const { gateway, texts } = gateways()
  gateway().put('a', { ...ANSWER, text: 'x'.repeat(2_000_000) })
  await written()
  expect(texts.size).toBe(0)
})
