import { AutomaticRuns } from './automatic-runs.js'

/** Time is the clock's, moved by hand. */
let runs: { at: number; trigger: string }[]
let automatic: AutomaticRuns
const start = (intervalSeconds: number) => {
  runs = []
  automatic = new AutomaticRuns(trigger => {
    runs.push({ at: Date.now(), trigger })
    automatic.began()
  }, intervalSeconds)
}
beforeEach(() => {
  jest.useFakeTimers({ now: 0 })
})
afterEach(() => {
  automatic.close()
  jest.useRealTimers()
})

test('many reasons in a burst are one run, also where the burst does not end', () => {
  start(0)
  for (let at = 0; at < 10; at++) {
    automatic.soon('upstream')
    jest.advanceTimersByTime(100)
  }
  expect(runs).toEqual([])
  jest.advanceTimersByTime(300)
  expect(runs).toHaveLength(1)
  for (let at = 0; at < 30; at++) {
    automatic.soon('input')
    jest.advanceTimersByTime(100)
  }
  expect(runs.map(({ trigger }) => trigger)).toEqual(['upstream', 'input'])
})

test('between two runs lies the interval, and nothing is forgotten over it', () => {
  start(10)
  automatic.soon('first')
  jest.advanceTimersByTime(1000)
  automatic.soon('second')
  jest.advanceTimersByTime(8000)
  expect(runs).toHaveLength(1)
  automatic.soon('third')
  jest.advanceTimersByTime(2000)
  expect(runs).toEqual([
    { at: 300, trigger: 'first' },
    { at: 10_300, trigger: 'third' },
  ])
})

test('a run that somebody begins takes in what waited', () => {
  start(0)
  automatic.soon('upstream')
  automatic.began()
  jest.advanceTimersByTime(5000)
  expect(runs).toEqual([])
})

test('held, it waits until it is let go, and then runs once if no other run came first', () => {
  start(0)
  const release = automatic.hold()
  automatic.soon('a')
  automatic.soon('b')
  jest.advanceTimersByTime(5000)
  expect(runs).toEqual([])
  release()
  jest.advanceTimersByTime(500)
  expect(runs.map(({ trigger }) => trigger)).toEqual(['b'])
  const again = automatic.hold()
  automatic.soon('c')
  automatic.began()
  again()
  jest.advanceTimersByTime(5000)
  expect(runs).toHaveLength(1)
})
