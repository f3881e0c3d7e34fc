import { leftOut } from './left-out.js'

test('each has a place of its own in a trace of its own, which is not recorded', () => {
  const headers = Array.from({ length: 3000 }, () => leftOut({}).traceparent)
  for (const header of headers) expect(header).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
  for (const part of [1, 2]) expect(new Set(headers.map(header => header.split('-')[part])).size).toBe(headers.length)
  // All digits at all places.
  for (let at = 3; at < 52; at++) {
    const met = new Set(headers.map(header => header[at]))
    expect(met.size).toBe(at === 35 ? 1 : 16)
  }
})
