import { spawnSync } from 'node:child_process'
import path from 'node:path'

const KEPT = path.join(__dirname, '..', 'dist', 'shape-of-ticks.js')

/** Whether what is kept has the shape of what Node.js makes for a tick: V8 says so. */
const COMPARED = `
  import { createHook } from 'node:async_hooks'
  import { shapeOfTicks } from ${JSON.stringify(KEPT)}
  const ticks = []
  const hook = createHook({ init: (id, type, above, resource) => type === 'TickObject' && ticks.push(resource) })
  hook.enable()
  process.nextTick(() => undefined)
  process.nextTick(() => undefined, 1)
  hook.disable()
  process.stdout.write(JSON.stringify(ticks.map(tick => %HaveSameMap(tick, shapeOfTicks))))
`

describe('The shape of ticks', () => {
  it("is that of Node.js' own", () => {
    const args = ['--allow-natives-syntax', '--input-type=module', '--eval', COMPARED]
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual([true, true])
  })
})
