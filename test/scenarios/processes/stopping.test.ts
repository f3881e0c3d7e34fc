import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { monthsUntil, writeUkSales } from '@terrane/scripts'
import { endAll, eventually, productFolder, terrane } from './processes.js'

/** Told to stop half way, and started where it cannot be. */

let folder: string
let env: Record<string, string>

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-stopping-'))
  // Enough for a run to take a while.
  const sources = path.join(folder, 'sources')
  writeUkSales(path.join(sources, 'uk-sales'), monthsUntil(new Date('2026-11-22')), 60_000)
  env = { TERRANE_HOME: path.join(folder, 'home'), TERRANE_SOURCES: sources }
})
afterAll(async () => {
  await endAll()
  rmSync(folder, { recursive: true, force: true })
})

/** Processes below this one, however deep. */
function below(pid: number): number[] {
  const all = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number) as [number, number])
  const children = all.filter(([, parent]) => parent === pid).map(([child]) => child)
  return [...children, ...children.flatMap(below)]
}

function alive(pid: number): boolean {
  try {
    // Ended and not yet waited for is ended.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

test.each([
  ['serve', 'SIGTERM', 0],
  ['run', 'SIGKILL', null],
] as const)(
  '%s, told %s in the middle of a run: its children end with it, and nothing half done is in force',
  async (command, signal, code) => {
    const running = terrane([command, productFolder('uk-sales'), ...(command === 'serve' ? ['--port', '0'] : [])], env)
    const children = await eventually(
      async () => below(running.child.pid!),
      found => found.length > 0,
    )
    const { exit, out, err } = await running.stop(signal)
    expect(exit).toBe(code)
    await eventually(
      async () => children.filter(alive),
      left => left.length === 0,
    )
    expect(out + err).not.toMatch(/^ +at .*\.js:\d+/m)
  },
)

test('the next run finds its way', async () => {
  // Other files: one that was told to stop may have come to its end before it heard so.
  writeUkSales(path.join(folder, 'sources', 'uk-sales'), monthsUntil(new Date('2026-11-22')), 1000)
  const { exit, out } = await terrane(['run', productFolder('uk-sales'), '--json'], env).end
  expect(exit).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ state: 'PUBLISHED' })
})

test('a data folder that is a file, keys that are none, a mesh that is away: one clear line each', async () => {
  const file = path.join(folder, 'file')
  writeFileSync(file, '{}')
  const ends = await Promise.all([
    terrane(['serve', productFolder('uk-sales'), '--port', '0'], { ...env, TERRANE_HOME: file }).end,
    terrane(['serve', productFolder('uk-sales'), '--port', '0'], { ...env, TERRANE_GATEWAY_JWKS: file }).end,
    terrane(['run', productFolder('europe-sales')], { ...env, TERRANE_MESH_URL: 'http://127.0.0.1:9999' }).end,
  ])
  expect(ends.map(({ exit, err }) => [exit, err.trim().split('\n')])).toEqual([
    [2, [expect.stringMatching(/TERRANE_HOME/)]],
    [2, [expect.stringMatching(/no set of public keys/)]],
    [3, [expect.stringMatching(/Start the gateway first/)]],
  ])
})
