import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

/** More than a pipe holds, and less than may wait. */
const LINES = 5000
const LOG = JSON.stringify(path.resolve('gateway/dist/log.js'))

/** A process that logs at one go, and then does something. */
function logging(then: string, before = '') {
  const child = spawn(
    process.execPath,
    [
      '-e',
      `${before}
      const { logToStandardError } = require(${LOG})
      for (let at = 0; at < ${LINES}; at++) logToStandardError({ level: 'info', message: 'Operation', at })
      process.stdout.write('logged', () => setImmediate(() => { ${then} }))`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let text = ''
  const read = () =>
    child.stderr.on('data', chunk => {
      text += chunk
    })
  const ended = once(child, 'close')
  const lines = () =>
    text
      .split('\n')
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line).at)
  return { child, read, ended, lines }
}

const ALL = Array.from({ length: LINES }, (_, at) => at)

test.each([
  ['ends', '', [0, null]],
  ['is ended', 'process.exit(3)', [3, null]],
  ['fails', 'throw new Error("nobody catches it")', [1, null]],
  ['is told to end', 'process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 60_000)', [null, 'SIGTERM']],
  ['is interrupted', 'process.kill(process.pid, "SIGINT"); setTimeout(() => {}, 60_000)', [null, 'SIGINT']],
])('no line is lost where a process %s whose log is read slowly', async (_, then, end) => {
  const { child, read, ended, lines } = logging(then)
  // All is logged by then, and nobody has read any of it.
  await once(child.stdout, 'data')
  read()
  expect(await ended).toEqual(end)
  expect(lines()).toEqual(ALL)
})

test('whoever listens for a signal decides when to end', async () => {
  const { read, ended, lines } = logging(
    'process.kill(process.pid, "SIGTERM")',
    'process.once("SIGTERM", () => setTimeout(() => process.exit(7), 100)); setInterval(() => {}, 1000);',
  )
  read()
  expect(await ended).toEqual([7, null])
  expect(lines()).toEqual(ALL)
})

test('a log that nobody reads any more holds nobody up', async () => {
  const { child, ended } = logging('process.exit(4)')
  child.stderr.destroy()
  child.stdout.resume()
  expect(await ended).toEqual([4, null])
})
