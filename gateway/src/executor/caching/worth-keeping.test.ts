import { WorthKeeping } from './worth-keeping.js'

const TIMES = 1600

/** How many of so many fetches were looked up, each with this outcome. */
function lookUps(kinds: WorthKeeping, text: string, found: (at: number) => boolean, times = TIMES) {
  let count = 0
  for (let at = 0; at < times; at++) {
    const kind = kinds.of(text)
    if (!kind.worthIt()) continue
    kind.lookedUp(found(count++))
  }
  return count
}

test('what is never found again is soon tried now and then only, and beside it what is found goes on', () => {
  const kinds = new WorthKeeping()
  const never = lookUps(kinds, '{ never }', () => false)
  expect(never).toBeGreaterThanOrEqual(TIMES / 16)
  expect(never).toBeLessThan(TIMES / 6)
  expect(lookUps(kinds, '{ often }', at => at % 5 === 0)).toBe(TIMES)
})

test('what is found again after all is kept as before', () => {
  const kinds = new WorthKeeping()
  lookUps(kinds, '{ late }', () => false)
  lookUps(kinds, '{ late }', () => true)
  expect(lookUps(kinds, '{ late }', () => true)).toBe(TIMES)
})

test('what is remembered of kinds weighs what their texts do, which callers may write', () => {
  const worth = new WorthKeeping()
  const first = worth.of('{ first }')
  expect(worth.of('{ first }')).toBe(first)
  const long = (at: number) => `{ a(of: "${'x'.repeat(1_000_000)}${at}") }`
  for (let at = 0; at < 10; at++) worth.of(long(at))
  const again = Array.from({ length: 10 }, (_, at) => worth.of(long(at)))
  expect(again.filter((kind, at) => kind === worth.of(long(at))).length).toBeLessThan(5)
})
