import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { BriefMap } from './brief-map.js'

test('holds what a Map would, over generations', () => {
  const steps = fc.array(fc.record({ key: fc.nat(60), drops: fc.boolean() }), { minLength: 60, maxLength: 90 })
  fc.assert(
    fc.property(steps, steps => {
      const map = new Map<number, number>()
      const brief = new BriefMap<number, number>()
      // Often enough for several generations; the last ones are touched in the first round only.
      for (let round = 0; round < 60; round++) {
        for (const { key, drops } of steps) {
          if (key > 50 && round > 0) continue
          if (drops) {
            map.delete(key)
            brief.delete(key)
          } else {
            map.set(key, round)
            brief.set(key, round)
          }
        }
        const held = (one: Pick<Map<number, number>, 'get'>) => Array.from({ length: 61 }, (_, key) => one.get(key))
        expect(held(brief)).toEqual(held(map))
      }
    }),
    { numRuns: 20 },
  )
})

test('what is dropped does not outlive the next collections of young memory', () => {
  setFlagsFromString('--expose-gc')
  const collect: (options: { type: 'minor' }) => void = runInNewContext('gc')
  const PIECES = 40_000
  const PIECE_BYTES = 1000
  const old = () => getHeapSpaceStatistics().find(space => space.space_name === 'old_space')!.space_used_size
  const brief = new BriefMap<number, number[]>()
  const pass = (from: number, pieces: number) => {
    for (let at = from; at < from + pieces; at++) {
      brief.set(at, new Array(PIECE_BYTES / 8).fill(at))
      brief.delete(at - 50)
      if (at % 1000 === 0) collect({ type: 'minor' })
    }
  }
  pass(0, 50)
  // So that its table is old.
  for (let times = 0; times < 3; times++) collect({ type: 'minor' })
  const before = old()
  pass(50, PIECES)
  expect(old() - before).toBeLessThan((PIECES * PIECE_BYTES) / 10)
})
