import { LinesTogether } from './lines-together.js'

/** Takes as many bytes as it has room for. */
class SlowSink {
  room = 0
  taken = ''
  writes = 0
  take(bytes: Buffer): number {
    const count = Math.min(this.room, bytes.length)
    this.room -= count
    this.taken += bytes.subarray(0, count).toString('latin1')
    if (count > 0) this.writes++
    return count
  }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

test('the lines of one turn are one write', async () => {
  const sink = new SlowSink()
  sink.room = 1000
  const lines = new LinesTogether(sink)
  for (const line of ['a', 'b', 'c']) lines.add(line)
  expect(sink.taken).toBe('')
  await turn()
  expect([sink.taken, sink.writes]).toEqual(['a\nb\nc\n', 1])
})

test('what a sink does not take waits, in its order, to the byte', async () => {
  const sink = new SlowSink()
  const lines = new LinesTogether(sink)
  lines.add('one')
  await turn()
  sink.room = 2
  expect(lines.offer()).toBe(false)
  lines.add('two')
  sink.room = 1000
  while (!sink.taken.endsWith('two\n')) await turn()
  expect(sink.taken).toBe('one\ntwo\n')
})

test('more than a bound does not wait: who writes waits for the sink', () => {
  const sink = new SlowSink()
  const lines = new LinesTogether(sink)
  const line = 'x'.repeat(1023)
  for (let count = 0; count < 1023; count++) lines.add(line)
  expect(sink.taken.length).toBe(0)
  // From here on it takes a little at a time, and is asked until all is written.
  const take = sink.take.bind(sink)
  sink.take = bytes => {
    sink.room = sink.room === 0 ? 100_000 : 0
    return take(bytes)
  }
  lines.add(line)
  expect(sink.taken.length).toBe(1024 * 1024)
})

test('what ends gives up a sink that takes nothing more', () => {
  const lines = new LinesTogether(new SlowSink())
  lines.add('lost')
  lines.finish(5)
  expect(lines.offer()).toBe(false)
})
