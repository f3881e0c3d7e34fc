import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startWorkers } from './start-workers.js'

const SERVE = path.resolve(__dirname, '..', '..', 'dist', 'workers', 'serve-as-worker.js')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-start-workers-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A worker, and in the first of them somebody who is given the free port before it listens there itself. */
function outrun(): { exec: string; taken: () => number } {
  const exec = path.join(folder, 'worker.js')
  const note = path.join(folder, 'taken')
  const script = `
    const { existsSync, writeFileSync } = require('node:fs')
    process.on('message', ({ terrane, options }) => {
      if (terrane !== 'start' || existsSync(${JSON.stringify(note)})) return
      writeFileSync(${JSON.stringify(note)}, String(options.listenPort))
      // By itself, not by the process that has started it.
      require('node:net').createServer().listen({ port: options.listenPort, host: '127.0.0.1', exclusive: true })
    })
    require(${JSON.stringify(SERVE)}).serveAsWorker()`
  writeFileSync(exec, script)
  return { exec, taken: () => Number(readFileSync(note, 'utf8')) }
}

test('where any port will do, one that somebody else is given meanwhile is not insisted on', async () => {
  const { exec, taken } = outrun()
  const home = path.join(folder, 'home')
  const workers = await startWorkers({ listenPort: 0, home }, 1, () => undefined, exec)
  expect(Number(new URL(workers.url).port)).not.toBe(taken())
  expect((await fetch(`${workers.url}/healthz`)).status).toBe(200)
  await workers.close()
})

test('one that was asked for is', async () => {
  const { exec, taken } = outrun()
  const home = path.join(folder, 'home')
  // Below those that the kernel gives to whoever asks for any.
  const listenPort = 20_000 + (process.pid % 10_000)
  const started = startWorkers({ listenPort, home }, 1, () => undefined, exec)
  await expect(started).rejects.toMatchObject({ problems: [{ code: 'LISTEN_PORT_TAKEN' }] })
  expect(taken()).toBe(listenPort)
})
