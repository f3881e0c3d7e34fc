import type { HttpAnswer } from './http-exchange.js'
import { SharedExchanges } from './shared-exchanges.js'
import type { StopSignal } from './stop.js'

/** An exchange that ends when the test says so, or when it is stopped. */
function exchanges() {
  const begun: { answer: (text: string) => void; signal: StopSignal }[] = []
  const exchange = (signal: StopSignal) =>
    new Promise<HttpAnswer>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      begun.push({ answer: text => resolve({ status: 200, text }), signal })
    })
  return { begun, exchange }
}

test('the same question is asked once while it is under way, and anew afterwards', async () => {
  const { begun, exchange } = exchanges()
  const shared = new SharedExchanges<HttpAnswer>()
  const [one, same, other] = ['a', 'a', 'b'].map(key => shared.ask(key, undefined, exchange))
  expect(begun).toHaveLength(2)
  begun[0]!.answer('first')
  begun[1]!.answer('other')
  expect(await Promise.all([one, same, other])).toMatchObject([{ text: 'first' }, { text: 'first' }, { text: 'other' }])
  const again = shared.ask('a', undefined, exchange)
  begun[2]!.answer('second')
  expect((await again).text).toBe('second')
})

test('who leaves does not end what another waits for; when the last one leaves it ends', async () => {
  const { begun, exchange } = exchanges()
  const shared = new SharedExchanges<HttpAnswer>()
  const [first, second] = [new AbortController(), new AbortController()]
  const gone = shared.ask('a', first.signal, exchange)
  const kept = shared.ask('a', second.signal, exchange)
  first.abort(new Error('left'))
  await expect(gone).rejects.toThrow('left')
  expect(begun[0]!.signal.aborted).toBe(false)
  second.abort(new Error('left too'))
  await expect(kept).rejects.toThrow('left too')
  expect(begun[0]!.signal.aborted).toBe(true)
  // Whoever comes now is not given what was given up.
  const next = shared.ask('a', undefined, exchange)
  begun[1]!.answer('new')
  expect((await next).text).toBe('new')
})

test('a failure is everybody’s, and is not remembered', async () => {
  const shared = new SharedExchanges<HttpAnswer>()
  const fail = () => Promise.reject(new Error('refused'))
  await expect(Promise.all([shared.ask('a', undefined, fail), shared.ask('a', undefined, fail)])).rejects.toThrow(
    'refused',
  )
  const { begun, exchange } = exchanges()
  const next = shared.ask('a', undefined, exchange)
  begun[0]!.answer('well')
  expect((await next).text).toBe('well')
})
