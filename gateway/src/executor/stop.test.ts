import { abortSignalOf, Stop } from './stop.js'

test('who listens is told once, and who has gone or comes too late is not', () => {
  const stop = new Stop()
  const told: string[] = []
  const gone = () => told.push('gone')
  stop.addEventListener('abort', () => told.push('first'))
  stop.addEventListener('abort', gone)
  stop.removeEventListener('abort', gone)
  stop.abort(new Error('over'))
  stop.abort(new Error('again'))
  stop.addEventListener('abort', () => told.push('late'))
  expect(told).toEqual(['first'])
  expect(() => stop.throwIfAborted()).toThrow('over')
})

test('who leaves while the others are told is not told', () => {
  const stop = new Stop()
  const told: string[] = []
  const second = () => told.push('second')
  stop.addEventListener('abort', () => {
    told.push('first')
    stop.removeEventListener('abort', second)
  })
  stop.addEventListener('abort', second)
  stop.abort()
  expect(told).toEqual(['first'])
  expect(stop.reason).toMatchObject({ name: 'AbortError' })
})

test('those who are left are told in the order in which they came, whoever has gone, and each once', () => {
  const stop = new Stop()
  const told: string[] = []
  const listeners = ['first', 'second', 'third'].map(name => () => void told.push(name))
  const [first, second, third] = listeners as [() => void, () => void, () => void]
  for (const listener of [first, second, first, second]) stop.addEventListener('abort', listener)
  stop.removeEventListener('abort', first)
  for (const listener of [third, first, second]) stop.addEventListener('abort', listener)
  stop.abort()
  expect(told).toEqual(['second', 'third', 'first'])
})

test('whoever takes an AbortSignal gets one, whether it is over by then or not', () => {
  const [before, after] = [new Stop(), new Stop()]
  const early = abortSignalOf(before)
  expect(early.aborted).toBe(false)
  for (const stop of [before, after]) stop.abort(new Error('over'))
  for (const signal of [early, abortSignalOf(after)]) expect(() => signal.throwIfAborted()).toThrow('over')
  const own = new AbortController().signal
  expect(abortSignalOf(own)).toBe(own)
})
