import { spawnSync } from 'node:child_process'
import path from 'node:path'

const KEPT = path.join(__dirname, '..', 'dist', 'shape-of-ticks.js')

/** Whether what is kept has the shape of what Node.js makes for a tick: V8 says so. */
const COMPARED = `
  import { createHook } from 'node:async_hooks'
  import { keepShapeOfTicks } from ${JSON.stringify(KEPT)}
  const kept = keepShapeOfTicks()
  for (let times = 0; times < 4; times++) gc()
  const ticks = []
  const hook = createHook({ init: (id, type, above, resource) => type === 'TickObject' && ticks.push(resource) })
  hook.enable()
  process.nextTick(() => undefined)
  process.nextTick(() => undefined, 1)
  hook.disable()
  process.stdout.write(JSON.stringify(ticks.map(tick => %HaveSameMap(tick, kept))))
`

/** Later ones do not forget, and have other ticks. */
const onNode20 = process.versions.node.startsWith('20.') ? it : it.skip

describe('The shape of ticks', () => {
  onNode20("is that of Node.js' own, also after collections", () => {
    const args = ['--allow-natives-syntax', '--expose-gc', '--input-type=module', '--eval', COMPARED]
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual([true, true])
  })
})
