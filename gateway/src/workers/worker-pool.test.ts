import cluster from 'node:cluster'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { WorkerOptions } from './messages.js'
import { WorkerPool } from './worker-pool.js'

/** Workers that do nothing but what the pool asks of them, each a process. */

let folder: string
let pools: WorkerPool[]

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-pool-'))
  pools = []
})
afterEach(async () => {
  for (const pool of pools) await pool.close()
  rmSync(folder, { recursive: true, force: true })
})

const OPTIONS: WorkerOptions = { listenPort: 0, home: 'nowhere' }
const SERVES = `
  process.on('message', ({ terrane }) => {
    if (terrane === 'start') process.send({ terrane: 'serving', url: 'http://serving' })
    if (terrane === 'drain') process.send({ terrane: 'drained' })
    if (terrane === 'end') process.exit()
  })
  process.send({ terrane: 'waiting' })`
/** Whatever it is told: it drains for ever. */
const STAYS = SERVES.replace("'drain'", "'nothing'")
const NEVER_SERVES = 'setInterval(() => {}, 1000)'

/** `script`: what each worker runs once it has noted that it was started. */
function open(script: string, count: number, { options = Promise.resolve(OPTIONS), startMilliseconds = 60_000 } = {}) {
  const exec = path.join(folder, 'worker.js')
  const started = path.join(folder, 'started')
  writeFileSync(started, '')
  const note = `require('node:fs').appendFileSync(${JSON.stringify(started)}, process.pid + ' ')`
  writeFileSync(exec, `${note}\n${script}`)
  cluster.setupPrimary({ exec, args: [], execArgv: [] })
  const pool = new WorkerPool(options, count, () => undefined, startMilliseconds)
  pools.push(pool)
  return { pool, started: () => readFileSync(started, 'utf8').trim().split(' ').filter(Boolean).map(Number) }
}

const isThere = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a worker that never comes to serve is killed, and whoever waits for it hears so', async () => {
  const { pool, started } = open(NEVER_SERVES, 1, { startMilliseconds: 1000 })
  await expect(pool.fill()).rejects.toThrow('A worker ended before it served (SIGKILL).')
  expect(started().filter(isThere)).toEqual([])
})

test('where what they are to serve cannot be said none is left running', async () => {
  const options = Promise.reject(new Error('no keys'))
  const { pool, started } = open(SERVES, 1, { options })
  await expect(Promise.all([pool.fill(), options])).rejects.toThrow('no keys')
  await pool.close()
  expect(started().filter(isThere)).toEqual([])
})

test('what is to be renewed while all of them end is not started any more', async () => {
  const { pool, started } = open(SERVES, 2)
  expect(await pool.fill()).toEqual({ url: 'http://serving' })
  expect(started()).toHaveLength(2)
  const closed = pool.close()
  await pool.renew()
  await closed
  expect(started()).toHaveLength(2)
  expect(started().filter(isThere)).toEqual([])
})

test('who dies while it is told something is waited for like any other', async () => {
  const { pool, started } = open(STAYS, 1)
  await pool.fill()
  const [pid] = started()
  const closed = pool.close()
  process.kill(pid!, 'SIGKILL')
  // It has ended with all its threads, and this process has not heard of it.
  while (!/^State:\s+Z[\s\S]*^Threads:\s+1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
  await expect(Promise.all([closed, pool.close()])).resolves.toBeDefined()
})
