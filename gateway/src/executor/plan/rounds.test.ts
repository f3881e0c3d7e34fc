import { Stop } from '../stop.js'
import { inRounds } from './rounds.js'
import type { Run, Step } from './run.js'

const runUntil = (signal: Stop) => ({ request: { context: { signal } } }) as unknown as Run
/** Has its turn for one more object, so many times. */
const fetching = (name: string, times: number, done: string[], then = () => {}): Step => {
  const turn = {}
  return run => {
    if (times-- <= 0) return
    done.push(name)
    run.served!.add(turn, [{}])
    then()
  }
}

test('as long as anything is fetched there is another round, the late fields after the plan', async () => {
  const done: string[] = []
  await inRounds(fetching('plan', 1, done), [fetching('late', 2, done)])(runUntil(new Stop()), [{}], [])
  expect(done).toEqual(['plan', 'late', 'late'])
})

test('no round begins once nobody waits any more', async () => {
  const [stop, done] = [new Stop(), [] as string[]]
  const late = fetching('late', 3, done, () => stop.abort(new Error('left')))
  await expect(inRounds(fetching('plan', 3, done), [late])(runUntil(stop), [{}], [])).rejects.toThrow('left')
  expect(done).toEqual(['plan', 'late'])
})
